import assert from 'node:assert/strict';
import { Listeners } from '../../../src/host/util/listeners';

describe('set of event listeners', () => {
  it('calls all listeners even if one of them throws an error', () => {
    const errors: unknown[] = [];
    const calls: string[] = [];
    const listeners = new Listeners<string>((error) => errors.push(error));
    const broken = new Error('broken');
    listeners.event((value) => calls.push(`first ${value}`));
    listeners.event(() => {
      throw broken;
    });
    listeners.event((value) => calls.push(`last ${value}`));
    listeners.fire('a');
    assert.deepEqual(calls, ['first a', 'last a']);
    assert.deepEqual(errors, [broken]);
  });

  it('keeps a second subscription of the same listener when the first subscription is disposed', () => {
    let calls = 0;
    const listeners = new Listeners<void>((error) => assert.fail(String(error)));
    const listener = (): number => calls++;
    const first = listeners.event(listener);
    listeners.event(listener);
    listeners.fire();
    first.dispose();
    listeners.fire();
    assert.equal(calls, 3);
  });
});
