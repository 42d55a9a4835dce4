import assert from 'node:assert/strict';
import { refOf } from '../../support/gatewayRef';
import { useVSCode } from '../../support/fakeVSCode';
import { failedProbe, refusedConnection } from '../../support/host/fakeGateways';
import { GatewayWindow } from './gatewayWindow';

const openRouter = 'https://openrouter.ai/api/v1';
const ollama = 'http://localhost:11434/v1';
const nas = 'http://192.168.1.9:8080/v1';

describe('Add Gateway command', () => {
  const window = new GatewayWindow();
  const { editor, responds } = window;
  useVSCode(window.api());
  beforeEach(() => window.reset());

  /** Answers the lists and input boxes in their order. */
  const add = async (
    answers: readonly (typeof editor.answers)[number][],
    texts: readonly (string | undefined)[] = [],
  ): Promise<string> => {
    const { addGateway } = await import('../../../src/host/gateways/addGateway');
    [editor.answers, editor.texts] = [[...answers], [...texts]];
    const { state } = await addGateway(await window.deps());
    await new Promise(setImmediate);
    assert.deepEqual([editor.answers, editor.texts], [[], []], 'not all steps were shown');
    return state;
  };
  const keys = () => Object.fromEntries(window.gateways.keys);
  const before: Readonly<Record<string, unknown>> = { baseUrl: 'https://primary.example/v1' };
  const own = { 'https://primary.example': 'key-0' };
  const messages = () => editor.messages.map(({ message }) => message);

  it('adds a known gateway with its name and the confirmed model names', async () => {
    window.values = { ...before, fallbackModels: ['gpt-4o'] };
    // The model was lately used through the primary gateway.
    const used = { gateway: refOf('https://primary.example/v1'), model: 'claude-opus-4' };
    window.records = [{ ...used, at: Date.now(), result: 'complete' }];
    responds.set(openRouter, ['anthropic/claude-opus-4.6', 'anthropic/claude-sonnet-4', 'openai/gpt-4o']);
    assert.equal(await add([['OpenRouter'], true], ['sk-or-1']), 'added');
    const names = editor.quickPicks[1];
    assert.deepEqual(
      names?.items.map(({ label, description }) => [label, description]),
      [
        ['claude-sonnet-4 → anthropic/claude-sonnet-4', ''],
        ['gpt-4o → openai/gpt-4o', ''],
        ['claude-opus-4 → anthropic/claude-opus-4.6', 'another model'],
      ],
    );
    const models = { 'claude-sonnet-4': 'anthropic/claude-sonnet-4', 'gpt-4o': 'openai/gpt-4o' };
    assert.deepEqual(window.values['backupBaseUrls'], [{ baseUrl: openRouter, name: 'OpenRouter', models }]);
    assert.deepEqual(keys(), { ...own, 'https://openrouter.ai': 'sk-or-1' });
    assert.match(
      editor.inputPrompts[0] ?? '',
      /^Get a key at https:\/\/openrouter\.ai\/keys\. .* only to openrouter\.ai\.$/,
    );
    assert.deepEqual(messages(), ['OpenRouter was added. Models available: 3.']);
  });

  describe('action *Undo*', () => {
    const addAndUndo = async (): Promise<void> => {
      responds.set(openRouter, ['claude-sonnet-4']);
      editor.pressed = 'Undo';
      assert.equal(await add([['OpenRouter']], ['sk-or-1']), 'added');
      for (let rounds = 0; rounds < 10; rounds++) await new Promise(setImmediate);
    };

    it('removes the added gateway and its key', async () => {
      window.values = { ...before, backupBaseUrls: [ollama] };
      await addAndUndo();
      assert.deepEqual([window.values['backupBaseUrls'], keys()], [[ollama], own]);
    });

    it('restores the previous key of the origin', async () => {
      window.gateways.keys.set('https://openrouter.ai', 'revoked');
      responds.set(`${openRouter} revoked`, failedProbe('rejected'));
      await addAndUndo();
      assert.deepEqual(keys(), { ...own, 'https://openrouter.ai': 'revoked' });
    });

    it('keeps the key if another gateway has the same origin', async () => {
      window.values = { ...before, backupBaseUrls: ['https://openrouter.ai/other/v1'] };
      await addAndUndo();
      assert.deepEqual(window.values['backupBaseUrls'], ['https://openrouter.ai/other/v1']);
      assert.deepEqual(keys(), { ...own, 'https://openrouter.ai': 'sk-or-1' });
    });

    it('keeps a key that the user has set since', async () => {
      const undone = addAndUndo();
      while (editor.messages.length === 0) await new Promise(setImmediate);
      window.gateways.keys.set('https://openrouter.ai', 'sk-or-2');
      await undone;
      assert.deepEqual(keys(), { ...own, 'https://openrouter.ai': 'sk-or-2' });
    });
  });

  it('adds a custom base URL at the end of the backup gateways', async () => {
    window.values = { ...before, backupBaseUrls: ['::'] };
    responds.set('https://relay.example/v1', ['claude-sonnet-4']);
    assert.equal(await add([['$(link) Other base URL…']], ['relay.example', 'key-1']), 'added');
    assert.deepEqual(window.values['backupBaseUrls'], ['::', 'https://relay.example/v1']);
  });

  it('marks local servers that respond, and sends no key to these servers', async () => {
    responds.set(ollama, ['llama3.2']);
    responds.set('http://localhost:1234/v1', failedProbe('rejected'));
    assert.equal(await add([undefined]), 'cancelled');
    const labels = editor.quickPicks[0]?.items.map(({ label }) => label) ?? [];
    assert.deepEqual(labels.slice(-5), [
      'On this computer',
      '$(check) Ollama',
      '$(check) LM Studio',
      'Others',
      '$(link) Other base URL…',
    ]);
    assert.deepEqual(window.probes, [`${ollama} without a key`, 'http://localhost:1234/v1 without a key']);
  });

  it('adds a local server without asking for a key', async () => {
    responds.set(ollama, ['qwen3:8b']);
    assert.equal(await add([['$(check) Ollama'], ['qwen3:8b']]), 'added');
    assert.deepEqual([keys(), editor.inputPrompts, [...window.keyless]], [own, [], []]);
  });

  it('lets the user choose which model of a local server substitutes for all other models', async () => {
    responds.set(ollama, ['llama3.2', 'nomic-embed-text', 'qwen3:8b']);
    assert.equal(await add([['$(check) Ollama'], ['qwen3:8b']]), 'added');
    const question = "Use one of its models while your other gateways can't be reached?";
    assert.equal(window.shownLists()[1], `Ollama has none of your models: ${question}`);
    assert.deepEqual(
      editor.quickPicks[1]?.items.map(({ label }) => label),
      ["Don't replace models", 'llama3.2', 'qwen3:8b'],
    );
    assert.deepEqual(window.values['backupBaseUrls'], [
      { baseUrl: ollama, name: 'Ollama', models: { '*': 'qwen3:8b' } },
    ]);
  });

  for (const { name, answer, texts } of [
    { name: 'local server', answer: '$(check) Ollama', texts: [] },
    { name: 'server at a private address', answer: '$(link) Other base URL…', texts: [nas] },
  ] as const) {
    it(`asks for the key of a ${name} that refuses requests without a key`, async () => {
      for (const url of [ollama, nas]) responds.set(url, failedProbe('rejected'));
      assert.equal(await add([[answer]], [...texts, undefined]), 'cancelled');
      assert.equal(editor.inputPrompts.length, texts.length + 1);
    });
  }

  for (const { answer, texts, expectedKeys, keyless } of [
    { answer: 'No key required', texts: [], expectedKeys: own, keyless: ['http://192.168.1.9:8080'] },
    {
      answer: 'Set API key',
      texts: ['key-1'],
      expectedKeys: { ...own, 'http://192.168.1.9:8080': 'key-1' },
      keyless: [],
    },
  ] as const) {
    it(`asks once whether a private address needs a key, and accepts the answer "${answer}"`, async () => {
      responds.set(nas, ['claude-sonnet-4']);
      assert.equal(await add([['$(link) Other base URL…'], [answer]], [nas, ...texts]), 'added');
      assert.ok(window.shownLists().includes('Add gateway: Does 192.168.1.9:8080 need an API key?'));
      assert.deepEqual([keys(), [...window.keyless]], [expectedKeys, keyless]);
      // The next time, the answer is known, and the list is enough for a gateway that was added before.
      window.values = before;
      assert.equal(await add([['$(link) Other base URL…']], [nas]), 'added');
      assert.equal(await add([['$(link) Other base URL…']], [nas]), 'cancelled');
      assert.deepEqual(editor.commands, [['holysheep.manageGateways', nas]]);
    });
  }

  it("makes the user's first gateway the primary gateway, and selects one of its models", async () => {
    [window.values, window.gateways.keys] = [{}, new Map<string, string>()];
    responds.set(ollama, ['llama3.2']);
    assert.equal(await add([['$(check) Ollama'], ['Use as the primary gateway'], ['llama3.2']]), 'added');
    assert.equal(window.shownLists()[2], 'Ollama has none of your models: Choose the model that answers your prompts');
    assert.deepEqual(window.values, { baseUrl: ollama, backupBaseUrls: [], model: 'llama3.2' });
    assert.ok(window.gateways.hasLeftDemo);
  });

  it('offers to replace an invalid primary base URL with the new gateway', async () => {
    window.values = { baseUrl: 'ftp://files.example' };
    responds.set(ollama, ['llama3.2']);
    assert.equal(await add([['$(check) Ollama'], ['Use as the primary gateway'], ["Don't replace models"]]), 'added');
    assert.deepEqual(window.values, { baseUrl: ollama, backupBaseUrls: [] });
    assert.match(messages()[1] ?? '', /^localhost:11434 doesn't list the selected model claude-sonnet-4\./);
  });

  it('does not ask about model names if the gateway lists no models', async () => {
    responds.set(ollama, []);
    assert.equal(await add([['$(check) Ollama']]), 'added');
  });

  it('does not store a key that the gateway rejects', async () => {
    responds.set(openRouter, failedProbe('rejected'));
    editor.pressed = 'Enter the key again';
    assert.equal(await add([['OpenRouter']], ['wrong-1', undefined]), 'rejected');
    assert.deepEqual([keys(), window.values], [own, before]);
    const message = 'OpenRouter rejected the key. It was not saved.';
    assert.deepEqual(editor.messages, [{ kind: 'error', message, buttons: ['Enter the key again'] }]);
  });

  for (const { text, severity, message } of [
    { text: 'openrouter.ai/api', severity: 1, message: 'Requests are sent to https://openrouter.ai/api.' },
    {
      text: 'http://10.0.0.2',
      severity: 2,
      message:
        'Requests to 10.0.0.2 use plain HTTP, so your API key and prompts can be intercepted. Use https:// if you can.',
    },
    { text: 'https://', severity: 3, message: 'This text is not a valid URL. Example: https://api.holysheep.ai/v1.' },
    { text: 'ftp://a.test', severity: 3, message: 'This text must start with https:// or http://.' },
    {
      text: 'https://me:pw@a.test',
      severity: 3,
      message: 'This text contains a user name or password. Remove it. The API key is set separately.',
    },
  ] as const) {
    it(`shows for the base URL ${text}: "${message}"`, async () => {
      await add([['$(link) Other base URL…']], [undefined]);
      assert.deepEqual(editor.validateInput?.(text), { message, severity });
      assert.equal(editor.validateInput(''), undefined);
    });
  }

  it("warns when it adds a gateway that can't be verified at the moment", async () => {
    responds.set('https://api.deepseek.com/v1', failedProbe('unverified'));
    assert.equal(await add([['DeepSeek']], ['sk-1']), 'added');
    assert.deepEqual(messages(), ["DeepSeek was added but couldn't be verified. It failed."]);
    assert.deepEqual(window.values['backupBaseUrls'], [{ baseUrl: 'https://api.deepseek.com/v1', name: 'DeepSeek' }]);
  });

  describe('when the gateway does not respond', () => {
    const deepSeek = { baseUrl: 'https://api.deepseek.com/v1', name: 'DeepSeek' };
    const questions = () => window.shownLists().slice(1);
    const isRemembered = async (url: string) => (await window.deps()).userGateways.isUnresponsive(url);

    const answer = async (...labels: readonly string[]): Promise<void> => {
      editor.quickPicks.at(-1)?.choose(labels);
      for (let rounds = 0; rounds < 10; rounds++) await new Promise(setImmediate);
    };
    /** Lets a gateway refuse a request without a key, and then fail while the user enters the key. */
    const failsWith = (url: string, key: string) =>
      responds.set(url, failedProbe('rejected')).set(`${url} ${key}`, refusedConnection());

    for (const { title, answers, texts, question, descriptions } of [
      {
        title: 'a local server',
        answers: [['LM Studio'], undefined],
        texts: [],
        question: "LM Studio doesn't respond at localhost:1234 (connection refused)",
        descriptions: ['start its server first', '', 'will be used once it responds'],
      },
      {
        title: 'a gateway with a key',
        answers: [['DeepSeek'], undefined],
        texts: [],
        question: "DeepSeek doesn't respond at api.deepseek.com (connection refused)",
        descriptions: ['', '', 'will be used once it responds'],
      },
      {
        title: 'a base URL',
        answers: [['$(link) Other base URL…'], undefined],
        texts: ['127.0.0.1:9'],
        question: "127.0.0.1:9 doesn't respond (connection refused)",
        descriptions: ['start its server first', '', 'will be used once it responds'],
      },
    ] as const) {
      it(`asks what to do about ${title}, and changes nothing if the user cancels`, async () => {
        [window.values, window.gateways.keys] = [{}, new Map<string, string>()];
        assert.equal(await add(answers, texts), 'cancelled');
        assert.deepEqual(questions(), [`Add gateway: ${question}`]);
        assert.deepEqual(
          editor.quickPicks.at(-1)?.items.map(({ label, description = '' }) => [label, description]),
          ['Try again', 'Edit the base URL…', 'Add anyway'].map((label, index) => [label, descriptions[index]]),
        );
        assert.deepEqual([window.values, keys(), messages()], [{}, {}, []]);
      });
    }

    it('shows the host that it tried if the user typed a word instead of a URL', async () => {
      const answers = [['$(link) Other base URL…'], undefined];
      responds.set(
        'https://foo/v1',
        failedProbe('unverified', { kind: 'dns', row: 'hostNotFound', status: undefined }),
      );
      assert.equal(await add(answers, ['foo']), 'cancelled');
      assert.deepEqual(questions(), ["Add gateway: foo doesn't respond (host not found)"]);
      assert.equal(editor.quickPicks.at(-1)?.items[0]?.description, '');
    });

    it('asks for the key only after the gateway has responded', async () => {
      editor.isPatient = true;
      const { addGateway } = await import('../../../src/host/gateways/addGateway');
      const added = addGateway(await window.deps());
      await answer('DeepSeek');
      assert.deepEqual(editor.inputPrompts, []);
      editor.texts = [undefined];
      responds.set(deepSeek.baseUrl, failedProbe('rejected'));
      await answer('Try again');
      assert.deepEqual([await added, editor.inputPrompts.length], [{ state: 'cancelled' }, 1]);
      assert.deepEqual(window.probes.slice(2), Array<string>(2).fill(`${deepSeek.baseUrl} without a key`));
    });

    it('sends another request with the same key on *Try again*', async () => {
      failsWith(deepSeek.baseUrl, 'sk-1');
      editor.isPatient = true;
      const { addGateway } = await import('../../../src/host/gateways/addGateway');
      editor.texts = ['sk-1'];
      const added = addGateway(await window.deps());
      await answer('DeepSeek');
      await answer('Try again');
      responds.set(`${deepSeek.baseUrl} sk-1`, ['claude-sonnet-4']);
      await answer('Try again');
      assert.deepEqual(await added, { state: 'added' });
      assert.deepEqual(window.probes.slice(3), Array<string>(3).fill(`${deepSeek.baseUrl} sk-1`));
      assert.deepEqual([window.values['backupBaseUrls'], editor.inputPrompts.length], [[deepSeek], 1]);
      assert.equal(await isRemembered(deepSeek.baseUrl), false);
    });

    it('asks whether the gateway at a private address needs a key only after *Add anyway*', async () => {
      const answers = [['$(link) Other base URL…'], ['Try again'], ['Add anyway'], ['No key required']];
      assert.equal(await add(answers, [nas]), 'unresponsive');
      assert.deepEqual([...window.keyless], ['http://192.168.1.9:8080']);
    });

    it('lets the user confirm the entered key if the edited base URL has another origin', async () => {
      responds.set('https://relay.example/b/v1', ['claude-sonnet-4']);
      failsWith('https://realy.example/v1', 'key-1');
      failsWith('https://relay.example/a/v1', 'key-2');
      const typo = ['https://realy.example/v1', 'key-1'];
      const edited = ['https://relay.example/a/v1', 'key-2', 'https://relay.example/b/v1'];
      const answers = [['$(link) Other base URL…'], ['Edit the base URL…'], ['Edit the base URL…']];
      assert.equal(await add(answers, [...typo, ...edited]), 'added');
      assert.deepEqual(window.values['backupBaseUrls'], ['https://relay.example/b/v1']);
      assert.deepEqual(keys(), { ...own, 'https://relay.example': 'key-2' });
      assert.deepEqual(editor.inputValues.slice(0, 5), [
        undefined,
        '',
        'https://realy.example/v1',
        'key-1',
        'https://relay.example/a/v1',
      ]);
      assert.ok(!window.probes.some((probe) => probe.includes('relay') && probe.includes('key-1')));
      assert.ok(!window.probes.some((probe) => probe.includes('realy') && probe.includes('key-2')));
    });

    it('changes nothing if the user cancels the question about the key after *Add anyway*', async () => {
      assert.equal(await add([['$(link) Other base URL…'], ['Add anyway'], undefined], [nas]), 'cancelled');
      assert.deepEqual([window.values, [...window.keyless]], [before, []]);
    });

    it('changes nothing if the user cancels the edit of the base URL', async () => {
      assert.equal(await add([['LM Studio'], ['Edit the base URL…']], [undefined]), 'cancelled');
      assert.deepEqual(window.values, before);
    });

    it('keeps the name of a local server when the user edits its port', async () => {
      responds.set('http://localhost:1235/v1', ['claude-sonnet-4']);
      assert.equal(await add([['LM Studio'], ['Edit the base URL…']], ['localhost:1235']), 'added');
      const lmStudio = { baseUrl: 'http://localhost:1235/v1', name: 'LM Studio' };
      assert.deepEqual(window.values['backupBaseUrls'], [lmStudio]);
    });

    it('opens the list of gateways if the edited base URL is already in the settings', async () => {
      window.values = { ...before, backupBaseUrls: [ollama] };
      assert.equal(await add([['LM Studio'], ['Edit the base URL…']], [ollama]), 'cancelled');
      assert.deepEqual(editor.commands, [['holysheep.manageGateways', ollama]]);
    });

    it('adds the gateway on *Add anyway*, and marks the gateway as unresponsive', async () => {
      assert.equal(await add([['DeepSeek'], ['Add anyway']], ['sk-1']), 'unresponsive');
      assert.deepEqual(editor.messages, [
        {
          kind: 'warning',
          message: 'DeepSeek was added. It will be used once it responds.',
          buttons: ['Undo', 'Test connection'],
        },
      ]);
      assert.deepEqual(window.values['backupBaseUrls'], [deepSeek]);
      assert.deepEqual([keys()['https://api.deepseek.com'], await isRemembered(deepSeek.baseUrl)], ['sk-1', true]);
      [window.values, editor.pressed] = [{ ...before }, 'Undo'];
      assert.equal(await add([['DeepSeek'], ['Add anyway']]), 'unresponsive');
      await new Promise(setImmediate);
      assert.deepEqual(window.values['backupBaseUrls'], []);
    });

    it("offers Undo after *Add anyway* for the user's first gateway", async () => {
      [window.values, window.gateways.keys, editor.pressed] = [{}, new Map<string, string>(), 'Undo'];
      assert.equal(await add([['LM Studio'], ['Add anyway'], ['Use as the primary gateway']]), 'unresponsive');
      for (let rounds = 0; rounds < 10; rounds++) await new Promise(setImmediate);
      assert.deepEqual(JSON.parse(JSON.stringify(window.values)), {});
    });
  });

  for (const { step, answers, texts } of [
    { step: 'the list of known gateways', answers: [undefined], texts: [] },
    { step: 'the base URL', answers: [['$(link) Other base URL…']], texts: [undefined] },
    { step: 'an invalid base URL', answers: [['$(link) Other base URL…']], texts: ['ftp://x'] },
    {
      step: 'the question whether a private address needs a key',
      answers: [['$(link) Other base URL…'], undefined],
      texts: [nas],
    },
    { step: 'the key', answers: [['OpenRouter']], texts: [undefined] },
    { step: 'the list of model names', answers: [['OpenRouter'], undefined], texts: ['sk-or-1'] },
    {
      step: 'the choice between backup and primary gateway',
      answers: [['OpenRouter'], undefined],
      texts: ['sk-or-1'],
    },
  ] as const) {
    it(`changes nothing if the user cancels at ${step}`, async () => {
      responds.set(openRouter, ['anthropic/claude-sonnet-4']).set(nas, ['claude-sonnet-4']);
      if (step === 'the choice between backup and primary gateway')
        [window.values, window.gateways.keys] = [{}, new Map<string, string>()];
      const [values, stored] = [window.values, keys()];
      assert.equal(await add(answers, texts), 'cancelled');
      assert.deepEqual([window.values, keys(), [...window.keyless], messages()], [values, stored, [], []]);
    });
  }

  it('opens the key dialog if the chosen gateway was already added without a key', async () => {
    window.values = { ...before, backupBaseUrls: [openRouter, ollama] };
    for (const name of ['OpenRouter', 'Ollama']) assert.equal(await add([[name]]), 'cancelled');
    const labels = editor.quickPicks[0]?.items.map(({ label }) => label) ?? [];
    assert.deepEqual(labels.slice(-3), ['Already added', 'OpenRouter', 'Ollama']);
    assert.ok(!window.probes.includes(`${ollama} without a key`));
    assert.deepEqual(editor.commands, [
      ['holysheep.setApiKey', { baseUrl: openRouter }],
      ['holysheep.manageGateways', ollama],
    ]);
  });

  it('uses the key that is already stored for the origin', async () => {
    window.gateways.keys.set('https://openrouter.ai', 'sk-or-1');
    responds.set(openRouter, ['claude-sonnet-4']).set(nas, ['claude-sonnet-4']);
    assert.equal(await add([['OpenRouter']]), 'added');
    assert.ok(window.probes.includes(`${openRouter} sk-or-1`));
    window.gateways.keys.set('http://192.168.1.9:8080', 'key-1');
    assert.equal(await add([['$(link) Other base URL…']], [nas]), 'added');
    assert.deepEqual([[...window.keyless], editor.inputPrompts.length], [[], 1]);
  });
});
