import assert from 'node:assert/strict';
import { answerActions } from '../../../src/shared/pageMessages';
import { initialTurn, reduceTurn, type RecordedEvent } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { answer, exchange, usePage, type PanelPage } from '../panel/support/panelPage';

const stateOf = (...events: readonly RecordedEvent[]) => events.reduce(reduceTurn, initialTurn);
const done = stateOf(ev.attempt(), ev.text('**Hi**'), ev.done('**Hi**'));

describe('actions for an answer', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));

  const article = (): HTMLElement => page.all('article').at(-1)!;
  const menuItems = (): readonly string[] => {
    page.click('Answer actions');
    return page.all('menuitem').map(({ textContent }) => textContent);
  };
  /** Returns what VS Code reads when the user opens the context menu. */
  const menuContext = (): unknown => {
    article().dispatchEvent(new page.window.MouseEvent('contextmenu', { bubbles: true }));
    return JSON.parse(article().dataset['vscodeContext'] ?? '{}');
  };
  const actionsOf = (): unknown => (menuContext() as Readonly<Record<string, unknown>>)['holysheep.answerActions'];

  it('are in the menu below the answer', () => {
    page.snapshot([exchange('a', { state: done })]);
    assert.deepEqual(menuItems(), [
      'Copy as plain text',
      'Copy request as code…',
      'Export…',
      'Branch from here',
      'Delete turn',
    ]);
  });

  it("are in VS Code's context menu of the answer", () => {
    page.snapshot([exchange('a', { state: done })]);
    assert.deepEqual(menuContext(), { answerId: 'a', 'holysheep.answerActions': answerActions.join(' ') });
    assert.deepEqual(JSON.parse(page.root.dataset['vscodeContext'] ?? ''), { conversationId: 'c1' });
  });

  it('offer *Copy*, *Export* and *Delete turn* for a running turn', () => {
    page.snapshot([exchange('a', { state: stateOf(ev.attempt(), ev.text('Hi')) })]);
    assert.equal(actionsOf(), 'copyAnswer copyPlainText exportConversation deleteTurn');
  });

  it('offer *Export* and *Delete turn* for a queued prompt', () => {
    page.snapshot([exchange('a', { isQueued: true })]);
    assert.equal(actionsOf(), 'exportConversation deleteTurn');
  });

  it('offer *Branch from here* for a failed turn without text', () => {
    page.snapshot([exchange('a', { state: stateOf(ev.attempt(), ev.failed()) })]);
    assert.deepEqual(menuItems(), ['Copy request as code…', 'Export…', 'Branch from here', 'Delete turn']);
  });

  it('leave out *Delete turn* on a read-only page', () => {
    page.snapshot([exchange('a', { state: done })], { readOnly: true });
    assert.deepEqual(menuItems().slice(-2), ['Export…', 'Branch from here']);
  });

  it('leave out *Branch from here* and *Delete turn* for a summary', () => {
    page.snapshot([{ answer: answer('s', { state: done }), turns: 1 }]);
    assert.deepEqual(menuItems(), ['Copy as plain text', 'Copy request as code…', 'Export…']);
  });

  for (const [action, posted] of [
    ['copyAnswer', { type: 'copy', text: '**Hi**' }],
    ['copyRequest', { type: 'copyRequest', answerId: 'a' }],
    ['exportConversation', { type: 'exportConversation' }],
    ['branch', { type: 'branch', answerId: 'a' }],
    ['deleteTurn', { type: 'deleteExchange', exchangeId: 'exchange-a' }],
  ] as const) {
    it(`post a message when the user chooses ${action} in the context menu`, () => {
      page.snapshot([exchange('a', { state: done })]);
      page.receive({ type: 'answerAction', answerId: 'a', action });
      assert.deepEqual(page.posted, [posted]);
    });
  }

  it("return the focus to the answer when VS Code's context menu closes", () => {
    page.snapshot([exchange('a', { state: done }), exchange('b', { state: done })]);
    page.hasFocus = false;
    page.receive({ type: 'answerAction', answerId: 'a', action: 'copyAnswer' });
    page.window.dispatchEvent(new page.window.Event('focus'));
    assert.equal(page.window.document.activeElement, page.all('article', 'Assistant')[0]);
  });

  describe('copy the rendered text', () => {
    beforeEach(() => {
      page.snapshot([exchange('a', { state: done })]);
      // Replaces `innerText`, which jsdom lacks because it has no layout.
      Object.defineProperty(page.window.HTMLElement.prototype, 'innerText', {
        configurable: true,
        get(this: HTMLElement) {
          return this.textContent;
        },
      });
    });
    const copied = (html: string): unknown => {
      page.part('answer')!.innerHTML = html;
      page.receive({ type: 'answerAction', answerId: 'a', action: 'copyPlainText' });
      return page.posted.at(-1);
    };

    it('without Markdown', () => {
      assert.deepEqual(copied('<p><strong>Hi</strong> there</p>'), { type: 'copy', text: 'Hi there' });
      assert.equal(page.announced, 'Copied');
    });

    it('with the marks of lists', () => {
      const ordered = '<ol start="3"><li>three </li><li><p>four </p></li></ol>';
      const tasks = '<ul><li data-checked="true">done </li><li data-checked="false">open </li></ul>';
      const text = '3. three 4. four - plain - [x] done - [ ] open';
      assert.deepEqual(copied(`${ordered}<ul><li>plain </li></ul>${tasks}`), { type: 'copy', text });
    });

    it('without changing the answer', () => {
      copied('<ul><li>plain</li></ul>');
      assert.equal(page.part('answer')!.innerHTML, '<ul><li>plain</li></ul>');
      assert.equal(article().querySelectorAll('[data-part="answer"]').length, 1);
    });
  });
});
