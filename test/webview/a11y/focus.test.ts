import assert from 'node:assert/strict';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { answer, comparison, exchange, usePage, type PanelPage } from '../panel/support/panelPage';
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
  usePage(
    (opened) => (page = opened),
    [
      ...['a', 'b', 'c'].map((id) => exchange(id, { state })),
      exchange('waiting', { state: [ev.attempt(), ev.waiting()].reduce(reduceTurn, initialTurn) }),
      exchange('queued', { isQueued: true }),
    ],
  );

  const focused = (): Element => page.window.document.activeElement!;
  const nameOf = (element: Element): string => element.getAttribute('aria-label') ?? element.textContent;
  const findStops = (parent: Element): HTMLElement[] =>
    [...parent.querySelectorAll<HTMLElement>('button:enabled, textarea, summary, [tabindex="0"]')].filter((stop) =>
      stop.checkVisibility(),
    );
  /**
   * Presses Tab. If the page does not handle the key, moves the focus like a browser. Returns the focused element, or
   * undefined when the focus leaves the page.
   */
  const tab = (shiftKey = false): Element | undefined => {
    const from = focused();
    const event = new page.window.KeyboardEvent('keydown', { key: 'Tab', shiftKey, bubbles: true, cancelable: true });
    if (!from.dispatchEvent(event)) return focused();
    const current = focused();
    const stops = findStops(page.root).filter((stop) => stop !== current);
    const { DOCUMENT_POSITION_FOLLOWING: following, DOCUMENT_POSITION_PRECEDING: preceding } = page.window.Node;
    const isAhead = (stop: Element): boolean =>
      (current.compareDocumentPosition(stop) & (shiftKey ? preceding : following)) !== 0;
    const next = shiftKey ? stops.findLast(isAhead) : stops.find(isAhead);
    next?.focus();
    return next && focused();
  };
  /** Presses Tab until an element with a matching name has the focus. Returns the names of all focused elements. */
  const tabUntil = (isTarget: (name: string) => boolean, shiftKey = false): string[] => {
    const names: string[] = [];
    for (let next = tab(shiftKey); next && names.length < 30; next = tab(shiftKey)) {
      names.push(nameOf(next));
      if (isTarget(names.at(-1)!)) return names;
    }
    throw new Error(`Not reached: ${names.join(', ')}`);
  };

  it('leads backward from the composer to the buttons of the wait card, and forward from these to the composer', () => {
    page.input.focus();
    const backward = [1, 2, 3].map(() => nameOf(tab(true)!));
    assert.deepEqual(backward, ['Switch model', 'Stop', 'Retry now']);
    const forward = [1, 2].map(() => nameOf(tab()!));
    assert.deepEqual(forward, ['Stop', 'Switch model']);
    assert.ok(tabUntil((name) => name === 'Prompt').length > 0);
  });

  it('leads forward from the composer to the buttons of the wait card, and then out of the page', () => {
    page.input.focus();
    const names = tabUntil((name) => name === 'Switch model');
    assert.deepEqual(names.slice(-3), ['Retry now', 'Stop', 'Switch model']);
    assert.equal(tab(), undefined);
  });

  it('leads backward from the buttons of the wait card to the composer if the focus came from the composer', () => {
    page.input.focus();
    tabUntil((name) => name === 'Retry now');
    const back = tab(true)!;
    assert.equal(page.root.querySelector('.composer')!.contains(back), true);
  });

  it('leads forward from the composer through the wait cards of all answers of a comparison, and back', () => {
    const waiting = { state: [ev.attempt(), ev.waiting()].reduce(reduceTurn, initialTurn) };
    page.snapshot([comparison([answer('m1', waiting), answer('m2', waiting)])]);
    page.input.focus();
    const buttons = ['Retry now', 'Switch model', 'Retry now', 'Switch model'];
    assert.deepEqual(tabUntil((name) => name === 'Retry now').slice(-1), ['Retry now']);
    assert.deepEqual(
      [1, 2, 3].map(() => nameOf(tab()!)),
      buttons.slice(1),
    );
    assert.deepEqual(
      [1, 2, 3].map(() => nameOf(tab(true)!)),
      buttons.slice(0, -1).reverse(),
    );
    for (let steps = 0; steps < 3; steps++) tab();
    assert.equal(tab(), undefined);
    page.all('article').at(-1)!.querySelector<HTMLElement>('.wait-card summary')!.focus();
    assert.notEqual(nameOf(tab()!), 'Retry now');
  });

  for (const index of [0, 8]) {
    it(`leads forward from article ${index} to *Retry now* and *Stop* without passing the composer`, () => {
      page.all('article')[index]!.focus();
      const names = tabUntil((name) => name === 'Stop');
      assert.deepEqual(names.slice(-2), ['Retry now', 'Stop']);
      assert.equal(names.includes('Prompt'), false);
    });
  }

  for (const index of [8]) {
    it(`leads backward from article ${index}, in the queued exchange, to the buttons of the wait card`, () => {
      page.all('article')[index]!.focus();
      assert.equal(nameOf(tab(true)!), 'Switch model');
    });
  }

  it('is the document order again after the wait has ended', () => {
    page.events('waiting', ev.attempt({ attempt: 2 }), ev.text('Hi'), ev.done('Hi'));
    page.input.focus();
    const back = tab(true)!;
    assert.equal(page.all('article').at(-1)!.contains(back), true);
  });
});
