import assert from 'node:assert/strict';
import { hostFaults } from '../../../src/engine/faults/hostFaults';
import type { SecretStorage } from 'vscode';
import type { GatewayServices } from '../../../src/host/connection/userGateways';
import type { HealthBook } from '../../../src/host/health/healthBook';
import { fake } from '../../support/fake';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { FakeGateways, openGateways } from '../../support/host/fakeGateways';

const emptyHealth = fake<HealthBook>({ records: () => [], refresh: () => Promise.resolve() });

describe('unreadable system keyring', () => {
  const cause = new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.');
  const editor = new FakeEditor();
  useVSCode(editor.api());
  let gateways: FakeGateways;
  beforeEach(() => {
    editor.reset();
    gateways = new FakeGateways();
  });

  async function createDeps() {
    const { KeyStore } = await import('../../../src/host/connection/keyStore');
    const deps = gateways.deps();
    const fail = (): Promise<never> => Promise.reject(cause);
    const onDidChange = () => ({ dispose: () => undefined });
    const keys = new KeyStore({ get: fail, store: fail, delete: fail, keys: fail, onDidChange }, deps.log);
    return openGateways({ ...deps, keys });
  }

  it('makes requests fail with a keyring fault that contains the original error', async () => {
    const { userGateways } = await createDeps();
    await assert.rejects(userGateways.withKeys(), {
      connectionProblem: 'keyring',
      message: hostFaults.keyring.message,
      cause,
    });
  });

  it('is not reported as a missing key', async () => {
    const { own } = await createDeps();
    assert.equal((await own.view()).hasKey, 'unreadable');
  });

  it('makes Test Connection offer to set the key, but not to change the base URL', async () => {
    const services = await createDeps();
    const { testConnection } = await import('../../../src/host/connection/connectionTest');
    const deps = { ...services, engine: {}, document: {} } as unknown as GatewayServices;
    const { createErrorBoundary } = await import('../../../src/host/commands');
    await testConnection(deps).catch(createErrorBoundary(services.log));
    const buttons = ['Set API key', 'Show log'];
    assert.deepEqual(editor.messages, [{ kind: 'error', message: hostFaults.keyring.message, buttons }]);
  });

  it("makes Set API Key report that the new key can't be saved", async () => {
    const deps = await createDeps();
    const { storeApiKey } = await import('../../../src/host/connection/storeApiKey');
    const { createErrorBoundary } = await import('../../../src/host/commands');
    await storeApiKey(deps, 'hsa-new-key-1').catch(createErrorBoundary(deps.log));
    const message = "Can't save the API key in the system keyring. Unlock it and try again.";
    assert.deepEqual(editor.messages, [{ kind: 'error', message, buttons: ['Set API key', 'Show log'] }]);
    assert.equal((gateways.logged.at(-1) as Error).cause, cause);
  });

  it('does not stop the commands that set a key', async () => {
    const { keys } = await createDeps();
    assert.equal(await keys.getIfReadable('https://primary.example'), undefined);
    assert.equal(await keys.isKeyless('https://primary.example'), false);
    assert.ok(gateways.logged.length > 0);
  });

  it('is the reason that the model list gives for showing only the default models', async () => {
    const deps = await createDeps();
    const { ModelCatalog } = await import('../../../src/host/models/modelCatalog');
    const [gateway] = await new ModelCatalog({ ...deps, health: emptyHealth }).listGateways(deps.own);
    const list = (await gateway?.list) ?? assert.fail('no gateway');
    assert.deepEqual([list.source, 'message' in list && list.message], ['default', hostFaults.keyring.message]);
  });
});

describe('gateway that needs no key', () => {
  useVSCode(new FakeEditor().api());

  it('is remembered in all windows until the user sets a key', async () => {
    const { KeyStore } = await import('../../../src/host/connection/keyStore');
    const values = new Map<string, string>();
    let secretChanged: (event: { readonly key: string }) => void = () => undefined;
    const secrets = {
      get: (name: string) => Promise.resolve(values.get(name)),
      store: (name: string, value: string) => Promise.resolve(void values.set(name, value)),
      delete: (name: string) => Promise.resolve(void values.delete(name)),
      keys: () => Promise.resolve([...values.keys()]),
      onDidChange: (listener: typeof secretChanged) => {
        secretChanged = listener;
        return { dispose: () => undefined };
      },
    };
    const [keys, nas] = [new KeyStore(secrets, new FakeGateways().deps().log), 'http://nas.local:8080'];
    const changes: string[] = [];
    keys.onDidChange(() => changes.push('change'));
    await keys.confirmKeyless(nas);
    for (const key of [...values.keys(), 'other']) secretChanged({ key });
    assert.deepEqual([await keys.isKeyless(nas), await keys.isKeyless('http://nas.local')], [true, false]);
    assert.deepEqual(changes, ['change']);
    await keys.set(nas, 'key-1');
    assert.deepEqual([await keys.isKeyless(nas), await keys.get(nas)], [false, 'key-1']);
  });
});

describe("import of API keys from VS Code's dialog for language model providers", () => {
  useVSCode(new FakeEditor().api());
  let secretValues: Map<string, string>;
  let stored: string[];
  beforeEach(() => ([secretValues, stored] = [new Map<string, string>(), []]));

  const importKey = async (key: string, state = 'verified'): Promise<void> => {
    const keyStore = await import('../../../src/host/connection/keyStore');
    const secrets = fake<SecretStorage>({
      get: (name) => Promise.resolve(secretValues.get(name)),
      store: (name, value) => Promise.resolve(void secretValues.set(name, value)),
    });
    await keyStore.importKey(secrets, key, () => {
      stored.push(key);
      return Promise.resolve({ state });
    });
  };

  it('imports each key only once, and stores no imported key in plain text', async () => {
    for (const key of ['key-1', 'key-2', 'key-1']) await importKey(key);
    assert.deepEqual(stored, ['key-1', 'key-2']);
    assert.ok(!/key-\d/.test([...secretValues.values()].join()));
  });

  it('imports a key a second time if the user canceled the verification of that key', async () => {
    await importKey('key-1', 'cancelled');
    await importKey('key-1');
    assert.equal(stored.length, 2);
  });
});
