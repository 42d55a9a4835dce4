import assert from 'node:assert/strict';
import { AdoptedKeys } from '../../src/host/adoptedKeys';

function setUp() {
  const kept = new Map<string, string>();
  const taken: string[] = [];
  const keys = new AdoptedKeys({
    get: (name) => Promise.resolve(kept.get(name)),
    store: (name, value) => {
      kept.set(name, value);
      return Promise.resolve();
    },
  });
  const adopt = (origin: string, key: string, ends = true): Promise<void> =>
    keys.adopt(origin, key, () => {
      taken.push(`${key} for ${origin}`);
      return Promise.resolve(ends);
    });
  return { kept, taken, adopt };
}

describe("a key that was entered in VS Code's own dialog", () => {
  it('is taken in for the origin that is set', async () => {
    const { taken, adopt } = setUp();
    await adopt('https://a.test', 'key-1');
    assert.deepEqual(taken, ['key-1 for https://a.test']);
  });

  it('is never taken in for another origin, nor a second time', async () => {
    const { taken, adopt } = setUp();
    await adopt('https://a.test', 'key-1');
    await adopt('https://b.test', 'key-1');
    await adopt('https://a.test', 'key-1');
    assert.deepEqual(taken, ['key-1 for https://a.test']);
  });

  it('is taken in beside others', async () => {
    const { taken, adopt } = setUp();
    await adopt('https://a.test', 'key-1');
    await adopt('https://b.test', 'key-2');
    await adopt('https://b.test', 'key-1');
    assert.deepEqual(taken, ['key-1 for https://a.test', 'key-2 for https://b.test']);
  });

  it('is asked about again where it was neither taken in nor refused', async () => {
    const { taken, adopt } = setUp();
    await adopt('https://a.test', 'key-1', false);
    await adopt('https://a.test', 'key-1');
    assert.equal(taken.length, 2);
  });

  it('is not kept', async () => {
    const { kept, adopt } = setUp();
    await adopt('https://a.test', 'key-1');
    assert.ok(![...kept.values()].join().includes('key-1'));
  });
});
