import assert from 'node:assert/strict';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, usePage, type PanelPage } from '../panel/support/panelPage';
import { valuesOf } from '../../support/valuesOf';

const state = [ev.attempt(), ev.text('Hi'), ev.done('Hi')].reduce(reduceTurn, initialTurn);

describe('keyboard handling in the conversation', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), [exchange('a', { state }), exchange('b', { state })]);

  const articles = (): HTMLElement[] => page.all('article');
  const focused = (): Element | null => page.window.document.activeElement;
  const press = (key: string, modifiers: KeyboardEventInit = {}): boolean => page.key(key, modifiers, focused()!);

  it('makes the newest answer the only Tab stop', () => {
    assert.deepEqual(valuesOf(articles(), 'tabIndex'), [-1, -1, -1, 0]);
    page.one('log').focus();
    assert.equal(focused(), articles()[3]);
  });

  const moves: readonly (readonly [from: number, key: string, to: number])[] = [
    [3, 'ArrowUp', 2],
    [0, 'ArrowUp', 0],
    [0, 'ArrowDown', 1],
    [3, 'ArrowDown', 3],
    [2, 'Home', 0],
    [1, 'End', 3],
  ];
  for (const [from, key, to] of moves) {
    it(`focuses article ${to} and makes it the only Tab stop when ${key} is pressed on article ${from}`, () => {
      articles()[from]!.focus();
      press(key);
      assert.equal(focused(), articles()[to]);
      assert.deepEqual(
        valuesOf(articles(), 'tabIndex'),
        articles().map((_, index) => (index === to ? 0 : -1)),
      );
    });
  }

  it('shows the start of an article that is taller than the view without scrolling the frame around the page', () => {
    const [prompt, answer] = articles();
    Object.defineProperty(prompt, 'offsetHeight', { value: 1 });
    prompt!.getBoundingClientRect = () => ({ top: 70 }) as DOMRect;
    prompt!.scrollIntoView = () => assert.fail();
    answer!.focus();
    press('ArrowUp');
    assert.equal(page.one('log').scrollTop, 70);
  });

  it('does not move the focus when an arrow key is pressed on an article that was clicked', () => {
    articles()[2]!.dispatchEvent(new page.window.Event('pointerdown', { bubbles: true }));
    articles()[2]!.focus();
    press('ArrowUp');
    assert.equal(focused(), articles()[2]);
  });

  it('does not move the focus when an arrow key is pressed on a control in an article', () => {
    const button = articles()[0]!.querySelector('button')!;
    button.focus();
    press('ArrowDown');
    assert.equal(focused(), button);
  });

  it('lets Tab on the last control of an article leave the conversation', () => {
    articles()[0]!.focus();
    press('Tab');
    assert.equal(focused(), articles()[0]);
    const last = [...articles()[0]!.querySelectorAll('button')].at(-1)!;
    last.focus();
    press('Tab');
    assert.equal(focused()?.compareDocumentPosition(articles()[3]!), page.window.Node.DOCUMENT_POSITION_PRECEDING);
    assert.equal(page.one('log').contains(focused()), true);
  });

  it('moves the focus with Shift+Tab from a control to its article, and then to the scrollable element around the articles', () => {
    articles()[2]!.querySelector('button')!.focus();
    press('Tab', { shiftKey: true });
    assert.equal(focused(), articles()[2]);
    press('Tab', { shiftKey: true });
    assert.equal(focused(), page.one('log'));
  });

  it('stops the running turn with Escape, but not the queued prompts', () => {
    page.snapshot([exchange('a'), exchange('b', { isQueued: true })]);
    press('Escape');
    page.events('a', ev.attempt(), ev.text('Hi'), ev.done('Hi'));
    press('Escape');
    page.update('b');
    page.click('Stop');
    assert.deepEqual(page.posted, [
      { type: 'stop', answerId: 'a' },
      { type: 'stop', answerId: 'b' },
    ]);
  });

  it('moves the focus to the composer with Escape, or stops the turn if one is running', () => {
    articles()[1]!.focus();
    press('Escape');
    assert.equal(focused(), page.input);
    page.add('c');
    articles()[1]!.focus();
    press('Escape');
    assert.deepEqual(page.posted, [{ type: 'stop', answerId: 'c' }]);
  });
});

describe('Tab order while a turn waits', () => {
  let page: PanelPage;
  const waiting = exchange('waiting', { state: [ev.attempt(), ev.waiting()].reduce(reduceTurn, initialTurn) });
  usePage((opened) => (page = opened), [exchange('a', { state }), waiting]);

  for (const shiftKey of [false, true]) {
    it(`is the document order, so the browser moves the focus from the composer with ${shiftKey ? 'Shift+' : ''}Tab`, () => {
      page.input.focus();
      assert.equal(page.key('Tab', { shiftKey }), false);
      assert.equal(page.window.document.activeElement, page.input);
    });
  }
});
