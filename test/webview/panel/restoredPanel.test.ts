import assert from 'node:assert/strict';
import type { ShownExchange } from '../../../src/shared/exchanges';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import type { Unsent } from '../../../src/shared/unsent';
import { ev } from './support/events';
import { exchange, PanelPage } from './support/panelPage';
import { Scroller } from './support/scroller';

const state = [ev.attempt(), ev.done('an answer')].reduce(reduceTurn, initialTurn);
const exchanges: readonly ShownExchange[] = ['a', 'b', 'c'].map((id) => exchange(id, { state }));

/** Lays out the answers below each other, with heights in pixels, in a conversation that starts 30 pixels down the page. */
function layOut(page: PanelPage, scroller: Scroller, heights: readonly number[] = [500, 500, 500]): void {
  scroller.element.getBoundingClientRect = () => rectangle(30, scroller.clientHeight);
  for (const [index, article] of page.all('article', 'Assistant').entries()) {
    const above = heights.slice(0, index).reduce((sum, height) => sum + height, 0);
    const exchange = article.closest('.exchange')!;
    exchange.getBoundingClientRect = article.getBoundingClientRect = () =>
      rectangle(30 + above - scroller.element.scrollTop, heights[index] ?? 0);
  }
}

function rectangle(top: number, height: number): DOMRect {
  const bounds = { x: 0, left: 0, right: 300, width: 300, y: top, top, bottom: top + height, height };
  return { ...bounds, toJSON: () => bounds };
}

describe('panel restored after it was hidden behind another tab', () => {
  afterEach(() => PanelPage.closeAll());
  const open = (unsent: Partial<Unsent> = {}) => {
    const page = PanelPage.restored(unsent);
    const scroller = new Scroller(page.one('log'), page);
    scroller.height = 1500;
    // The browser lays out the page before it draws a frame.
    page.clock.deferredCalls = [];
    page.snapshot(exchanges);
    layOut(page, scroller);
    while (page.clock.deferredCalls.length > 0) page.clock.runNext();
    page.clock.deferredCalls = undefined;
    return { page, scroller };
  };
  const reopened = (unsent: Partial<Unsent>) => {
    PanelPage.closeAll();
    return open(unsent);
  };

  it('restores the reading position even if the content above is drawn later', () => {
    const { page, scroller } = open();
    scroller.wheel(-2000);
    scroller.wheel(620);
    assert.deepEqual(page.stored.place, { answerId: 'b', offset: 120 });
    const after = reopened(page.stored);
    assert.equal(after.scroller.element.scrollTop, 620);
    layOut(after.page, after.scroller, [800, 500, 500]);
    after.scroller.grow(300);
    assert.equal(after.scroller.element.scrollTop, 920);
    assert.deepEqual(after.page.stored.place, { answerId: 'b', offset: 120 });
  });

  it('keeps the position to which the user scrolls after the restore', () => {
    const { page, scroller } = open({ place: { answerId: 'b', offset: 120 } });
    scroller.wheel(-100);
    scroller.grow(300);
    assert.equal(scroller.element.scrollTop, 520);
    assert.deepEqual(page.stored.place, { answerId: 'b', offset: 20 });
  });

  it('scrolls to the end if the end was in view before', () => {
    const { page, scroller } = open();
    scroller.wheel(-500);
    scroller.wheel(500);
    assert.equal(page.stored.place, undefined);
    assert.equal(reopened(page.stored).scroller.distanceFromEnd, 0);
  });

  it('scrolls to the end if the answer at the reading position no longer exists', () => {
    assert.equal(open({ place: { answerId: 'gone', offset: 0 } }).scroller.distanceFromEnd, 0);
  });

  it('keeps the open editor of a prompt when another snapshot arrives', () => {
    const { page } = open();
    page.all('button', 'Edit')[1]?.click();
    page.snapshot(exchanges);
    assert.ok(page.root.querySelector('.prompt-editor'));
  });
});
