import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { ProbeResult } from '../../../src/engine/engine';
import { parseModelList } from '../../../src/engine/gateway/modelList';
import type { ActiveConnection, Connections } from '../../../src/host/connection/connections';
import type { KeyStore } from '../../../src/host/connection/keyStore';
import type { Log } from '../../../src/host/util/log';
import type { ModelCatalog } from '../../../src/host/models/modelCatalog';
import { MemoryHealth } from '../health/memoryHealth';
import { useVSCode } from '../../support/fakeVSCode';

/** A quick pick that stays open until the test hides it. */
class QuickPick {
  items: readonly unknown[] = [];
  readonly activeItems: readonly unknown[] = [];
  readonly value = '';
  busy = false;
  hide: () => void = () => undefined;
  readonly onDidChangeValue = (): void => undefined;
  readonly onDidAccept = (): void => undefined;
  readonly onDidTriggerItemButton = (): void => undefined;
  readonly onDidHide = (listener: () => void): void => void (this.hide = listener);
  readonly show = (): void => undefined;
  readonly dispose = (): void => undefined;
}

describe('model catalog', () => {
  let picker: QuickPick | undefined;
  let isDown: boolean;
  let ids: readonly unknown[];
  let requests: number;
  let logged: unknown[];
  let warnings: string[];
  let health: MemoryHealth;
  let baseUrls: readonly string[];
  let catalog: ModelCatalog;
  let currentConnection: ActiveConnection | undefined;
  useVSCode({
    QuickPickItemKind: { Separator: -1 },
    env: { language: 'en' },
    window: { createQuickPick: () => (picker = new QuickPick()) },
    l10n: {
      t: (text: string) => text,
    },
  });
  const origin = 'https://gateway.test';
  const connection: ActiveConnection = {
    ...{ baseUrl: `${origin}/v1`, origin, host: 'gateway.test', apiKey: 'hsa-test', demo: false },
  };
  const engine = {
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
    [isDown, requests, logged, warnings, ids] = [false, 0, [], [], ['a']];
    const error = (logEntry: unknown): void => void logged.push(logEntry);
    const log = { error, warn: (warning: string) => warnings.push(warning) } as unknown as Log;
    const { ModelCatalog } = await import('../../../src/host/models/modelCatalog');
    const keys = { onDidChange: () => ({ dispose: () => undefined }) } as unknown as KeyStore;
    const connections = {
      model: () => 'model-0',
      baseUrls: () => baseUrls,
      connectionFor: () =>
        currentConnection ? Promise.resolve(currentConnection) : Promise.reject(new Error('no route')),
    };
    health = new MemoryHealth();
    catalog = new ModelCatalog({ connections: connections as unknown as Connections, keys, engine, log, health });
  });
  afterEach(() => catalog.dispose());

  it('requests a model list only once while it is cached', async () => {
    assert.equal((await catalog.listOf(connection)).source, 'gateway');
    assert.equal((await catalog.listOf(connection)).source, 'gateway');
    assert.equal(requests, 1);
  });

  it('loads the models of the connection and of its backups, each with its own failure', async () => {
    const { host } = connection;
    const other = 'https://other.test';
    const backups = [{ baseUrl: `${other}/v1`, origin: other, host: 'other.test', apiKey: 'hsa-backup' }];
    currentConnection = { ...connection, backups };
    const routes = await catalog.listRoutes();
    assert.deepEqual(
      routes.map((route) => [route.origin, route.host]),
      [
        [origin, host],
        [other, backups[0]?.host],
      ],
    );
    const lists = await Promise.all(routes.map(({ list }) => list));
    assert.deepEqual(
      lists.map((list) => list.source === 'gateway' && list.host),
      [host, backups[0]?.host],
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
    const list = await catalog.listOf(connection);
    assert.deepEqual(list.models, ['ok']);
    await catalog.listOf(connection);
    assert.deepEqual(warnings, ['2 models are not offered, because of the characters in their names.']);
  });

  it('knows about a model what the list of the first route says, and else what the table says', async () => {
    ids = [{ id: 'gpt-4o', context_length: 8192 }];
    baseUrls = ['https://not-loaded.example/v1', connection.baseUrl];
    assert.equal(catalog.factsOf('gpt-4o')?.contextWindow, 128_000);
    await catalog.listOf(connection);
    assert.deepEqual([catalog.factsOf('gpt-4o')?.contextWindow, catalog.factsOf('gpt-4o')?.images], [8192, true]);
    assert.equal(catalog.factsOf('unheard-of'), undefined);
    baseUrls = [];
    assert.equal(catalog.factsOf('gpt-4o')?.contextWindow, 128_000);
  });

  it('finds the nearest models in the list of the route that lacks a model', async () => {
    currentConnection = connection;
    ids = ['gpt-4o', 'acme-2', 'acme-3'];
    assert.deepEqual(await catalog.nearestTo('acme-1', connection.origin), ['acme-2', 'acme-3']);
    assert.deepEqual(await catalog.nearestTo('acme-1', undefined), ['acme-2', 'acme-3']);
  });

  it('replaces only a model that the list of the first route lacks, and only with a model that the list has', async () => {
    currentConnection = connection;
    ids = ['a', 'b'];
    assert.equal(await catalog.canReplace('gone', 'a'), true);
    assert.deepEqual([await catalog.canReplace('b', 'a'), await catalog.canReplace('gone', 'c')], [false, false]);
  });

  it('replaces no model if the list cannot be loaded', async () => {
    [currentConnection, isDown] = [connection, true];
    assert.equal(await catalog.canReplace('gone', 'gpt-4o'), false);
  });

  it('finds no nearest models in the default list', async () => {
    [currentConnection, isDown] = [connection, true];
    assert.deepEqual(await catalog.nearestTo('gpt-4', connection.origin), []);
  });

  it('reads the health book once for the model picker', async () => {
    currentConnection = connection;
    ids = Array.from({ length: 5000 }, (_, index) => `model-${index}`);
    const read = mock.method(health, 'records');
    const picked = catalog.pick();
    await catalog.listOf(connection);
    while (picker?.busy !== false) await new Promise(setImmediate);
    assert.equal(picker.items.length, 5001);
    assert.equal(read.mock.callCount(), 1);
    picker.hide();
    assert.equal(await picked, undefined);
  });

  it('requests the list again after a failed request', async () => {
    isDown = true;
    assert.equal((await catalog.listOf(connection)).source, 'default');
    isDown = false;
    assert.equal((await catalog.listOf(connection)).source, 'gateway');
  });
});
