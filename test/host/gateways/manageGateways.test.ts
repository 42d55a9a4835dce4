import assert from 'node:assert/strict';
import type { registerGateways } from '../../../src/host/gateways/manageGateways';
import type { FakeQuickPick } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { refusedTurn } from '../../support/host/fakeGateways';
import { GatewayWindow, primaryUrl } from './gatewayWindow';
import { refOf } from '../../support/gatewayRef';

const relay = 'https://relay.example/v1';
const ollama = 'http://localhost:11434/v1';
const last = { baseUrl: 'https://last.example/v1', name: 'Last $(alert)', models: { x: 'acme/x', '*': 'acme/y' } };

describe('Manage Gateways command', () => {
  const window = new GatewayWindow();
  const { editor } = window;
  let commands: ReturnType<typeof registerGateways>;
  useVSCode(window.api());
  beforeEach(() => {
    window.reset();
    window.values = { baseUrl: primaryUrl, model: 'x', backupBaseUrls: [relay, '::', ollama, last] };
    editor.isPatient = true;
  });

  const settle = async (): Promise<void> => {
    for (let rounds = 0; rounds < 20; rounds++) await new Promise(setImmediate);
  };
  const open = async (focused?: string): Promise<FakeQuickPick> => {
    const { registerGateways } = await import('../../../src/host/gateways/manageGateways');
    commands = registerGateways(await window.deps());
    await commands['holysheep.manageGateways'](focused);
    return editor.quickPicks[0] ?? assert.fail('no list');
  };
  const labels = (list: FakeQuickPick) => list.items.map(({ label }) => label);
  const backups = () => window.values['backupBaseUrls'];
  /** Chooses an action in the menu of a gateway. */
  const act = async (list: FakeQuickPick, gateway: string, action: string | undefined): Promise<FakeQuickPick> => {
    list.choose([gateway]);
    await settle();
    const menu = editor.quickPicks.at(-1) ?? assert.fail('no menu');
    menu.choose(
      action === undefined
        ? undefined
        : menu.items.map(({ label }) => label).filter((label) => label.endsWith(` ${action}`)),
    );
    await settle();
    return menu;
  };

  it('lists each gateway with its key, health and model names, in the order of the settings', async () => {
    const at = Date.now();
    const results = ['complete', 'complete', 'server'];
    window.records = [...results, ...results].map((result, index) => ({
      at,
      gateway: refOf(primaryUrl),
      model: `model-${index}`,
      result,
      turnResult: result,
      firstTokenMs: 1200,
    }));
    [window.down, window.keyless] = [[relay], new Set(['https://relay.example'])];
    const list = await open();
    assert.deepEqual(
      list.items.map(({ label, description, detail }) => [label, description, detail]),
      [
        ['primary.example', 'primary · API key set', `${primaryUrl} · success rate 66% · first token 1.2 s`],
        ['relay.example', 'backup 1 · no API key', `${relay} · down`],
        ['localhost:11434', 'backup 2 · no API key required', ollama],
        ['Last $\u2060(alert)', 'backup 3 · no API key', `${last.baseUrl} · x → acme/x · all other models → acme/y`],
      ],
    );
    const tooltips = list.items.map(({ buttons = [] }) => buttons.map(({ tooltip }) => tooltip).join());
    assert.deepEqual(tooltips, [
      'Set API key',
      'Move down,Make primary,Set API key,Remove',
      'Move up,Move down,Make primary,Set API key,Remove',
      'Move up,Make primary,Set API key,Remove',
    ]);
  });

  it('marks a gateway as unresponsive until its first response', async () => {
    window.gateways.remembered.set('holysheep.unresponsiveGateways', [ollama]);
    const list = await open();
    const shown = () => list.items.map(({ label, detail }) => `${label}: ${detail}`)[2];
    assert.equal(shown(), `$(warning) localhost:11434: ${ollama} · hasn't responded yet`);
    const menu = await act(list, '$(warning) localhost:11434', undefined);
    assert.equal(menu.title, 'localhost:11434');
    window.userGateways?.recordProbe(ollama, { state: 'verified', models: [], ms: 1 });
    await settle();
    assert.equal(shown(), `localhost:11434: ${ollama}`);
  });

  it('shows that a gateway needs no key, until the gateway refuses a request without a key', async () => {
    window.values = { baseUrl: 'http://10.0.0.2/v1' };
    window.keyless.add('http://10.0.0.2');
    assert.deepEqual(
      (await open()).items.map(({ description }) => description),
      ['primary · no API key required'],
    );
    window.userGateways?.recordTurn(refusedTurn('http://10.0.0.2'));
    await settle();
    assert.equal(editor.quickPicks[0]?.items[0]?.description, 'primary · no API key');
  });

  it("focuses the gateway in the list after the user dismisses the gateway's menu", async () => {
    const list = await open();
    list.choose(['relay.example']);
    await settle();
    // As VS Code does when it shows the list again.
    list.activeItems = list.items.slice(0, 1);
    editor.quickPicks.at(-1)?.choose(undefined);
    await settle();
    assert.deepEqual(
      list.activeItems.map(({ label }) => label),
      ['relay.example'],
    );
  });

  it('moves a gateway up or down with its buttons, and keeps the focus on that gateway', async () => {
    const list = await open(ollama);
    assert.deepEqual(
      list.activeItems.map(({ label }) => label),
      ['localhost:11434'],
    );
    list.pressItemButton('Last $\u2060(alert)', 'Move up');
    await settle();
    assert.deepEqual(backups(), [relay, '::', last, ollama]);
    assert.deepEqual(
      list.activeItems.map(({ label }) => label),
      ['Last $\u2060(alert)'],
    );
    list.pressItemButton('relay.example', 'Move down');
    await settle();
    assert.deepEqual(backups(), [last, '::', relay, ollama]);
  });

  it("performs the user's actions one after the other, even if the user clicks quickly", async () => {
    const list = await open();
    list.pressItemButton('relay.example', 'Move down');
    list.pressItemButton('relay.example', 'Move down');
    await settle();
    assert.deepEqual(backups(), [ollama, '::', last, relay]);
  });

  it('offers all actions of a gateway in a menu', async () => {
    const list = await open();
    const menu = await act(list, 'relay.example', undefined);
    assert.deepEqual(
      labels(menu).map((label) => label.replace(/^\$\([\w-]+\) /, '')),
      [
        'Move down',
        'Make primary',
        'Set API key',
        'Rename',
        'Test connection',
        'Edit model names',
        'Edit in settings.json',
        'Remove',
      ],
    );
    assert.equal(list.isShown, true);
    const primaryMenu = await act(list, 'primary.example', undefined);
    assert.deepEqual(labels(primaryMenu), [
      '$(key) Set API key',
      '$(edit) Rename',
      '$(plug) Test connection',
      '$(json) Edit in settings.json',
    ]);
  });

  it('does not reopen its list after a connection test if the user has closed the list', async () => {
    const list = await open();
    let finish: () => void = () => undefined;
    editor.runs = () => new Promise<void>((resolve) => (finish = resolve));
    await act(list, 'relay.example', 'Test connection');
    assert.equal(list.isShown, true);
    list.hide();
    finish();
    await settle();
    assert.equal(list.isShown, false);
  });

  it('reuses its open list if the user chooses an existing gateway in Add Gateway', async () => {
    const list = await open();
    editor.runs = () => commands['holysheep.manageGateways'](ollama);
    list.pressButton();
    await settle();
    assert.deepEqual(
      [editor.quickPicks.length, list.isShown, list.activeItems[0]?.label],
      [1, true, 'localhost:11434'],
    );
  });

  it('makes another gateway the primary gateway, and offers Undo', async () => {
    const before = window.values;
    editor.pressed = 'Undo';
    const list = await open();
    list.pressItemButton('Last $\u2060(alert)', 'Make primary');
    await settle();
    assert.deepEqual(
      editor.messages.map(({ message }) => message),
      ['Last $(alert) is now the primary gateway.'],
    );
    assert.deepEqual(window.values, before);
    await act(list, 'Last $\u2060(alert)', 'Make primary');
    const acme = (baseUrl: string) => ({ baseUrl, models: { 'acme/x': 'x' } });
    const named = { baseUrl: last.baseUrl, name: last.name };
    assert.deepEqual(backups(), [acme(primaryUrl), acme(relay), '::', acme(ollama), named]);
    assert.deepEqual([window.values['baseUrl'], window.values['model']], [last.baseUrl, 'acme/x']);
  });

  describe('after Make primary', () => {
    const messageAfterMakePrimary = async (): Promise<string | undefined> => {
      (await open()).pressItemButton('Last $\u2060(alert)', 'Make primary');
      await settle();
      return editor.messages[0]?.message;
    };
    const message = 'Last $(alert) is now the primary gateway.';

    for (const { title, values, efforts } of [
      { title: 'custom prompts', values: { prompts: [{ title: 'a', template: 'b', model: 'x' }] } },
      { title: 'model overrides', values: { modelOverrides: { 'x*': { images: true } } } },
      { title: 'reasoning efforts', values: {}, efforts: { x: 'high' } },
    ] as const) {
      it(`says that ${title} still use the previous model names`, async () => {
        window.values = { ...window.values, ...values };
        window.efforts = efforts ?? {};
        const note = 'Custom prompts, model overrides or reasoning efforts still use the previous model names.';
        assert.equal(await messageAfterMakePrimary(), `${message} ${note}`);
      });
    }

    for (const [title, values] of Object.entries({
      'a model override applies to both names of a model': { modelOverrides: { '*': { images: true } } },
      'only the substitute of all other models has a model override': {
        backupBaseUrls: [{ ...last, models: { '*': 'y' } }],
        modelOverrides: { y: { images: true } },
      },
    })) {
      it(`mentions no previous model names if ${title}`, async () => {
        window.values = { ...window.values, ...values };
        assert.equal(await messageAfterMakePrimary(), message);
      });
    }
  });

  it('keeps the known name, such as OpenAI, of the previous primary gateway', async () => {
    window.values = { baseUrl: 'https://api.openai.com/v1', backupBaseUrls: ['relay.example'] };
    (await open()).pressItemButton('relay.example', 'Make primary');
    await settle();
    assert.deepEqual(backups(), [{ baseUrl: 'https://api.openai.com/v1', name: 'OpenAI' }]);
    assert.equal(editor.messages[0]?.message, 'relay.example is now the primary gateway.');
  });

  describe('when another gateway becomes the primary one', () => {
    const holySheep = 'https://api.holysheep.ai/v1';

    for (const { title, previous, budget, note } of [
      {
        title: 'says that the budget changes with the currency',
        previous: primaryUrl,
        budget: { daily: 5 },
        note: ' Your daily budget is now in the currency of this gateway: ¥5.00 instead of $5.00.',
      },
      {
        title: 'says nothing about a budget with a currency of its own',
        previous: primaryUrl,
        budget: { daily: 5, currency: 'USD' },
        note: '',
      },
      { title: 'says nothing about the currency without a budget', previous: primaryUrl, budget: undefined, note: '' },
      {
        title: 'says nothing about a budget in the same currency',
        previous: 'https://eu.holysheep.ai/v1',
        budget: { daily: 5 },
        note: '',
      },
    ] as const) {
      it(title, async () => {
        window.values = { baseUrl: previous, backupBaseUrls: [holySheep], budget };
        (await open()).pressItemButton('api.holysheep.ai', 'Make primary');
        await settle();
        assert.equal(editor.messages[0]?.message, `api.holysheep.ai is now the primary gateway.${note}`);
      });
    }
  });

  it('restores a removed gateway in the list on Undo', async () => {
    const list = await open();
    list.pressItemButton('localhost:11434', 'Remove');
    await settle();
    assert.deepEqual(
      [backups(), labels(list)],
      [
        [relay, '::', last],
        ['primary.example', 'relay.example', 'Last $\u2060(alert)'],
      ],
    );
    editor.pressed = 'Undo';
    list.pressItemButton('relay.example', 'Remove');
    await settle();
    assert.deepEqual(labels(list), ['primary.example', 'relay.example', 'Last $\u2060(alert)']);
  });

  describe('action *Rename*', () => {
    const rename = async (gateway: string, name: string | undefined): Promise<readonly string[]> => {
      const list = await open();
      editor.texts = [name];
      await act(list, gateway, 'Rename');
      return labels(list);
    };

    it('changes the name of a backup gateway in the settings', async () => {
      assert.equal((await rename('relay.example', 'Work'))[1], 'Work');
      assert.deepEqual(backups(), [{ baseUrl: relay, name: 'Work' }, '::', ollama, last]);
    });

    it('shows the host of a backup gateway if the new name is empty', async () => {
      assert.equal((await rename('Last $\u2060(alert)', ' '))[3], 'last.example');
      assert.deepEqual((backups() as readonly unknown[])[3], { baseUrl: last.baseUrl, models: last.models });
    });

    it('saves the name of the primary gateway in an entry that is not a backup gateway', async () => {
      assert.deepEqual(await rename('primary.example', 'Work'), [
        'Work',
        'relay.example',
        'localhost:11434',
        'Last $\u2060(alert)',
      ]);
      const work = { baseUrl: primaryUrl, name: 'Work' };
      assert.deepEqual(backups(), [relay, '::', ollama, last, work]);
    });

    it('removes the entry of the primary gateway if the new name is empty', async () => {
      const entry = { baseUrl: primaryUrl, name: 'Work' };
      window.values = { ...window.values, backupBaseUrls: [entry, relay] };
      assert.deepEqual(await rename('Work', ' '), ['primary.example', 'relay.example']);
      assert.deepEqual(backups(), [relay]);
    });

    it('changes nothing if the user cancels', async () => {
      const { values } = window;
      assert.equal((await rename('primary.example', undefined))[0], 'primary.example');
      assert.equal(window.values, values);
    });

    it('gives the primary gateway a name that it keeps as a backup gateway', async () => {
      await rename('primary.example', 'Work');
      const list = editor.quickPicks[0] ?? assert.fail('no list');
      await act(list, 'Last $\u2060(alert)', 'Make primary');
      assert.deepEqual(labels(list), ['Last $\u2060(alert)', 'Work', 'relay.example', 'localhost:11434']);
    });
  });

  it('lets the user edit the model names of a gateway', async () => {
    window.values = { ...window.values, fallbackModels: ['claude-sonnet-4'] };
    window.responds.set(last.baseUrl, ['acme/x', 'anthropic/claude-sonnet-4']);
    const list = await open();
    await act(list, 'Last $\u2060(alert)', 'Edit model names');
    const names = editor.quickPicks.at(-1) ?? assert.fail('no list');
    assert.deepEqual(labels(names), [
      'x → acme/x',
      'all other models → acme/y',
      'claude-sonnet-4 → anthropic/claude-sonnet-4',
    ]);
    names.choose(['claude-sonnet-4 → anthropic/claude-sonnet-4', 'all other models → acme/y']);
    await settle();
    const { baseUrl, name } = last;
    const models = { '*': 'acme/y', 'claude-sonnet-4': 'anthropic/claude-sonnet-4' };
    assert.deepEqual(backups(), [relay, '::', ollama, { baseUrl, name, models }]);
  });

  it('lets the user choose which model of a gateway substitutes for every other model', async () => {
    window.values = { baseUrl: primaryUrl, backupBaseUrls: [{ baseUrl: ollama, models: { '*': 'qwen3:8b' } }] };
    window.responds.set(ollama, ['llama3.2', 'qwen3:8b']);
    await act(await open(), 'localhost:11434', 'Edit model names');
    const models = editor.quickPicks.at(-1);
    assert.deepEqual(
      models?.activeItems.map(({ label }) => label),
      ['qwen3:8b'],
    );
    models.choose(["Don't replace models"]);
    await settle();
    assert.deepEqual(backups(), [ollama]);
  });

  it("explains why a gateway's model names can't be edited while the gateway can't be reached", async () => {
    await act(await open(), 'localhost:11434', 'Edit model names');
    assert.deepEqual(
      editor.messages.map(({ message }) => message),
      ['It failed.'],
    );
  });

  it('runs Set API Key, Test Connection and Open Settings for the selected gateway', async () => {
    const list = await open();
    list.pressButton();
    for (const action of ['Set API key', 'Test connection', 'Edit in settings.json'])
      await act(list, 'relay.example', action);
    assert.equal(list.isShown, false, 'the settings are shown instead');
    assert.deepEqual(editor.commands, [
      ['holysheep.addGateway'],
      ['holysheep.setApiKey', { baseUrl: relay }],
      ['holysheep.testConnection', relay],
      ['workbench.action.openSettingsJson', { revealSetting: { key: 'holysheep.backupBaseUrls' } }],
    ]);
  });
});
