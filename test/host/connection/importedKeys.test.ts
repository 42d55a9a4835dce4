import assert from 'node:assert/strict';
import { ImportedKeys } from '../../../src/host/connection/importedKeys';
import type { SetApiKeyResult } from '../../../src/host/connection/storeApiKey';

function setUp() {
  const kept = new Map<string, string>();
  const stored: string[] = [];
  let state: SetApiKeyResult['state'] = 'verified';
  const secrets = {
    get: (name: string) => Promise.resolve(kept.get(name)),
    store: (name: string, value: string) => Promise.resolve(void kept.set(name, value)),
  };
  const keys = new ImportedKeys(secrets, (key) => {
    stored.push(key);
    return Promise.resolve({ state });
  });
  const importKey = (origin: string, key: string, result: SetApiKeyResult['state'] = 'verified'): Promise<void> => {
    state = result;
    return keys.import(origin, key);
  };
  return { kept, stored, importKey };
}

describe("a key that was entered in VS Code's own dialog", () => {
  it('is imported', async () => {
    const { stored, importKey } = setUp();
    await importKey('https://a.test', 'key-1');
    assert.deepEqual(stored, ['key-1']);
  });

  it('is not imported for another origin, nor a second time', async () => {
    const { stored, importKey } = setUp();
    await importKey('https://a.test', 'key-1');
    await importKey('https://b.test', 'key-1');
    await importKey('https://a.test', 'key-1');
    assert.deepEqual(stored, ['key-1']);
  });

  it('is imported beside other keys', async () => {
    const { stored, importKey } = setUp();
    await importKey('https://a.test', 'key-1');
    await importKey('https://b.test', 'key-2');
    await importKey('https://b.test', 'key-1');
    assert.deepEqual(stored, ['key-1', 'key-2']);
  });

  it('is imported again after the user cancelled its verification', async () => {
    const { stored, importKey } = setUp();
    await importKey('https://a.test', 'key-1', 'cancelled');
    await importKey('https://a.test', 'key-1');
    assert.equal(stored.length, 2);
  });

  it('is not kept', async () => {
    const { kept, importKey } = setUp();
    await importKey('https://a.test', 'key-1');
    assert.ok(![...kept.values()].join().includes('key-1'));
  });
});
