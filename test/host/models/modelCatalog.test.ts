import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { LedgerEntry, TurnRecord } from '../../../src/engine/state/ledger';
import type { Engine, ProbeResult } from '../../../src/engine/engine';
import { defaultModels, parseModelList } from '../../../src/engine/gateway/modelList';
import type { Gateway } from '../../../src/engine/gateway/gateway';
import type { ModelFacts } from '../../../src/engine/models/modelFacts';
import type { UserGateways } from '../../../src/host/connection/userGateways';
import type { KeyStore } from '../../../src/host/connection/keyStore';
import type { HealthBook } from '../../../src/host/health/healthBook';
import type { Settings } from '../../../src/host/settings/settings';
import type { Log } from '../../../src/host/util/log';
import type { ModelCatalog } from '../../../src/host/models/modelCatalog';
import { fake } from '../../support/fake';
import { fakeSets } from '../../support/host/fakeSets';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { storeIn } from '../../support/storeIn';
import { valuesOf } from '../../support/valuesOf';
import { refusedConnection } from '../../support/host/fakeGateways';
import { ended } from '../../support/host/healthRecords';
import { refOf } from '../../support/gatewayRef';
import { gatewayFrom } from '../../support/testGateways';

const [origin, other] = ['https://gateway.test', 'https://other.test'];
const gateway = gatewayFrom({ baseUrl: `${origin}/v1`, apiKey: 'hsa-test' });
const otherGateway = gatewayFrom({ baseUrl: `${other}/v1`, apiKey: 'hsa-backup' });

describe('model lists of the gateways', () => {
  let isDown: boolean;
  let ids: readonly unknown[];
  let requests: number;
  let logged: string[];
  /** The gateways in the settings. */
  let gateways: readonly Gateway[];
  let catalog: ModelCatalog;
  let { gatewaySets } = fakeSets();
  let refreshed: number;
  let overrides: ModelFacts;
  let createCatalog: () => ModelCatalog;
  let [changeKeys, changeSettings] = [() => undefined as unknown, () => undefined as unknown];
  let unresponsive: string | undefined;
  const memory = new Map<string, unknown>();
  const memento = storeIn(memory);
  const local = new Map([['a', { contextWindow: 4096, cutsLongPrompts: true }]]);
  const editor = new FakeEditor();
  useVSCode(editor.api());
  const log = (problem: unknown) => logged.push(String(problem));
  const health = fake<HealthBook>({ records: () => [], refresh: () => Promise.resolve() });
  const engine = {
    cooldownOf: () => undefined,
    localFacts: (() => Promise.resolve(local)) as Engine['localFacts'],
    probe: (): Promise<ProbeResult> => {
      requests++;
      const failure = {
        ms: 1,
        kind: 'server',
        row: 'server',
        message: 'It is down.',
        detail: '',
        actions: [],
      } as const;
      return Promise.resolve(
        isDown
          ? { state: 'unverified', ...failure }
          : { state: 'verified', ms: 1, ...(parseModelList(ids) ?? assert.fail('no list')) },
      );
    },
  };
  beforeEach(async () => {
    [isDown, requests, logged, ids] = [false, 0, [], ['a']];
    [gateways, refreshed, overrides] = [[gateway], 0, {}];
    memory.clear();
    unresponsive = undefined;
    editor.reset();
    const { ModelCatalog } = await import('../../../src/host/models/modelCatalog');
    ({ gatewaySets } = fakeSets({
      model: () => 'model-0',
      gateways: () => {
        const [primary, ...backups] = gateways;
        return primary ? Promise.resolve([primary, ...backups]) : Promise.reject(new Error('no gateway'));
      },
    }));
    const userGateways = {
      get all() {
        return gateways;
      },
      isUnresponsive: (baseUrl: string) => baseUrl === unresponsive,
      refresh: () => refreshed++,
    } as unknown as UserGateways;
    const onDidChange = (set: (fire: () => unknown) => void) => {
      const listeners: (() => unknown)[] = [];
      set(() => listeners.forEach((listener) => listener()));
      return (listener: () => unknown) => {
        listeners.push(listener);
        return { dispose: () => undefined };
      };
    };
    const keys = { onDidChange: onDidChange((fire) => (changeKeys = fire)) } as unknown as KeyStore;
    const settings = {
      onDidChange: onDidChange((fire) => (changeSettings = fire)),
      model: () => 'b',
      engineSettings: () => ({ fallbackModels: [] }),
      modelOverrides: ([model, sentModel]: readonly string[]) =>
        model === 'mine' ? { maxOutput: 5, family: sentModel, ...overrides } : undefined,
    } as unknown as Settings;
    createCatalog = () =>
      new ModelCatalog({
        gatewaySets,
        userGateways,
        engine: fake<Engine>(engine),
        health,
        keys,
        settings,
        log: fake<Log>({ error: log, warn: log }),
        memory: memento,
      });
    catalog = createCatalog();
  });
  afterEach(() => catalog.dispose());

  it('are requested only once while they are cached', async () => {
    assert.equal((await catalog.listOf(gateway)).source, 'gateway');
    assert.equal((await catalog.listOf(gateway)).source, 'gateway');
    assert.equal(requests, 1);
  });

  it('are requested once more after a failed request', async () => {
    isDown = true;
    assert.equal((await catalog.listOf(gateway)).source, 'default');
    isDown = false;
    assert.equal((await catalog.listOf(gateway)).source, 'gateway');
  });

  it("are replaced by the default models when the engine can't send the request", async () => {
    mock.method(engine, 'probe', () => Promise.reject(new Error('no keyring')), { times: 1 });
    const { source, models } = await catalog.listOf(gateway);
    assert.deepEqual([source, models, logged], ['default', defaultModels, ['Error: no keyring']]);
  });

  it('are loaded from the primary gateway and from the backup gateways', async () => {
    gateways = [gateway, otherGateway];
    const listed = await catalog.listGateways(gatewaySets.own);
    const lists = await Promise.all(listed.map(({ list }) => list));
    assert.deepEqual(
      listed.map((offer, index) => [offer.gateway?.origin, lists[index]?.source]),
      [
        [origin, 'gateway'],
        [other, 'gateway'],
      ],
    );
    assert.equal(requests, 2);
  });

  it('are replaced by the default models when no gateway can be used', async () => {
    gateways = [];
    const [gateway, ...others] = await catalog.listGateways(gatewaySets.own);
    const list = await gateway?.list;
    assert.deepEqual([list?.source, list?.source === 'default' && list.message, others], ['default', 'no gateway', []]);
  });

  it('omit models with unsafe names', async () => {
    ids = ['[a](command:x)', '[b](command:x)', 'ok'];
    assert.deepEqual((await catalog.listOf(gateway)).models, ['ok']);
    await catalog.listOf(gateway);
    assert.deepEqual(logged, ['2 models are not offered, because of the characters in their names.']);
  });

  it("contain the gateway's own data about a model, such as its context window, and otherwise built-in data", async () => {
    ids = [{ id: 'gpt-4o', context_length: 8192 }];
    gateways = [otherGateway, gateway];
    assert.equal(catalog.factsOf('gpt-4o')?.contextWindow, 128_000);
    await catalog.listOf(gateway);
    assert.deepEqual([catalog.factsOf('gpt-4o')?.contextWindow, catalog.factsOf('gpt-4o')?.images], [8192, true]);
    const contexts = gateways.map(({ id }) => catalog.factsOf('gpt-4o', id)?.contextWindow);
    assert.deepEqual(contexts, [128_000, 8192]);
    assert.equal(catalog.factsOf('unheard-of'), undefined);
    const { contextWindow, maxOutput, family } = catalog.factsOf('gpt-4o', `${origin}/v1`, 'mine') ?? {};
    assert.deepEqual([contextWindow, maxOutput, family], [8192, 5, 'gpt-4o']);
    gateways = [];
    assert.equal(catalog.factsOf('gpt-4o')?.contextWindow, 128_000);
  });

  it('are not preloaded if there is no backup gateway', async () => {
    gateways = [gateway];
    await catalog.preload();
    assert.equal(requests, 0);
  });

  it('are shown with the last compared models preselected when the user starts a comparison', async () => {
    editor.isPatient = true;
    const compare = async (demo: boolean, ...labels: readonly string[]) => {
      const picked = catalog.pickCompared(demo ? gatewaySets.demo : gatewaySets.own);
      const picker = editor.quickPicks.at(-1)!;
      const checked = valuesOf(picker.selectedItems, 'label');
      while (picker.busy) await new Promise(setImmediate);
      picker.toggle(...labels);
      picker.choose(true);
      return { checked, models: await picked };
    };
    ids = ['a', 'b'];
    assert.deepEqual(await compare(true, 'a'), { checked: ['model-0'], models: ['model-0', 'a'] });
    assert.deepEqual(await compare(false, 'b'), { checked: ['model-0'], models: ['model-0', 'b'] });
    catalog = createCatalog();
    assert.deepEqual(await compare(false, 'model-0', 'a'), { checked: ['model-0', 'b'], models: ['b', 'a'] });
    assert.deepEqual(await catalog.recent(gatewaySets.own), { used: [], compared: ['b', 'a'] });
    assert.deepEqual(await catalog.recent(gatewaySets.demo), { used: [], compared: [] });
  });

  describe('after a gateway has reported the context window of a model', () => {
    const learn = (contextTokens?: number, entry: Partial<LedgerEntry> = {}) => {
      const attempts = [{ model: 'acme', gateway: refOf(`${origin}/v1`), ...entry } as LedgerEntry];
      return catalog.rememberContextWindow(fake<TurnRecord>({ attempts, contextTokens }));
    };
    const answered = (promptTokens?: number) => learn(undefined, { end: ended({ promptTokens }) });
    const windowOf = (model: string, baseUrl?: string, userModel?: string) =>
      catalog.factsOf(model, baseUrl, userModel)?.contextWindow;

    it('contain the reported context window only for this model at this gateway', async () => {
      await learn(8192);
      await learn(8192);
      await catalog.rememberContextWindow(fake<TurnRecord>({ attempts: [], contextTokens: 9 }));
      catalog = createCatalog();
      assert.deepEqual([windowOf('acme'), refreshed], [8192, 1]);
      const others = [
        windowOf('acme', `${origin}/v2`),
        windowOf('acme', `${other}/v1`),
        windowOf('acme-2'),
        windowOf('__proto__'),
      ];
      assert.deepEqual(others, [undefined, undefined, undefined, undefined]);
    });

    it('contain the reported context window instead of a larger one, unless the user has set a context window', async () => {
      for (const { model, named, known } of [
        { model: 'gpt-4o', named: 100_000, known: 100_000 },
        { model: 'gpt-4o', named: 200_000, known: 128_000 },
        { model: 'mine', named: 4096, known: 4096 },
      ] as const) {
        await learn(named, { model });
        assert.equal(windowOf(model), known);
      }
      overrides = { contextWindow: 9000 };
      assert.equal(windowOf('mine'), 9000);
    });

    it("contain the window under the user's name for the model, not under the gateway's name", async () => {
      await learn(8192, { model: 'vendor/acme', userModel: 'acme' });
      assert.deepEqual([windowOf('acme'), windowOf('vendor/acme', undefined, 'acme')], [8192, 8192]);
      assert.equal(windowOf('vendor/acme'), undefined);
    });

    it('no longer contain the reported context window after the gateway has answered a longer prompt', async () => {
      await learn(8192);
      for (const [promptTokens, known] of [
        [undefined, 8192],
        [8192, 8192],
        [8193, undefined],
      ] as const) {
        await answered(promptTokens);
        assert.equal(windowOf('acme'), known);
      }
      assert.equal(refreshed, 2);
    });
  });

  describe('with a backup gateway', () => {
    const withoutKey = gatewayFrom({ baseUrl: 'https://third.test/v1', apiKey: undefined }, 'missing');
    const all = [gateway, otherGateway, withoutKey];
    const listed = (model: string) => all.map(({ id }) => catalog.lists(id, model));
    const restart = (): void => void (catalog = createCatalog());
    beforeEach(() => {
      gateways = all;
    });
    afterEach(() => mock.restoreAll());
    /** Chooses a model in the picker when the backup has `b` in addition to the model of the first gateway. */
    const choose = async (model: string): Promise<void> => {
      mock.method(engine, 'probe', (baseUrl: string) =>
        Promise.resolve({ state: 'verified', ms: 1, models: baseUrl === otherGateway.id ? ['a', 'b'] : ['a'] }),
      );
      editor.isPatient = true;
      const picked = catalog.pick();
      while (editor.quickPicks.at(-1)?.busy !== false) await new Promise(setImmediate);
      editor.quickPicks.at(-1)?.choose([model]);
      await picked;
      mock.restoreAll();
    };

    it('show which gateway offers a model', async () => {
      assert.deepEqual(listed('a'), [undefined, undefined, undefined]);
      ids = ['a', 'qwen3:latest', '__proto__'];
      await catalog.listOf(gateway);
      for (const model of ['a', 'qwen3', 'qwen3:latest', '__proto__']) assert.equal(listed(model)[0], true, model);
      for (const model of ['b', 'constructor', 'a:latest', '']) assert.equal(listed(model)[0], false, model);
      assert.deepEqual(listed('a').slice(1), [undefined, undefined]);
    });

    it("leave open whether a gateway offers a model if the gateway's list was truncated", async () => {
      ids = Array.from({ length: 5001 }, (_, index) => `model-${index}`);
      await catalog.listOf(gateway);
      assert.deepEqual(
        ['model-4999', 'model-5000'].map((model) => listed(model)[0]),
        [true, undefined],
      );
    });

    it("contain a model's context window from the gateway that offers the model", async () => {
      await catalog.listOf(gateway);
      ids = [{ id: 'b', context_length: 8192 }];
      await catalog.listOf(otherGateway);
      assert.equal(catalog.factsOf('b')?.contextWindow, 8192);
    });

    it('still contain, after a restart, the model that the user chose from the backup gateway', async () => {
      await choose('b');
      restart();
      assert.deepEqual(listed('b'), [false, true, undefined]);
      assert.deepEqual(listed('a'), [undefined, undefined, undefined]);
      ids = ['a', 'b'];
      await catalog.listOf(gateway);
      assert.deepEqual(listed('b'), [true, true, undefined]);
    });

    it('no longer contain a model that the user chose from a gateway that was then removed', async () => {
      await choose('b');
      restart();
      gateways = [gateway];
      assert.deepEqual(listed('b'), [undefined, undefined, undefined]);
      gateways = [otherGateway];
      await choose('b');
      gateways = all;
      restart();
      assert.deepEqual(listed('b'), [undefined, undefined, undefined]);
    });

    it('forget the oldest chosen model when the user has chosen more than a hundred', async () => {
      const key = [...memory.keys(), 'holysheep.gatewaysOfModels'][0]!;
      memory.set(
        key,
        Array.from({ length: 100 }, (_, index) => [`model-${index}`, otherGateway.id]),
      );
      await choose('b');
      assert.deepEqual(
        ['model-0', 'model-1', 'b'].map((model) => createCatalog().lists(otherGateway.id, model)),
        [undefined, true, true],
      );
    });

    it('are requested once more when the keys change', async () => {
      await catalog.preload();
      assert.deepEqual([requests, listed('a')], [2, [true, true, undefined]]);
      changeSettings();
      await new Promise(setImmediate);
      assert.equal(requests, 2);
      changeKeys();
      assert.deepEqual(listed('a'), [undefined, undefined, undefined]);
      await new Promise(setImmediate);
      assert.deepEqual([requests, listed('a')], [4, [true, true, undefined]]);
    });

    it('make a prompt wait for the model list of a new gateway', async () => {
      gateways = [gateway];
      await catalog.preload();
      const responses: (() => void)[] = [];
      mock.method(
        engine,
        'probe',
        () => new Promise((resolve) => responses.push(() => resolve({ state: 'verified', ms: 1, models: ['b'] }))),
      );
      gateways = [gateway, otherGateway];
      const waits: string[] = [];
      changeSettings();
      void catalog.listsLoaded.then(() => waits.push(`${catalog.lists(otherGateway.id, 'b')}`));
      await new Promise(setImmediate);
      assert.deepEqual(waits, []);
      for (const respond of responses) respond();
      await new Promise(setImmediate);
      assert.deepEqual(waits, ['true']);
    });

    it('make no prompt wait for the model list of a gateway that has never responded', async () => {
      unresponsive = otherGateway.id;
      const probes: string[] = [];
      let respond = (): void => undefined;
      mock.method(engine, 'probe', (baseUrl: string) => {
        probes.push(baseUrl);
        if (baseUrl === otherGateway.id)
          return new Promise((resolve) => (respond = () => resolve(refusedConnection())));
        return Promise.resolve({ state: 'verified', ms: 1, models: ['a'] });
      });
      const loaded = catalog.preload();
      let isSettled = false;
      void catalog.listsLoaded.then(() => (isSettled = true));
      await new Promise(setImmediate);
      assert.ok(isSettled);
      assert.deepEqual(probes.toSorted(), [gateway.id, otherGateway.id].toSorted());
      respond();
      await loaded;
      void catalog.askUnresponsive();
      await new Promise(setImmediate);
      assert.deepEqual(probes.slice(2), [otherGateway.id]);
    });

    it('ignore the response to a request with a previous key', async () => {
      const list = catalog.listOf(gateway);
      ids = ['b'];
      changeKeys();
      await list;
      assert.notEqual(listed('a')[0], true);
    });

    it('cause an event when the backup gateway no longer offers the selected model', async () => {
      await choose('b');
      restart();
      refreshed = 0;
      await catalog.listOf(gateway);
      assert.equal(refreshed, 0);
      await catalog.listOf(otherGateway);
      assert.deepEqual([refreshed, listed('b')], [1, [false, false, undefined]]);
    });
  });

  describe('with a local server such as Ollama', () => {
    const server = gatewayFrom({ baseUrl: 'http://localhost:11434/v1', apiKey: 'hsa-test' });
    beforeEach(() => {
      gateways = [server];
    });
    afterEach(() => mock.restoreAll());

    it('contain the model data that the server reports, with the selected model requested first', async () => {
      ids = ['a', 'b:latest', { id: 'c', context_length: 100 }];
      const read = mock.method(engine, 'localFacts');
      await catalog.preload();
      assert.deepEqual(read.mock.calls[0]?.arguments[2], ['b:latest', 'a', 'c']);
      assert.deepEqual(catalog.factsOf('a', server.id), { contextWindow: 4096, cutsLongPrompts: true });
      assert.equal(catalog.factsOf('c', server.id)?.contextWindow, 100);
    });

    it("do not contain the price that the model's vendor charges", async () => {
      ids = ['gpt-4o', { id: 'gpt-4', pricing: { prompt: '0.000001', completion: '0.000002' } }];
      await catalog.preload();
      assert.deepEqual([catalog.factsOf('gpt-4o')?.price, catalog.factsOf('gpt-4o')?.images], [undefined, true]);
      assert.equal(catalog.factsOf('gpt-4')?.price?.input, 1);
      assert.equal(catalog.factsOf('gpt-4o', gateway.id)?.price?.input, 2.5);
    });

    it("use the server's own API only for the local server", async () => {
      const read = mock.method(engine, 'localFacts');
      await catalog.listOf(gateway);
      assert.equal(read.mock.callCount(), 0);
    });

    it('contain the context window of a loaded model after a turn with that model', async () => {
      ids = ['a', 'b'];
      await catalog.preload();
      const read = mock.method(engine, 'localFacts', () => Promise.resolve(new Map([['a', { contextWindow: 8192 }]])));
      const after = (model: string, at = server.id) =>
        catalog.refreshFacts(fake<TurnRecord>({ attempts: [{ model, gateway: refOf(at) } as LedgerEntry] }));
      await after('b');
      await after('a', `${origin}/v1`);
      await catalog.refreshFacts(fake<TurnRecord>({ attempts: [] }));
      assert.equal(read.mock.callCount(), 0);
      refreshed = 0;
      await after('a');
      await after('a');
      assert.equal(refreshed, 1);
      assert.deepEqual(read.mock.calls[0]?.arguments.slice(0, 3), [server.id, 'hsa-test', ['a']]);
      assert.deepEqual(catalog.factsOf('a'), { contextWindow: 8192, cutsLongPrompts: true });
    });
  });

  it('offer similar models if a gateway lacks the requested model', async () => {
    ids = ['gpt-4o', 'acme-2', 'acme-3'];
    assert.deepEqual(await catalog.nearestTo('acme-1', `${origin}/v1`), ['acme-2', 'acme-3']);
    assert.deepEqual(await catalog.nearestTo('acme-1', undefined), ['acme-2', 'acme-3']);
    gateways = [otherGateway];
    isDown = true;
    assert.deepEqual(await catalog.nearestTo('gpt-4', `${origin}/v1`), []);
  });

  for (const { missing, replacement, isExpected } of [
    { missing: 'gone', replacement: 'a', isExpected: true },
    { missing: 'b', replacement: 'a', isExpected: false },
    { missing: 'gone', replacement: 'c', isExpected: false },
  ] as const) {
    it(`${isExpected ? 'allow' : 'do not allow'} a replacement of the model ${missing} by ${replacement} if they contain a and b`, async () => {
      ids = ['a', 'b'];
      assert.equal(await catalog.canReplace(missing, replacement), isExpected);
    });
  }

  it("offer no similar models if the list can't be loaded", async () => {
    isDown = true;
    assert.equal(await catalog.canReplace('gone', 'gpt-4o'), false);
  });

  it('are shown in the model picker without reading the health records for each model', async () => {
    ids = Array.from({ length: 5000 }, (_, index) => `model-${index}`);
    const read = mock.method(health, 'records');
    editor.isPatient = true;
    const picked = catalog.pick();
    await catalog.listOf(gateway);
    while (editor.quickPicks[0]?.busy !== false) await new Promise(setImmediate);
    assert.equal(editor.quickPicks[0].items.length, 5001);
    assert.equal(read.mock.callCount(), 1);
    editor.quickPicks[0].hide();
    assert.equal(await picked, undefined);
  });
});

describe('Select Model command', () => {
  useVSCode({});
  const run = async (argument?: string, picked?: string): Promise<readonly unknown[]> => {
    const { registerModels } = await import('../../../src/host/models/modelCatalog');
    const calls: unknown[] = [];
    const commands = registerModels({
      gatewaySets: fakeSets({ selectModel: (model) => Promise.resolve(void calls.push(`setting ${model}`)) })
        .gatewaySets,
      catalog: fake<ModelCatalog>({ pick: () => Promise.resolve(picked) }),
      conversations: { current: { selectModel: (model: string) => void calls.push(`turn ${model}`) } },
    });
    return [...calls, await commands['holysheep.selectModel'](argument), ...calls];
  };

  it('changes the model of the current turn first, and then the setting', async () => {
    assert.deepEqual(await run('gpt-4o'), ['gpt-4o', 'turn gpt-4o', 'setting gpt-4o']);
    assert.deepEqual(await run(undefined, 'b'), ['b', 'turn b', 'setting b']);
  });

  it('changes nothing when the user chooses no model', async () => {
    assert.deepEqual(await run(), [undefined]);
  });
});
