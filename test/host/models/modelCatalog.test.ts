import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { ProbeResult } from '../../../src/engine/engine';
import { defaultModels, parseModelList } from '../../../src/engine/gateway/modelList';
import type { ActiveConnection, Connections } from '../../../src/host/connection/connections';
import type { KeyStore } from '../../../src/host/connection/keyStore';
import type { Settings } from '../../../src/host/settings/settings';
import type { Log } from '../../../src/host/util/log';
import type { ModelCatalog } from '../../../src/host/models/modelCatalog';
import { useVSCode } from '../../support/fakeVSCode';
import { FakeEditor } from '../connection/fakeRoutes';

const [origin, other] = ['https://gateway.test', 'https://other.test'];
const connection: ActiveConnection = {
  ...{ baseUrl: `${origin}/v1`, origin, host: 'gateway.test', apiKey: 'hsa-test', demo: false },
};

describe('model catalog', () => {
  let isDown: boolean;
  let ids: readonly unknown[];
  let requests: number;
  let logged: string[];
  let routes: readonly string[];
  let catalog: ModelCatalog;
  let currentConnection: ActiveConnection | undefined;
  const editor = new FakeEditor();
  useVSCode(editor.api());
  const log = (problem: unknown) => logged.push(String(problem));
  const health = { records: () => [], refresh: () => Promise.resolve() };
  const engine = {
    cooldownOf: () => undefined,
    probe: (): Promise<ProbeResult> => {
      requests++;
      const failure = { ms: 1, kind: 'server', message: 'It is down.', detail: '', actions: [] } as const;
      return Promise.resolve(
        isDown
          ? { state: 'unverified', ...failure }
          : { state: 'verified', ms: 1, ...(parseModelList(ids) ?? assert.fail('no list')) },
      );
    },
  };
  beforeEach(async () => {
    [isDown, requests, logged, ids, currentConnection] = [false, 0, [], ['a'], connection];
    editor.reset();
    const { ModelCatalog } = await import('../../../src/host/models/modelCatalog');
    const connections = {
      model: () => 'model-0',
      connectionFor: () =>
        currentConnection ? Promise.resolve(currentConnection) : Promise.reject(new Error('no route')),
    } as unknown as Connections;
    const keys = { onDidChange: () => ({ dispose: () => undefined }) } as unknown as KeyStore;
    catalog = new ModelCatalog({
      ...{ connections, engine, health },
      keys,
      log: { error: log, warn: log } as unknown as Log,
      settings: {
        routes: () => routes.map((url) => ({ url })),
        engineSettings: () => ({ fallbackModels: [] }),
        modelOverrides: ([model, sentModel]: readonly string[]) =>
          model === 'mine' ? { maxOutput: 5, family: sentModel } : undefined,
      } as unknown as Settings,
    });
  });
  afterEach(() => catalog.dispose());

  it('requests a model list only once while it is cached', async () => {
    assert.equal((await catalog.listOf(connection)).source, 'gateway');
    assert.equal((await catalog.listOf(connection)).source, 'gateway');
    assert.equal(requests, 1);
  });

  it('requests the list again after a failed request', async () => {
    isDown = true;
    assert.equal((await catalog.listOf(connection)).source, 'default');
    isDown = false;
    assert.equal((await catalog.listOf(connection)).source, 'gateway');
  });

  it('offers the default models and logs the error when the engine cannot send the request', async () => {
    mock.method(engine, 'probe', () => Promise.reject(new Error('no keyring')), { times: 1 });
    const { source, models } = await catalog.listOf(connection);
    assert.deepEqual([source, models, logged], ['default', defaultModels, ['Error: no keyring']]);
  });

  it('loads the models of the connection and of its backups', async () => {
    const backup = { baseUrl: `${other}/v1`, origin: other, host: 'other.test', apiKey: 'hsa-backup' };
    currentConnection = { ...connection, backups: [backup] };
    const listed = await catalog.listRoutes();
    const lists = await Promise.all(listed.map(({ list }) => list));
    assert.deepEqual(
      listed.map(({ origin, host }, index) => [origin, host, 'host' in lists[index]! && lists[index].host]),
      [
        [origin, 'gateway.test', 'gateway.test'],
        [other, 'other.test', 'other.test'],
      ],
    );
    assert.equal(requests, 2);
  });

  it('offers the default models when there is no connection', async () => {
    currentConnection = undefined;
    const [route, ...others] = await catalog.listRoutes();
    const list = await route?.list;
    assert.deepEqual([list?.source, list?.source === 'default' && list.message, others], ['default', 'no route', []]);
  });

  it('reports once how many models it does not offer because of their names', async () => {
    ids = ['[a](command:x)', '[b](command:x)', 'ok'];
    assert.deepEqual((await catalog.listOf(connection)).models, ['ok']);
    await catalog.listOf(connection);
    assert.deepEqual(logged, ['2 models are not offered, because of the characters in their names.']);
  });

  it('knows about a model what the list of the first route says, and else what the table says', async () => {
    ids = [{ id: 'gpt-4o', context_length: 8192 }];
    routes = ['https://not-loaded.example/v1', connection.baseUrl];
    assert.equal(catalog.factsOf('gpt-4o')?.contextWindow, 128_000);
    await catalog.listOf(connection);
    assert.deepEqual([catalog.factsOf('gpt-4o')?.contextWindow, catalog.factsOf('gpt-4o')?.images], [8192, true]);
    assert.equal(catalog.factsOf('unheard-of'), undefined);
    assert.equal(catalog.factsOf('gpt-4o', `${other}/v1`)?.contextWindow, 128_000);
    const { contextWindow, maxOutput, family } = catalog.factsOf('gpt-4o', `${origin}/v1`, 'mine') ?? {};
    assert.deepEqual([contextWindow, maxOutput, family], [8192, 5, 'gpt-4o']);
    routes = [];
    assert.equal(catalog.factsOf('gpt-4o')?.contextWindow, 128_000);
  });

  it('finds the nearest models in the list of the route that lacks a model, but not in the default list', async () => {
    ids = ['gpt-4o', 'acme-2', 'acme-3'];
    assert.deepEqual(await catalog.nearestTo('acme-1', origin), ['acme-2', 'acme-3']);
    assert.deepEqual(await catalog.nearestTo('acme-1', undefined), ['acme-2', 'acme-3']);
    currentConnection = { ...connection, baseUrl: `${other}/v1` };
    isDown = true;
    assert.deepEqual(await catalog.nearestTo('gpt-4', origin), []);
  });

  for (const [missing, replacement, isExpected] of [
    ['gone', 'a', true],
    ['b', 'a', false],
    ['gone', 'c', false],
  ] as const) {
    it(`${isExpected ? 'replaces' : 'does not replace'} the model ${missing} with ${replacement} if the list has a and b`, async () => {
      ids = ['a', 'b'];
      assert.equal(await catalog.canReplace(missing, replacement), isExpected);
    });
  }

  it('replaces no model if the list cannot be loaded', async () => {
    isDown = true;
    assert.equal(await catalog.canReplace('gone', 'gpt-4o'), false);
  });

  it('reads the health book once for the model picker', async () => {
    ids = Array.from({ length: 5000 }, (_, index) => `model-${index}`);
    const read = mock.method(health, 'records');
    editor.isPatient = true;
    const picked = catalog.pick();
    await catalog.listOf(connection);
    while (editor.quickPicks[0]?.busy !== false) await new Promise(setImmediate);
    assert.equal(editor.quickPicks[0].items.length, 5001);
    assert.equal(read.mock.callCount(), 1);
    editor.quickPicks[0].hide();
    assert.equal(await picked, undefined);
  });

  describe('in the command Select Model', () => {
    const run = async (argument?: string, picked?: string): Promise<readonly unknown[]> => {
      const { registerModels } = await import('../../../src/host/models/modelCatalog');
      const calls: unknown[] = [];
      const commands = registerModels({
        connections: { selectModel: (model: string) => Promise.resolve(void calls.push(`setting ${model}`)) },
        catalog: { pick: () => Promise.resolve(picked) },
        conversations: { current: { selectModel: (model: string) => void calls.push(`turn ${model}`) } },
        demo: { active: false },
      });
      return [...calls, await commands['holysheep.selectModel'](argument), ...calls];
    };

    it("switches the current conversation's turn to the model, then changes the setting", async () => {
      assert.deepEqual(await run('gpt-4o'), ['gpt-4o', 'turn gpt-4o', 'setting gpt-4o']);
      assert.deepEqual(await run(undefined, 'b'), ['b', 'turn b', 'setting b']);
    });

    it('changes nothing when the user chooses no model', async () => {
      assert.deepEqual(await run(), [undefined]);
    });
  });
});
