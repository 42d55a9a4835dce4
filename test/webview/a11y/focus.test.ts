import assert from 'node:assert/strict';
import { initialTurn, reduce } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, PanelPage } from '../panel/support/panelPage';

const state = [ev.attempt(), ev.text('Hi'), ev.done('Hi')].reduce(reduce, initialTurn);

describe('the keyboard in the conversation', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot([exchange('a', { state }), exchange('b', { state })]);
  });
  afterEach(() => page.dispose());

  const articles = (): HTMLElement[] => page.all('article');
  const focused = (): Element | null => page.window.document.activeElement;
  const press = (key: string, more: KeyboardEventInit = {}): void => page.key(key, more, focused()!);

  it('has one way in: the newest article', () => {
    assert.deepEqual(
      articles().map((article) => article.tabIndex),
      [-1, -1, -1, 0],
    );
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
    it(`goes by ${key} from article ${from} to ${to}, which is the way in from then on`, () => {
      articles()[from]!.focus();
      press(key);
      assert.equal(focused(), articles()[to]);
      assert.deepEqual(
        articles().map((article) => article.tabIndex),
        articles().map((_, index) => (index === to ? 0 : -1)),
      );
    });
  }

  it('leaves arrows to scrolling where a hand has put the focus', () => {
    articles()[2]!.dispatchEvent(new page.window.Event('pointerdown', { bubbles: true }));
    articles()[2]!.focus();
    press('ArrowUp');
    assert.equal(focused(), articles()[2]);
  });

  it('leaves arrows to what is in an article', () => {
    const button = articles()[0]!.querySelector('button')!;
    button.focus();
    press('ArrowDown');
    assert.equal(focused(), button);
  });

  it('goes out by Tab from the last thing in an article, past all others', () => {
    articles()[0]!.focus();
    press('Tab');
    assert.equal(focused(), articles()[0]);
    const last = [...articles()[0]!.querySelectorAll('button')].at(-1)!;
    last.focus();
    press('Tab');
    assert.equal(focused()?.compareDocumentPosition(articles()[3]!), page.window.Node.DOCUMENT_POSITION_PRECEDING);
    assert.equal(page.one('log').contains(focused()), true);
  });

  it('goes back by Shift+Tab to the article, and out', () => {
    articles()[2]!.querySelector('button')!.focus();
    press('Tab', { shiftKey: true });
    assert.equal(focused(), articles()[2]);
    press('Tab', { shiftKey: true });
    assert.equal(focused(), page.one('log'));
  });

  it('stops the running turn with Escape, not the prompts queued behind it', () => {
    page.snapshot([exchange('a'), exchange('b', { queued: true })]);
    press('Escape');
    page.events('a', ev.attempt(), ev.text('Hi'), ev.done('Hi'));
    press('Escape');
    page.receive({ type: 'exchange', exchange: exchange('b') });
    page.click('Stop');
    assert.deepEqual(page.posted, [
      { type: 'stop', exchangeId: 'a' },
      { type: 'stop', exchangeId: 'b' },
    ]);
  });

  it('goes to the composer by Escape, and stops a turn that runs', () => {
    articles()[1]!.focus();
    press('Escape');
    assert.equal(focused(), page.input);
    page.receive({ type: 'exchange', exchange: exchange('c') });
    articles()[1]!.focus();
    press('Escape');
    assert.deepEqual(page.posted, [{ type: 'stop', exchangeId: 'c' }]);
  });
});

describe('the Tab key while a turn waits', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot([
      ...['a', 'b', 'c'].map((id) => exchange(id, { state })),
      exchange('waiting', { state: [ev.attempt(), ev.waiting()].reduce(reduce, initialTurn) }),
      exchange('queued', { queued: true }),
    ]);
  });
  afterEach(() => page.dispose());

  const focused = (): Element => page.window.document.activeElement!;
  const nameOf = (element: Element): string => element.getAttribute('aria-label') ?? element.textContent;
  const stopsIn = (parent: Element): HTMLElement[] =>
    [...parent.querySelectorAll<HTMLElement>('button:enabled, textarea, summary, [tabindex="0"]')].filter((stop) =>
      stop.checkVisibility(),
    );
  /**
   * Presses Tab and, if the page does not handle the key, moves the focus like a browser. Returns undefined outside the
   * page.
   */
  const tab = (shiftKey = false): Element | undefined => {
    const from = focused();
    const event = new page.window.KeyboardEvent('keydown', { key: 'Tab', shiftKey, bubbles: true, cancelable: true });
    if (!from.dispatchEvent(event)) return focused();
    const at = focused();
    const all = stopsIn(page.root).filter((stop) => stop !== at);
    const { DOCUMENT_POSITION_FOLLOWING: following, DOCUMENT_POSITION_PRECEDING: preceding } = page.window.Node;
    const isAhead = (stop: Element): boolean =>
      (at.compareDocumentPosition(stop) & (shiftKey ? preceding : following)) !== 0;
    const next = shiftKey ? all.findLast(isAhead) : all.find(isAhead);
    next?.focus();
    return next && focused();
  };
  /** Presses Tab until a wanted element has the focus. Returns the names of all elements that had it on the way. */
  const walk = (isWanted: (name: string) => boolean, shiftKey = false): string[] => {
    const names: string[] = [];
    for (let next = tab(shiftKey); next && names.length < 30; next = tab(shiftKey)) {
      names.push(nameOf(next));
      if (isWanted(names.at(-1)!)) return names;
    }
    throw new Error(`Not reached: ${names.join(', ')}`);
  };

  it('goes back from the composer to the buttons of the wait, and on to the composer', () => {
    page.input.focus();
    assert.deepEqual(
      [1, 2, 3].map(() => nameOf(tab(true)!)),
      ['Switch model', 'Stop', 'Retry now'],
    );
    assert.deepEqual(
      [1, 2].map(() => nameOf(tab()!)),
      ['Stop', 'Switch model'],
    );
    assert.ok(walk((name) => name === 'Prompt').length > 0);
  });

  it('goes on from the composer to the buttons of the wait, and then leaves the page', () => {
    page.input.focus();
    const names = walk((name) => name === 'Switch model');
    assert.deepEqual(names.slice(-3), ['Retry now', 'Stop', 'Switch model']);
    assert.equal(tab(), undefined);
  });

  it('goes back to the composer from the buttons it reached after the composer', () => {
    page.input.focus();
    walk((name) => name === 'Retry now');
    const back = tab(true)!;
    assert.equal(page.input.form?.contains(back), true);
  });

  for (const index of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
    it(`reaches Retry now and Stop from article ${index}`, () => {
      page.all('article')[index]!.focus();
      const names = walk((name) => name === 'Stop');
      assert.deepEqual(names.slice(-2), ['Retry now', 'Stop']);
      assert.equal(names.includes('Prompt'), false);
    });
  }

  for (const index of [8, 9]) {
    it(`goes back to the buttons of the wait from article ${index}, which is queued behind it`, () => {
      page.all('article')[index]!.focus();
      assert.equal(nameOf(tab(true)!), 'Switch model');
    });
  }

  it('follows the order of the page when the wait is over', () => {
    page.events('waiting', ev.attempt({ attempt: 2 }), ev.text('Hi'), ev.done('Hi'));
    page.input.focus();
    const back = tab(true)!;
    assert.equal(page.all('article').at(-1)!.contains(back), true);
  });
});
