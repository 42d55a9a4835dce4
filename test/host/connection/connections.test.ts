import assert from 'node:assert/strict';
import type { Connections } from '../../../src/host/connection/connections';
import { useVSCode } from '../../support/fakeVSCode';
import { FakeEditor, FakeRoutes } from './fakeRoutes';

const [primary, first, second] = [
  'https://primary.example',
  'https://first.example',
  'https://second.example',
] as const;

describe('connection over several routes', () => {
  useVSCode(new FakeEditor().api());
  let routes: FakeRoutes;
  let connections: Connections;
  beforeEach(async () => {
    routes = new FakeRoutes();
    routes.backups = [`${first}/v1`, `${second}/v1`];
    const { Connections } = await import('../../../src/host/connection/connections');
    connections = new Connections(routes.deps());
  });

  const keysOf = async (): Promise<readonly (readonly [string, string | undefined])[]> => {
    const { backups = [], ...connection } = await connections.configured();
    return [connection, ...backups].map(({ baseUrl, apiKey }) => [new URL(baseUrl).origin, apiKey]);
  };

  it('starts with the base URL and has the backup routes with their own keys in the order of the settings', async () => {
    routes.keys = new Map([
      [second, 'hsa-second'],
      [primary, 'hsa-primary'],
      [first, 'hsa-first'],
    ]);
    assert.deepEqual(await keysOf(), [
      [primary, 'hsa-primary'],
      [first, 'hsa-first'],
      [second, 'hsa-second'],
    ]);
  });

  it('starts with the first backup route that has a key when the base URL has none', async () => {
    routes.keys = new Map([
      [first, 'hsa-first'],
      [second, 'hsa-second'],
    ]);
    assert.deepEqual(await keysOf(), [
      [first, 'hsa-first'],
      [second, 'hsa-second'],
    ]);
    assert.deepEqual(await connections.view(), {
      ...{ model: 'model-1', host: 'first.example', hasKey: true, demo: false, backups: 1 },
    });
    assert.equal((await connections.connectionFor()).origin, first);
  });

  it('does not put a backup route over plain HTTP in the place of an https base URL without a key', async () => {
    const plain = 'http://plain.example';
    routes.backups = [`${plain}/v1`, `${second}/v1`];
    routes.keys = new Map([
      [plain, 'hsa-plain'],
      [second, 'hsa-second'],
    ]);
    assert.deepEqual(await keysOf(), [
      [second, 'hsa-second'],
      [plain, 'hsa-plain'],
    ]);
    routes.keys.delete(second);
    assert.deepEqual(await keysOf(), [
      [primary, undefined],
      [plain, 'hsa-plain'],
    ]);
    assert.equal((await connections.view()).hasKey, false);
  });

  it('starts with a backup route over plain HTTP when the base URL has no key and uses plain HTTP as well', async () => {
    routes.baseUrl = 'http://primary.example/v1';
    routes.backups = ['http://plain.example/v1'];
    routes.keys.set('http://plain.example', 'hsa-plain');
    assert.deepEqual(await keysOf(), [['http://plain.example', 'hsa-plain']]);
  });

  it('is the base URL without a key when no route has a key', async () => {
    assert.deepEqual(await keysOf(), [[primary, undefined]]);
    assert.equal((await connections.configured()).backups, undefined);
    assert.deepEqual(await connections.view(), {
      ...{ model: 'model-1', host: 'primary.example', hasKey: false, demo: false, backups: undefined },
    });
  });

  it('fails when the base URL is invalid, even if a backup route has a key', async () => {
    routes.keys.set(first, 'hsa-first');
    routes.baseUrl = 'ftp://files.example';
    await assert.rejects(connections.configured(), { connectionProblem: 'base-url' });
  });

  it('names the paths of routes with the same host', async () => {
    routes.backups = [`${primary}/eu/v1`, `${first}/v1`];
    assert.deepEqual(
      (await connections.routes()).map(({ host }) => host),
      ['primary.example/v1', 'primary.example/eu/v1', 'first.example'],
    );
  });

  it('lists all routes, with or without a key', async () => {
    routes.keys.set(first, 'hsa-first');
    assert.deepEqual(
      (await connections.routes()).map(({ host, apiKey }) => [host, apiKey]),
      [
        ['primary.example', undefined],
        ['first.example', 'hsa-first'],
        ['second.example', undefined],
      ],
    );
  });
});
