import assert from 'node:assert/strict';
import { pause, unlessAborted } from '../../src/demo/wire';

describe('pause', () => {
  // Counted in one go: mocha sets a timer of its own once a test has returned its promise.
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

  it('ends at once when the signal fires, and leaves no timer', async () => {
    const before = timers();
    const abort = new AbortController();
    const paused = pause(2 ** 30, abort.signal);
    assert.equal(timers(), before + 1);
    abort.abort();
    assert.equal(timers(), before);
    await paused;
  });

  it('does not begin under a signal that has fired', async () => {
    const before = timers();
    const paused = pause(2 ** 30, AbortSignal.abort());
    assert.equal(timers(), before);
    await paused;
  });
});

describe('unlessAborted', () => {
  const { signal: never } = new AbortController();

  it('gives the outcome of the promise', async () => {
    assert.equal(await unlessAborted(Promise.resolve(7), never), 7);
    await assert.rejects(unlessAborted(Promise.reject(new Error('no')), never), /no/);
  });

  it('gives nothing once the signal fires, whatever comes later', async () => {
    const abort = new AbortController();
    let fail = (): void => undefined;
    const failing = new Promise((_, reject) => (fail = () => reject(new Error('late'))));
    const outcome = unlessAborted(failing, abort.signal);
    abort.abort();
    assert.equal(await outcome, undefined);
    fail();
    await assert.rejects(failing, /late/);
  });

  it('gives nothing under a signal that has fired', async () => {
    assert.equal(await unlessAborted(new Promise(() => undefined), AbortSignal.abort()), undefined);
  });
});
