import assert from 'node:assert/strict';
import { loadedOnce } from '../../src/host/loadedOnce';

describe('Something that is loaded when it is first needed', () => {
  it('is loaded once, however often it is asked for', async () => {
    let loads = 0;
    const get = loadedOnce(() => Promise.resolve(++loads));
    assert.equal(loads, 0);
    assert.deepEqual(await Promise.all([get(), get()]), [1, 1]);
    assert.equal(await get(), 1);
  });

  it('is loaded anew after a failure', async () => {
    let loads = 0;
    const get = loadedOnce(() => (++loads === 1 ? Promise.reject(new Error('no such file')) : Promise.resolve(loads)));
    await Promise.all([assert.rejects(get()), assert.rejects(get())]);
    assert.equal(await get(), 2);
  });
});
