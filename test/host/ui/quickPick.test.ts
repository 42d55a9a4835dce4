import assert from 'node:assert/strict';
import type { OpenList } from '../../../src/host/ui/quickPick';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';

describe('quick pick', () => {
  const editor = new FakeEditor();
  useVSCode(editor.api());
  beforeEach(() => {
    editor.reset();
    editor.isPatient = true;
  });

  const open = async (onError?: (error: unknown) => void): Promise<OpenList<{ label: string }, string>> => {
    const { OpenList: List } = await import('../../../src/host/ui/quickPick');
    return new List({ title: 'Colors', items: [{ label: 'red' }, { label: 'blue' }] }, onError);
  };

  it('reports its closing only once, even if it is closed twice', async () => {
    const list = await open();
    let closed = 0;
    list.onClose(() => closed++);
    list.close('red');
    list.close('blue');
    assert.equal(await list.result, 'red');
    assert.deepEqual([list.isOpen, closed], [false, 1]);
  });

  it('resolves with undefined when the user dismisses it', async () => {
    const list = await open();
    list.picker.hide();
    assert.equal(await list.result, undefined);
  });

  it('reappears after a dialog has closed, even if the dialog fails', async () => {
    const list = await open();
    const failing = async (): Promise<void> => {
      await open();
      assert.ok(list.isOpen);
      throw new Error('failed');
    };
    await assert.rejects(list.showAfter(failing), /failed/);
    assert.deepEqual([list.isOpen, editor.quickPicks[0]?.isShown], [true, true]);
  });

  it('does not reappear after a dialog if it was closed during the dialog', async () => {
    const list = await open();
    await list.showAfter(() => list.close());
    assert.deepEqual([list.isOpen, editor.quickPicks[0]?.isShown], [false, false]);
  });

  it('closes and rejects its result when a listener throws an error', async () => {
    const list = await open();
    list.onAccept(() => {
      throw new Error('failed');
    });
    editor.quickPicks[0]?.choose(['red']);
    await assert.rejects(list.result, /failed/);
    assert.ok(!list.isOpen);
  });

  it('remains open after an error of a listener if it was opened with an error handler', async () => {
    const errors: unknown[] = [];
    const list = await open((error) => errors.push(error));
    list.onAccept(() => Promise.reject(new Error('failed')));
    editor.quickPicks[0]?.choose(['red']);
    await new Promise(setImmediate);
    assert.deepEqual([errors.map(String), list.isOpen], [['Error: failed'], true]);
  });

  it('keeps the active item when its items are replaced', async () => {
    const list = await open();
    list.picker.activeItems = list.picker.items.slice(1);
    const items = [{ label: 'green' }, { label: 'blue' }];
    list.setItems(items, ({ label }) => label);
    assert.deepEqual(list.picker.activeItems, [items[1]]);
  });
});
