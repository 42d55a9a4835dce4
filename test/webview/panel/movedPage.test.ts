import assert from 'node:assert/strict';
import type { ShownExchange } from '../../../src/shared/exchanges';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { MemoryStorage } from './support/memoryStorage';
import { ev } from './support/events';
import { exchange, PanelPage, startOfTime } from './support/panelPage';
import { Scroller } from './support/scroller';

const state = [ev.attempt(), ev.done('an answer')].reduce(reduceTurn, initialTurn);
const exchanges: readonly ShownExchange[] = ['a', 'b'].map((id) => exchange(id, { state }));

/** Opens the next page of a conversation in a location whose pages have a storage of their own. */
const move = (page: PanelPage, storage = new MemoryStorage()): PanelPage => {
  const { copy } = page;
  PanelPage.closeAll();
  const moved = new PanelPage(storage);
  moved.snapshot(exchanges, { unsent: copy });
  return moved;
};

describe('page of a conversation that has moved to another location', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot(exchanges);
  });
  afterEach(() => PanelPage.closeAll());

  it('shows the draft up to the last character', () => {
    page.type('half a thought');
    page.type('half a thought!');
    assert.equal(move(page).input.value, 'half a thought!');
  });

  it('sends the data of a prefilled prompt back to the host with the prompt', () => {
    const more = { prompt: 'Explain', content: 'in full' };
    page.receive({ type: 'prefill', text: 'Explain', more });
    const moved = move(page);
    moved.key('Enter');
    assert.deepEqual(moved.posted.at(-1), { type: 'send', prompt: 'Explain', more });
  });

  it('shows the open editor of a prompt', () => {
    page.all('button', 'Edit')[1]!.click();
    const editor = (shown: PanelPage) => shown.root.querySelector<HTMLTextAreaElement>('.prompt-editor textarea')!;
    editor(page).value = 'in other words';
    editor(page).dispatchEvent(new page.window.Event('input', { bubbles: true }));
    assert.equal(editor(move(page)).value, 'in other words');
  });

  it('shows a sent prompt as the draft if the host has not confirmed the prompt', () => {
    page.type('one');
    page.key('Enter');
    assert.equal(move(page).input.value, 'one');
  });

  it('asks the host for the context items that the host does not have yet', () => {
    page.receive({ type: 'context', items: [], unread: ['file:a'] });
    assert.deepEqual(move(page).posted, [{ type: 'restoreContext', ids: ['file:a'] }]);
  });

  it('ignores an older draft in the storage of its location', () => {
    const storage = new MemoryStorage();
    page.type('old');
    const elsewhere = move(page, storage);
    elsewhere.clock.advance(1000);
    elsewhere.type('new');
    assert.equal(move(elsewhere, storage).input.value, 'new');
  });

  it('prefers the draft in the storage to the copy of a page that has only been read', () => {
    const elsewhere = new MemoryStorage();
    page.type('half a thought');
    const { storage } = page;
    PanelPage.closeAll();
    const reader = new PanelPage(elsewhere);
    reader.clock.advance(1000);
    reader.snapshot(exchanges);
    layOut(reader, 100);
    new Scroller(reader.one('log'), reader).wheel(230);
    assert.equal(move(reader, storage).input.value, 'half a thought');
  });

  it('ignores the draft in the storage of its location if the user has sent the prompt elsewhere', () => {
    const { storage } = page;
    page.type('one');
    const elsewhere = move(page);
    elsewhere.clock.advance(1000);
    elsewhere.key('Enter');
    elsewhere.add('c', { prompt: 'one' });
    assert.equal(move(elsewhere, storage).input.value, '');
  });

  it('prefers a newer draft in the storage, which the page of another window has stored', () => {
    page.type('old');
    const { copy } = page;
    page.clock.advance(1000);
    page.type('new');
    page.copy = copy;
    assert.equal(move(page, page.storage).input.value, 'new');
  });

  it('shows the same paragraph at the top although the answer has another height', () => {
    layOut(page, 100);
    new Scroller(page.one('log'), page).wheel(230);
    assert.deepEqual(page.stored.place, { answerId: 'a', offset: 230, block: { index: 2, shareAbove: 0.3 } });
    const { copy } = page;
    PanelPage.closeAll();
    const moved = new PanelPage();
    const scroller = new Scroller(moved.one('log'), moved);
    moved.clock.deferredCalls = [];
    moved.snapshot(exchanges, { unsent: copy });
    layOut(moved, 40);
    while (moved.clock.deferredCalls.length > 0) moved.clock.runNext();
    assert.equal(scroller.element.scrollTop, 92);
  });
});

describe('copy of the unsent text for the host', () => {
  afterEach(() => PanelPage.closeAll());

  it('is not sent again while nothing changes', () => {
    const page = new PanelPage();
    page.snapshot(exchanges);
    page.type('a');
    page.copy = undefined;
    page.type('a');
    assert.equal(page.copy, undefined);
  });

  it('is not sent by a read-only page, whose text belongs to another window', () => {
    const page = new PanelPage();
    page.snapshot(exchanges, { readOnly: true });
    assert.equal(page.copy, undefined);
  });

  it('contains the time of the change', () => {
    const page = new PanelPage();
    page.snapshot(exchanges);
    page.type('a');
    assert.equal(page.copy?.at, startOfTime);
  });
});

/** Gives each answer the text of five paragraphs in two sections, all with the same height in pixels. */
function layOut(page: PanelPage, height: number): void {
  const log = page.one('log');
  const place = (element: Element, top: number, count: number): void => {
    element.getBoundingClientRect = () => {
      const y = top - log.scrollTop;
      return {
        x: 0,
        y,
        left: 0,
        right: 300,
        width: 300,
        top: y,
        bottom: y + count * height,
        height: count * height,
      } as DOMRect;
    };
  };
  log.getBoundingClientRect = () => ({ top: 0 }) as DOMRect;
  for (const [answer, article] of page.all('article', 'Assistant').entries()) {
    const text = article.appendChild(page.window.document.createElement('div'));
    text.dataset['part'] = 'answer';
    const start = answer * 5 * height;
    for (const [first, count] of [
      [0, 2],
      [2, 3],
    ] as const) {
      const section = text.appendChild(page.window.document.createElement('div'));
      section.className = 'md-section';
      place(section, start + first * height, count);
      for (let index = first; index < first + count; index++) {
        place(section.appendChild(page.window.document.createElement('p')), start + index * height, 1);
      }
    }
    place(article, start, 5);
    place(article.closest('.exchange')!, start, 5);
  }
}
