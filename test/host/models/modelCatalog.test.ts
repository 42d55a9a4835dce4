import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KnownKeys } from '../../../src/engine/gateway/knownKeys';
import type { ActiveConnection, Connections } from '../../../src/host/connection/connections';
import type { KeyStore } from '../../../src/host/connection/keyStore';
import type { Log } from '../../../src/host/diagnostics/log';
import type { ModelCatalog } from '../../../src/host/models/modelCatalog';
import { useVSCode } from '../../support/fakeVSCode';

class CancellationTokenSource {
  readonly token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) };
  cancel(): void {
    // No request waits for this token.
  }
  dispose(): void {
    // There is nothing to release.
  }
}

describe('the list of models', () => {
  let throws: Error | undefined;
  let status: number;
  let asked: number;
  let logged: unknown[];
  let server: Server;
  let connection: ActiveConnection;
  let catalog: ModelCatalog;
  useVSCode({
    CancellationTokenSource,
    l10n: {
      t: (text: string) => {
        if (throws) throw throws;
        return text;
      },
    },
  });
  before(async () => {
    server = createServer((_request, response) => {
      asked++;
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"data":[{"id":"a"}]}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const origin = `http://127.0.0.1:${port}`;
    connection = { baseUrl: origin, origin, host: `127.0.0.1:${port}`, apiKey: 'hsa-test', demo: false };
  });
  beforeEach(async () => {
    [throws, status, asked, logged] = [undefined, 200, 0, []];
    const error = (problem: unknown): void => void logged.push(problem);
    const log = { keys: new KnownKeys(), error, warn: () => undefined } as unknown as Log;
    const { ModelCatalog } = await import('../../../src/host/models/modelCatalog');
    const keys = { onDidChange: () => ({ dispose: () => undefined }) } as unknown as KeyStore;
    catalog = new ModelCatalog({ connections: {} as unknown as Connections, keys, log });
  });
  afterEach(() => catalog.dispose());
  after(() => server.close());

  it('is asked for once while it is fresh', async () => {
    assert.equal((await catalog.listOf(connection)).source, 'gateway');
    assert.equal((await catalog.listOf(connection)).source, 'gateway');
    assert.equal(asked, 1);
  });

  it('is asked for again after the gateway could not list its models', async () => {
    status = 500;
    assert.equal((await catalog.listOf(connection)).source, 'default');
    status = 200;
    assert.equal((await catalog.listOf(connection)).source, 'gateway');
  });

  it('is asked for again after an unexpected error, which is logged and rejects nothing', async () => {
    [status, throws] = [500, new Error('unexpected')];
    const lists = await Promise.all([catalog.listOf(connection), catalog.listOf(connection)]);
    assert.deepEqual(
      lists.map(({ source }) => source),
      ['default', 'default'],
    );
    assert.deepEqual(logged, [throws]);
    [status, throws] = [200, undefined];
    assert.equal((await catalog.listOf(connection)).source, 'gateway');
  });
});
