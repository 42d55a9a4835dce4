import assert from 'node:assert/strict';
import { PanelRestoration } from '../../src/host/panel/panelRestoration';
import { storeIn } from '../support/storeIn';

describe('panel restoration', () => {
  const restorationOf = (memory: Map<string, unknown>, session: string): PanelRestoration =>
    new PanelRestoration(storeIn(memory), session, (error) => assert.fail(String(error)));

  it('remembers the open conversations when the extension host restarts', () => {
    const memory = new Map<string, unknown>();
    const first = restorationOf(memory, 'window');
    first.remember(['a']);
    first.remember(['a', 'b']);
    assert.deepEqual(restorationOf(memory, 'window').orphanedIds, ['a', 'b']);
  });

  it('ignores the conversations of another window', () => {
    const memory = new Map<string, unknown>();
    restorationOf(memory, 'window').remember(['a']);
    assert.deepEqual(restorationOf(memory, 'reloaded').orphanedIds, []);
  });
});
