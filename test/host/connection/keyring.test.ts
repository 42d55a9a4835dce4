import assert from 'node:assert/strict';
import { startGateway, type Gateway } from '../../../src/demo/gateway';
import { answer } from '../../../src/demo/replies';
import { hostFaults } from '../../../src/engine/faults/hostFaults';
import { normalizeBaseUrl } from '../../../src/engine/gateway/baseUrl';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import type { ConnectionDeps } from '../../../src/host/connection/connections';
import type { DoctorDeps } from '../../../src/host/connection/doctor';
import type { Log } from '../../../src/host/util/log';
import { MemoryHealth } from '../health/memoryHealth';
import { useVSCode } from '../../support/fakeVSCode';

interface ShownMessage {
  readonly message: string;
  readonly buttons: readonly string[];
}

const subscription = { dispose: (): void => undefined };
const subscribe = (): typeof subscription => subscription;

/** Returns the part of VS Code's API that is needed to read, enter and verify a key. It records all shown messages. */
function fakeEditorApi(shownMessages: ShownMessage[]): Record<string, unknown> {
  const show = (message: string, ...buttons: string[]): Promise<undefined> => {
    shownMessages.push({ message, buttons });
    return Promise.resolve(undefined);
  };
  return {
    EventEmitter: class {
      readonly event = subscribe;
      readonly fire = (): void => undefined;
      readonly dispose = (): void => undefined;
    },
    CancellationTokenSource: class {
      readonly token = { isCancellationRequested: false, onCancellationRequested: subscribe };
      readonly dispose = (): void => undefined;
    },
    CancellationError: class extends Error {},
    l10n: { t: (message: string) => message },
    window: { showInformationMessage: show, showWarningMessage: show, showErrorMessage: show },
  };
}

describe('unreadable system keyring', () => {
  const cause = new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.');
  const shownMessages: ShownMessage[] = [];
  const logged: unknown[] = [];
  let gateway: Gateway;
  useVSCode(fakeEditorApi(shownMessages));
  before(async () => {
    gateway = await startGateway({ script: () => answer('one') });
    gateway.models = ['a'];
  });
  beforeEach(() => {
    shownMessages.length = 0;
    logged.length = 0;
  });
  after(() => gateway.close());

  async function createDeps() {
    const { KeyStore } = await import('../../../src/host/connection/keyStore');
    const { Connections } = await import('../../../src/host/connection/connections');
    const record = (line: unknown): void => void logged.push(line);
    const log = {
      keys: new KeyRedactor(),
      debug: record,
      info: record,
      warn: record,
      error: record,
      redactSecret: () => undefined,
    } as unknown as Log;
    const fail = (): Promise<never> => Promise.reject(cause);
    const secrets = { get: fail, store: fail, delete: fail, keys: fail, onDidChange: subscribe };
    const keys = new KeyStore(secrets, log);
    const settings = {
      onDidChange: subscribe,
      baseUrl: () => normalizeBaseUrl(gateway.baseUrl),
      baseUrlText: () => gateway.baseUrl,
      backupBaseUrls: () => [],
      backupBaseUrlTexts: () => [],
      model: () => 'm',
    };
    const demo = { onDidChange: subscribe, active: false, leave: () => Promise.resolve() };
    const deps = { settings, keys, demo, log, memory: {} } as unknown as ConnectionDeps;
    return { ...deps, connections: new Connections(deps) };
  }

  it('makes the connection fail with a keyring fault and its cause', async () => {
    const { connections } = await createDeps();
    await assert.rejects(connections.configured(), {
      connectionProblem: 'keyring',
      message: hostFaults.keyring.message,
      cause,
    });
  });

  it('is not displayed to the user as a missing key', async () => {
    const { connections } = await createDeps();
    assert.equal((await connections.view()).hasKey, 'unreadable');
  });

  it('is distinguished from a missing key even if reading the key throws an unexpected error', async () => {
    const deps = await createDeps();
    const { Connections } = await import('../../../src/host/connection/connections');
    const keys = { get: () => Promise.reject(new TypeError('not a function')), onDidChange: subscribe };
    const connections = new Connections({ ...deps, keys: keys as unknown as ConnectionDeps['keys'] });
    assert.equal((await connections.view()).hasKey, 'unreadable');
  });

  it('is reported by Test Connection with buttons for the key and the log, but not for the base URL', async () => {
    const { connections, log } = await createDeps();
    const { testConnection } = await import('../../../src/host/connection/doctor');
    const deps = { connections, log, engine: {}, document: {} } as unknown as DoctorDeps;
    assert.equal(await testConnection(deps), undefined);
    assert.deepEqual(shownMessages, [{ message: hostFaults.keyring.message, buttons: ['Set API key', 'Show log'] }]);
  });

  it('is reported by Set API Key when the verified key cannot be saved', async () => {
    const deps = await createDeps();
    const { storeApiKey } = await import('../../../src/host/connection/storeApiKey');
    const { createErrorBoundary } = await import('../../../src/host/commands');
    await storeApiKey(deps, 'hsa-new-key-1').catch(createErrorBoundary(deps.log));
    const message = "Can't save the API key in the system keyring. Unlock it and try again.";
    assert.deepEqual(shownMessages, [{ message, buttons: ['Show log'] }]);
    assert.equal((logged.at(-1) as Error).cause, cause);
  });

  it('is reported as the reason why the model list contains only the default models', async () => {
    const { connections, keys, log } = await createDeps();
    const { ModelCatalog } = await import('../../../src/host/models/modelCatalog');
    const [route] = await new ModelCatalog({ connections, keys, log, health: new MemoryHealth() }).listRoutes();
    const list = (await route?.list) ?? assert.fail('no route');
    assert.deepEqual([list.source, 'message' in list && list.message], ['default', hostFaults.keyring.message]);
  });
});
