import assert from 'node:assert/strict';
import { exchange, PanelPage, usePage } from '../panel/support/panelPage';
import { initialTurn, reduceTurn, type HostNotice } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';

const done = [ev.attempt(), ev.text('Hi'), ev.done('Hi')].reduce(reduceTurn, initialTurn);
const message: HostNotice = {
  id: 'message-1',
  kind: 'message',
  severity: 'information',
  text: 'OpenRouter is no longer a backup gateway.',
  actions: ['Undo'],
};
const spending: HostNotice = {
  id: 'spending-1',
  kind: 'spending',
  severity: 'warning',
  text: "You have used 84% of today's budget: $0.84 of $1.00.",
  actions: ['Usage'],
};

describe('notices above the composer', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));
  beforeEach(() => page.snapshot([exchange('a', { state: done })]));

  const notices = (...sent: readonly HostNotice[]): void => page.receive({ type: 'notices', notices: sent });
  const fillContext = (): void =>
    page.receive({
      type: 'contextUse',
      canSummarize: true,
      use: { windowTokens: 1000, parts: [{ kind: 'turns', tokens: 950 }] },
    });
  const shown = (): string => page.root.querySelector('.notice-area .notice p')?.textContent ?? '';
  const announced = (): readonly (string | null)[] =>
    [...page.root.querySelectorAll('[data-source="notice"]')].map(({ textContent }) => textContent);

  it('are shown one at a time: messages before the budget, and the budget before the context window', () => {
    fillContext();
    notices(message, spending);
    assert.equal(shown(), message.text);
    page.click('Dismiss');
    assert.equal(shown(), spending.text);
    page.click('Dismiss');
    assert.match(shown(), /context window/);
    page.click('Dismiss');
    assert.equal(shown(), '');
  });

  it('tell the host which button the user has clicked, and disappear at once', () => {
    notices(message);
    page.click('Undo');
    assert.deepEqual([page.posted.at(-1), shown()], [{ type: 'endNotice', id: 'message-1', action: 'Undo' }, '']);
  });

  it('tell the host when the user dismisses them', () => {
    notices(message);
    page.click('Dismiss');
    assert.deepEqual(page.posted.at(-1), { type: 'endNotice', id: 'message-1' });
  });

  it('appear again if the host shows them again', () => {
    notices(message);
    page.click('Dismiss');
    notices(message);
    assert.equal(shown(), message.text);
  });

  it('show the progress of work before other messages, and without *Dismiss*', () => {
    notices(message, { ...message, id: 'work', kind: 'progress', text: 'Testing…', actions: ['Cancel'] });
    assert.equal(shown(), 'Testing…');
    assert.deepEqual(page.all('button', 'Dismiss'), []);
  });

  it('move the focus to the composer when the focused notice disappears', () => {
    notices(message);
    page.one('button', 'Undo').focus();
    notices();
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('leave the focus where it is when they appear', () => {
    page.one('article', 'Assistant').focus();
    notices(message);
    assert.equal(page.window.document.activeElement, page.one('article', 'Assistant'));
  });

  it('are announced once', () => {
    notices(message);
    assert.deepEqual(announced(), [message.text]);
    page.root.querySelector('[data-source="notice"]')?.remove();
    notices({ ...message, actions: ['Undo', 'Show'] });
    assert.deepEqual(announced(), []);
  });

  it('stay dismissed after the page is reloaded', () => {
    fillContext();
    page.click('Dismiss');
    const reloaded = new PanelPage(page.storage);
    reloaded.snapshot([exchange('a', { state: done })]);
    page = reloaded;
    fillContext();
    assert.equal(shown(), '');
  });
});
