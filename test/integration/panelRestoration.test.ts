import assert from 'node:assert/strict';
import { PanelRestoration } from '../../src/host/panel/panelRestoration';
import { storeIn } from '../support/storeIn';

describe('What the panels of a window show', () => {
  const left = (memory: Map<string, unknown>, session: string): PanelRestoration =>
    new PanelRestoration(storeIn(memory), session, (error) => assert.fail(String(error)));

  it('is left to the next extension host of the same window', () => {
    const memory = new Map<string, unknown>();
    const first = left(memory, 'window');
    first.remember(['a']);
    first.remember(['a', 'b']);
    assert.deepEqual(left(memory, 'window').orphaned, ['a', 'b']);
  });

  it('is not orphaned in another window', () => {
    const memory = new Map<string, unknown>();
    left(memory, 'window').remember(['a']);
    assert.deepEqual(left(memory, 'reloaded').orphaned, []);
  });

  for (const kept of [undefined, null, 'a', { session: 'window' }, { session: 'window', ids: 'a' }]) {
    it(`is nothing where ${JSON.stringify(kept)} is remembered`, () => {
      assert.deepEqual(left(new Map([['holysheep.shownConversations', kept]]), 'window').orphaned, []);
    });
  }
});
