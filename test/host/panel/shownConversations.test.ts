import assert from 'node:assert/strict';
import { ShownConversations } from '../../../src/host/panel/shownConversations';

describe('What the panels of a window show', () => {
  const left = (memory: Map<string, unknown>, session: string): ShownConversations =>
    new ShownConversations(
      {
        get: (key) => memory.get(key),
        update: (key, value) => Promise.resolve(void memory.set(key, structuredClone(value))),
      },
      session,
      (error) => assert.fail(String(error)),
    );

  it('is left to the next extension host of the same window', () => {
    const memory = new Map<string, unknown>();
    const first = left(memory, 'window');
    first.remember(['a']);
    first.remember(['a', 'b']);
    assert.deepEqual(left(memory, 'window').orphaned, ['a', 'b']);
  });

  it('is not left to another window', () => {
    const memory = new Map<string, unknown>();
    left(memory, 'window').remember(['a']);
    assert.deepEqual(left(memory, 'reloaded').orphaned, []);
  });

  for (const kept of [undefined, null, 'a', { session: 'window' }, { session: 'window', ids: [1] }]) {
    it(`is nothing where ${JSON.stringify(kept)} is remembered`, () => {
      assert.deepEqual(left(new Map([['holysheep.shownConversations', kept]]), 'window').orphaned, []);
    });
  }
});
