import assert from 'node:assert/strict';
import { pause, unlessAborted } from '../../src/demo/replySocket';

describe('pause of the demo gateway', () => {
  // Tests must count synchronously, because mocha sets its own timer when a test has returned its promise.
  const countTimers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

  it('ends immediately and leaves no timer when the signal is aborted', async () => {
    const before = countTimers();
    const abort = new AbortController();
    const paused = pause(2 ** 30, abort.signal);
    assert.equal(countTimers(), before + 1);
    abort.abort();
    assert.equal(countTimers(), before);
    await paused;
  });

  it('sets no timer when the signal is already aborted', async () => {
    const before = countTimers();
    const paused = pause(2 ** 30, AbortSignal.abort());
    assert.equal(countTimers(), before);
    await paused;
  });
});

describe('unlessAborted()', () => {
  const { signal: unusedSignal } = new AbortController();

  it('settles in the same way as its promise', async () => {
    assert.equal(await unlessAborted(Promise.resolve(7), unusedSignal), 7);
    await assert.rejects(unlessAborted(Promise.reject(new Error('no')), unusedSignal), /no/);
  });

  it('resolves with undefined when the signal is aborted, and ignores a later rejection', async () => {
    const abort = new AbortController();
    let fail = (): void => undefined;
    const failing = new Promise((_, reject) => (fail = () => reject(new Error('late'))));
    const outcome = unlessAborted(failing, abort.signal);
    abort.abort();
    assert.equal(await outcome, undefined);
    fail();
    await assert.rejects(failing, /late/);
  });

  it('resolves with undefined when the signal is already aborted', async () => {
    assert.equal(await unlessAborted(new Promise(() => undefined), AbortSignal.abort()), undefined);
  });
});
