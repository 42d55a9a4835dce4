import assert from 'node:assert/strict';
import { Listeners } from '../../../src/host/util/listeners';

describe('Listeners', () => {
  it('tells all of them, and the caller nothing, when one throws', () => {
    const errors: unknown[] = [];
    const heard: string[] = [];
    const listeners = new Listeners<string>((error) => errors.push(error));
    const broken = new Error('broken');
    listeners.event((value) => heard.push(`first ${value}`));
    listeners.event(() => {
      throw broken;
    });
    listeners.event((value) => heard.push(`last ${value}`));
    listeners.fire('a');
    assert.deepEqual(heard, ['first a', 'last a']);
    assert.deepEqual(errors, [broken]);
  });

  it('tells a listener that subscribed twice once less for each that is disposed', () => {
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
