import assert from 'node:assert/strict';
import type { ShownDeletion, ShownExchange } from '../../../src/shared/exchanges';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, usePage, type PanelPage } from '../panel/support/panelPage';

const answered = (id: string): ShownExchange =>
  exchange(id, { state: [ev.attempt(), ev.text(id), ev.done(id)].reduce(reduceTurn, initialTurn) });
const [a, b, c] = ['a', 'b', 'c'].map(answered) as [ShownExchange, ShownExchange, ShownExchange];
const deleted = (id: string): ShownDeletion => ({ id: `exchange-${id}`, isDeleted: true });

describe('line in the place of a deleted turn', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));
  const entries = (): readonly (string | null)[] => page.all('article').map(({ ariaLabel }) => ariaLabel);
  const hasFocus = (entry: HTMLElement | undefined): boolean => page.window.document.activeElement === entry;

  it('restores the turn with *Undo*', () => {
    page.snapshot([a, deleted('b')]);
    assert.deepEqual(entries(), ['You', 'Assistant', 'Turn deleted.']);
    page.click('Undo');
    assert.deepEqual(page.posted.at(-1), { type: 'restoreExchange', exchangeId: 'exchange-b' });
  });

  it('is announced', () => {
    page.snapshot([a, b]);
    page.path(a, deleted('b'));
    assert.equal(page.announced, 'Turn deleted.');
  });

  it('gets the focus if the deleted turn had the focus', () => {
    page.snapshot([a, b, c]);
    page.all('article', 'Assistant')[1]!.focus();
    page.path(a, deleted('b'), c);
    assert.ok(hasFocus(page.one('article', 'Turn deleted.')));
  });

  it("gets the focus when VS Code's context menu closes", () => {
    page.snapshot([a, b]);
    page.input.blur();
    page.hasFocus = false;
    page.receive({ type: 'answerAction', answerId: 'b', action: 'deleteTurn' });
    page.path(a, deleted('b'));
    page.window.dispatchEvent(new page.window.Event('focus'));
    assert.ok(hasFocus(page.one('article', 'Turn deleted.')));
  });

  it('leaves the focus in the composer', () => {
    page.snapshot([a, b]);
    page.input.focus();
    page.path(a, deleted('b'));
    assert.ok(hasFocus(page.input));
  });

  it('leads the focus from *Undo* to the restored turn', () => {
    page.snapshot([a, deleted('b'), c]);
    page.one('button', 'Undo').focus();
    page.path(a, b, c);
    assert.ok(hasFocus(page.all('article', 'You')[1]));
  });

  it('disappears with the next prompt', () => {
    page.snapshot([a, deleted('b')]);
    page.add('c');
    assert.deepEqual(entries(), ['You', 'Assistant', 'You', 'Assistant']);
  });

  it('is above the content of an empty conversation if all turns are deleted', () => {
    page.snapshot([a, b]);
    page.path(deleted('a'), b);
    assert.equal(page.root.querySelector('.empty-state'), null);
    page.path(deleted('a'), deleted('b'));
    const line = page.all('article').at(-1)!;
    const heading = page.root.querySelector('.empty-state h2')!;
    assert.equal(line.compareDocumentPosition(heading), page.window.Node.DOCUMENT_POSITION_FOLLOWING);
    page.add('c');
    assert.deepEqual([entries(), page.root.querySelector('.empty-state')], [['You', 'Assistant'], null]);
  });

  it('has no button on a read-only page', () => {
    page.snapshot([a, deleted('b')], { readOnly: true });
    assert.deepEqual(page.all('button', 'Undo'), []);
  });

  it('keeps an unfinished edit of the deleted prompt until the turn is restored', () => {
    page.snapshot([a, b]);
    page.all('button', 'Edit')[1]!.click();
    page.path(a, deleted('b'));
    assert.equal(page.stored.edits?.length, 1);
    page.path(a, b);
    assert.equal(page.all('textbox', 'Edit your prompt').length, 1);
  });
});
