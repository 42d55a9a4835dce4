import assert from 'node:assert/strict';
import { startGateway, type Gateway } from '../../../src/demo/gateway';
import { answer } from '../../../src/demo/replies';
import { hostFaults } from '../../../src/engine/faults/hostFaults';
import { normalizeBaseUrl } from '../../../src/engine/gateway/baseUrl';
import { KnownKeys } from '../../../src/engine/gateway/knownKeys';
import type { ConnectionDeps } from '../../../src/host/connection/connections';
import type { Log } from '../../../src/host/diagnostics/log';
import { useVSCode } from '../../support/fakeVSCode';

interface Shown {
  readonly message: string;
  readonly buttons: readonly string[];
}

const nothing = { dispose: (): void => undefined };
const never = (): typeof nothing => nothing;

/** Returns the part of VS Code's API that is needed to read, enter and verify a key. */
function editorApi(shown: Shown[]): Record<string, unknown> {
  const show = (message: string, ...buttons: string[]): Promise<undefined> => {
    shown.push({ message, buttons });
    return Promise.resolve(undefined);
  };
  return {
    EventEmitter: class {
      readonly event = never;
      readonly fire = (): void => undefined;
      readonly dispose = (): void => undefined;
    },
    CancellationTokenSource: class {
      readonly token = { isCancellationRequested: false, onCancellationRequested: never };
      readonly dispose = (): void => undefined;
    },
    CancellationError: class extends Error {},
    l10n: { t: (message: string) => message },
    window: { showInformationMessage: show, showWarningMessage: show, showErrorMessage: show },
  };
}

describe('a keyring that fails', () => {
  const cause = new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.');
  const shown: Shown[] = [];
  const logged: unknown[] = [];
  let gateway: Gateway;
  useVSCode(editorApi(shown));
  before(async () => {
    gateway = await startGateway({ script: () => answer('one') });
    gateway.models = ['a'];
  });
  beforeEach(() => {
    shown.length = 0;
    logged.length = 0;
  });
  after(() => gateway.close());

  async function parts() {
    const { KeyStore } = await import('../../../src/host/connection/keyStore');
    const { Connections } = await import('../../../src/host/connection/connections');
    const note = (line: unknown): void => void logged.push(line);
    const log = {
      keys: new KnownKeys(),
      debug: note,
      info: note,
      warn: note,
      error: note,
      hide: () => undefined,
    } as unknown as Log;
    const fail = (): Promise<never> => Promise.reject(cause);
    const secrets = { get: fail, store: fail, delete: fail, keys: fail, onDidChange: never };
    const keys = new KeyStore(secrets, log);
    const settings = {
      onDidChange: never,
      baseUrl: () => normalizeBaseUrl(gateway.baseUrl),
      baseUrlText: () => gateway.baseUrl,
      model: () => 'm',
    };
    const demo = { onDidChange: never, active: false, leave: () => Promise.resolve() };
    const deps = { settings, keys, demo, log, memory: {} } as unknown as ConnectionDeps;
    return { ...deps, connections: new Connections(deps) };
  }

  it('is reported to the engine as a keyring failure with its cause', async () => {
    const { connections } = await parts();
    await assert.rejects(connections.configured(), {
      connectionProblem: 'keyring',
      message: hostFaults.keyring.message,
      cause,
    });
  });

  it('does not look like a missing key when the keyring is the cause', async () => {
    const { connections } = await parts();
    assert.equal((await connections.view()).hasKey, 'unreadable');
  });

  it('does not look like a missing key when a defect is the cause', async () => {
    const deps = await parts();
    const { Connections } = await import('../../../src/host/connection/connections');
    const keys = { get: () => Promise.reject(new TypeError('not a function')), onDidChange: never };
    const connections = new Connections({ ...deps, keys: keys as unknown as ConnectionDeps['keys'] });
    assert.equal((await connections.view()).hasKey, 'unreadable');
  });

  it('is reported by Test Connection, which offers the log, not the base URL', async () => {
    const { connections, log } = await parts();
    const { testConnection } = await import('../../../src/host/connection/connectionCommands');
    assert.equal(await testConnection(connections, log), undefined);
    assert.deepEqual(shown, [{ message: hostFaults.keyring.message, buttons: ['Set API key', 'Show log'] }]);
  });

  it('is reported by Set API Key when the verified key cannot be saved', async () => {
    const deps = await parts();
    const { storeApiKey } = await import('../../../src/host/connection/storeApiKey');
    const { createErrorBoundary } = await import('../../../src/host/commands');
    await storeApiKey(deps, 'hsa-new-key-1').catch(createErrorBoundary(deps.log));
    const message = "Can't save the API key in the system keyring. Unlock it and try again.";
    assert.deepEqual(shown, [{ message, buttons: ['Show log'] }]);
    assert.equal((logged.at(-1) as Error).cause, cause);
  });

  it('is reported with the list of models, which has only the known ones', async () => {
    const { connections, keys, log } = await parts();
    const { ModelCatalog } = await import('../../../src/host/models/modelCatalog');
    const list = await new ModelCatalog({ connections, keys, log }).list();
    assert.deepEqual([list.source, 'message' in list && list.message], ['default', hostFaults.keyring.message]);
  });
});
