import assert from 'node:assert/strict';
import { initialTurn, reduce } from '../../../src/protocol';
import { ev } from './support/events';
import { exchange, PanelPage } from './support/panelPage';

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

  it('goes to the composer by Escape, and stops a turn that runs', () => {
    articles()[1]!.focus();
    press('Escape');
    assert.equal(focused(), page.input);
    page.receive({ type: 'exchange', exchange: exchange('c') });
    articles()[1]!.focus();
    press('Escape');
    assert.deepEqual(page.posted, [{ type: 'stop' }]);
  });
});
