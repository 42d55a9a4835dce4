import assert from 'node:assert/strict';
import { ImportedKeys } from '../../../src/host/connection/importedKeys';
import type { SetApiKeyResult } from '../../../src/host/connection/storeApiKey';

function setUp() {
  const secretValues = new Map<string, string>();
  const stored: string[] = [];
  let state: SetApiKeyResult['state'] = 'verified';
  const secrets = {
    get: (name: string) => Promise.resolve(secretValues.get(name)),
    store: (name: string, value: string) => Promise.resolve(void secretValues.set(name, value)),
  };
  const keys = new ImportedKeys(secrets, (key) => {
    stored.push(key);
    return Promise.resolve({ state });
  });
  const importKey = (key: string, result: SetApiKeyResult['state'] = 'verified'): Promise<void> => {
    state = result;
    return keys.import(key);
  };
  return { secretValues, stored, importKey };
}

describe("import of API keys from VS Code's dialog for language model providers", () => {
  it('imports each key only once', async () => {
    const { stored, importKey } = setUp();
    await importKey('key-1');
    await importKey('key-2');
    await importKey('key-1');
    assert.deepEqual(stored, ['key-1', 'key-2']);
  });

  it('imports a key again after the user canceled its verification', async () => {
    const { stored, importKey } = setUp();
    await importKey('key-1', 'cancelled');
    await importKey('key-1');
    assert.equal(stored.length, 2);
  });

  it('stores only a fingerprint of the key', async () => {
    const { secretValues, importKey } = setUp();
    await importKey('key-1');
    assert.ok(![...secretValues.values()].join().includes('key-1'));
  });
});
