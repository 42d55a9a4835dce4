import assert from 'node:assert/strict';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, usePage, type PanelPage } from '../panel/support/panelPage';
import { valuesOf } from '../../support/valuesOf';

const state = [ev.attempt(), ev.text('Hi'), ev.done('Hi')].reduce(reduceTurn, initialTurn);

describe('conversation', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), [exchange('a', { state }), exchange('b', { state })]);

  const articles = (): HTMLElement[] => page.all('article');
  const focused = (): Element | null => page.window.document.activeElement;
  const press = (key: string, modifiers: KeyboardEventInit = {}): boolean => page.key(key, modifiers, focused()!);

  describe('keyboard focus', () => {
    it('enters the conversation at the newest answer', () => {
      assert.deepEqual(valuesOf(articles(), 'tabIndex'), [-1, -1, -1, 0]);
      page.one('log').focus();
      assert.equal(focused(), articles()[3]);
    });

    const moves = [
      { from: 3, key: 'ArrowUp', to: 2 },
      { from: 0, key: 'ArrowUp', to: 0 },
      { from: 0, key: 'ArrowDown', to: 1 },
      { from: 3, key: 'ArrowDown', to: 3 },
      { from: 2, key: 'Home', to: 0 },
      { from: 1, key: 'End', to: 3 },
    ];
    for (const { from, key, to } of moves) {
      it(`is on article ${to}, the only Tab stop, after ${key} on article ${from}`, () => {
        articles()[from]!.focus();
        press(key);
        assert.equal(focused(), articles()[to]);
        assert.deepEqual(
          valuesOf(articles(), 'tabIndex'),
          articles().map((_, index) => (index === to ? 0 : -1)),
        );
      });
    }

    it('scrolls to the start of a focused article that is taller than the view', () => {
      const [prompt, answer] = articles();
      Object.defineProperty(prompt, 'offsetHeight', { value: 1 });
      prompt!.getBoundingClientRect = () => ({ top: 70 }) as DOMRect;
      prompt!.scrollIntoView = () => assert.fail();
      answer!.focus();
      press('ArrowUp');
      assert.equal(page.one('log').scrollTop, 70);
    });

    it('remains on an article that was clicked, even if an arrow key is pressed', () => {
      articles()[2]!.dispatchEvent(new page.window.Event('pointerdown', { bubbles: true }));
      articles()[2]!.focus();
      press('ArrowUp');
      assert.equal(focused(), articles()[2]);
    });

    it('remains on a button in an article when an arrow key is pressed', () => {
      const button = articles()[0]!.querySelector('button')!;
      button.focus();
      press('ArrowDown');
      assert.equal(focused(), button);
    });

    it('leaves the conversation when the user presses Tab on the last button of an article', () => {
      articles()[0]!.focus();
      press('Tab');
      assert.equal(focused(), articles()[0]);
      const last = [...articles()[0]!.querySelectorAll('button')].at(-1)!;
      last.focus();
      press('Tab');
      assert.equal(focused()?.compareDocumentPosition(articles()[3]!), page.window.Node.DOCUMENT_POSITION_PRECEDING);
      assert.equal(page.one('log').contains(focused()), true);
    });

    it('moves from a button to its article with Shift+Tab', () => {
      articles()[2]!.querySelector('button')!.focus();
      press('Tab', { shiftKey: true });
      assert.equal(focused(), articles()[2]);
    });

    it('moves from an article to the scrollable conversation with Shift+Tab', () => {
      articles()[2]!.focus();
      press('Tab', { shiftKey: true });
      assert.equal(focused(), page.one('log'));
    });
  });

  describe('Escape', () => {
    it('stops the running turn, but no queued turn', () => {
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

    it('moves the focus from an answer to the composer if no turn is running', () => {
      articles()[1]!.focus();
      press('Escape');
      assert.equal(focused(), page.input);
    });

    it('stops the running turn while the focus is on an earlier answer', () => {
      page.add('c');
      articles()[1]!.focus();
      press('Escape');
      assert.deepEqual(page.posted, [{ type: 'stop', answerId: 'c' }]);
    });
  });
});

describe('Tab order while a turn waits', () => {
  let page: PanelPage;
  const waiting = exchange('waiting', { state: [ev.attempt(), ev.waiting()].reduce(reduceTurn, initialTurn) });
  usePage((opened) => (page = opened), [exchange('a', { state }), waiting]);

  for (const shiftKey of [false, true]) {
    it(`is left to the browser when ${shiftKey ? 'Shift+' : ''}Tab is pressed in the composer`, () => {
      page.input.focus();
      assert.equal(page.key('Tab', { shiftKey }), false);
      assert.equal(page.window.document.activeElement, page.input);
    });
  }
});
