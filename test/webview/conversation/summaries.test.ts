import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import type { ShownExchange, ShownSummary } from '../../../src/shared/exchanges';
import { initialTurn, reduceTurn, type TurnState } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { answer, exchange, startOfTime, usePage, PanelPage } from '../panel/support/panelPage';
import { Scroller } from '../panel/support/scroller';

const stateOf = (...events: readonly StreamEvent[]): TurnState => events.reduce(reduceTurn, initialTurn);
const answered = (id: string): ShownExchange =>
  exchange(id, { state: stateOf(ev.attempt(), ev.text(id), ev.done(id)) });
const running: TurnState = stateOf(ev.attempt({ time: startOfTime + 60_000 }));
const ready: TurnState = [ev.text('In short'), ev.done('In short')].reduce(reduceTurn, running);
const failed: TurnState = reduceTurn(
  running,
  ev.failed({ kind: 'connection', message: 'Lost.', actions: ['retryNow', 'restart'] }),
);
const summary = (state: TurnState, turns = 2, id = 's'): ShownSummary => ({ answer: answer(id, { state }), turns });
const tooLong = ev.failed({
  kind: 'context-length',
  status: 400,
  message: 'Too long.',
  actions: ['summarize', 'newConversation', 'switchModel'],
});
const [a, b, c] = ['a', 'b', 'c'].map(answered) as [ShownExchange, ShownExchange, ShownExchange];
const question = exchange('q', { state: stateOf(ev.attempt(), tooLong) });

describe('summary in a conversation', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));
  const entries = (): (string | null)[] => page.all('article').map((entry) => entry.ariaLabel);
  const folded = ['2 earlier turns', 'Summary', 'You', 'Assistant'];
  const unfolded = ['2 earlier turns', 'You', 'Assistant', 'You', 'Assistant', 'Summary', 'You', 'Assistant'];
  const block = (): HTMLElement => page.one('article', 'Summary');
  const buttonsIn = (element: HTMLElement): (string | null)[] =>
    [...element.querySelectorAll('button')].map((button) => button.ariaLabel ?? button.textContent);

  it('folds the turns that it replaces', () => {
    page.snapshot([a, b, summary(ready), c]);
    assert.deepEqual(entries(), folded);
    assert.equal(block().querySelector('h2')?.textContent, 'Summary of 2 earlier turns');
    assert.equal(block().querySelector('[data-part="answer"]')?.textContent, 'In short');
    assert.deepEqual(buttonsIn(block()).slice(-4, -1), ['Edit', 'Undo', 'New conversation with this summary']);
    assert.deepEqual(page.all('button', 'Regenerate').length, 1);
  });

  it('shows the Markdown link definitions in its text', () => {
    page.snapshot([a, b, summary(ready), c]);
    const shows = page.all('article').map((entry) => entry.querySelector('[data-shows-definitions]') !== null);
    assert.deepEqual(shows, [false, true, false, false]);
  });

  it('keeps the earlier turns unfolded after a reload', () => {
    page.snapshot([a, b, summary(ready), c]);
    const toggle = page.one('button', '2 earlier turns');
    assert.equal(toggle.ariaExpanded, 'false');
    toggle.click();
    assert.deepEqual([entries(), toggle.ariaExpanded], [unfolded, 'true']);
    const { storage } = page;
    page = new PanelPage(storage);
    page.snapshot([a, b, summary(ready), c]);
    assert.deepEqual(entries(), unfolded);
    page.click('2 earlier turns');
    assert.deepEqual(entries(), folded);
  });

  it('lets the arrow keys move the focus past the folded turns', () => {
    page.snapshot([a, b, summary(ready), c]);
    block().focus();
    page.key('ArrowUp', {}, block());
    assert.equal(page.window.document.activeElement?.ariaLabel, '2 earlier turns');
    page.key('ArrowDown', {}, page.one('article', '2 earlier turns'));
    assert.equal(page.window.document.activeElement, block());
  });

  it('keeps the elements of the other turns when the summary is added and removed', () => {
    page.snapshot([a, b, c]);
    const last = page.all('article').at(-1)!;
    page.path(a, b, summary(running), c);
    assert.deepEqual(entries(), unfolded.slice(1));
    assert.match(page.root.querySelector('.notices')!.textContent, /Summarizing the earlier turns…Show/);
    page.all('article', 'You')[0]!.focus();
    page.events('s', ev.text('In short'), ev.done('In short'));
    assert.deepEqual([entries(), page.announced], [folded, 'The summary is ready.']);
    assert.equal(page.window.document.activeElement, block());
    page.path(a, b, c);
    assert.deepEqual(entries(), ['You', 'Assistant', 'You', 'Assistant', 'You', 'Assistant']);
    assert.equal(page.all('article').at(-1), last);
  });

  for (const { outcome, state, buttons } of [
    { outcome: 'has failed', state: failed, buttons: ['Retry now', 'Summarize again', 'Dismiss'] },
    { outcome: 'was stopped', state: reduceTurn(running, ev.stopped('')), buttons: ['Summarize again', 'Dismiss'] },
    {
      outcome: 'was interrupted',
      state: { ...running, phase: 'interrupted', text: 'In' },
      buttons: ['Continue', 'Summarize again', 'Dismiss'],
    },
  ] as const) {
    it(`folds no turns and can be dismissed if it ${outcome}`, () => {
      page.snapshot([a, b, summary(state), c]);
      assert.deepEqual(entries(), unfolded.slice(1));
      const shown = buttonsIn(block());
      assert.deepEqual(
        buttons.filter((name) => shown.includes(name)),
        buttons,
      );
      [...block().querySelectorAll('button')].find(({ textContent }) => textContent === 'Dismiss')!.click();
      assert.deepEqual(page.posted.at(-1), { type: 'editSummary', answerId: 's', text: '' });
    });
  }

  it('is announced when it starts', () => {
    page.snapshot([a, b, summary(initialTurn), c]);
    page.events('s', ev.attempt());
    assert.equal(page.announced, 'Summarizing the earlier turns…');
  });

  it('says that it was interrupted', () => {
    page.snapshot([a, b, summary({ ...running, phase: 'interrupted', text: 'In' }), c]);
    assert.equal(block().querySelector('.outcome p')?.textContent, 'The summary was interrupted.');
  });

  it('says that the conversation is unchanged after the user has stopped the summary', () => {
    page.snapshot([a, b, summary(running), c]);
    page.events('s', ev.text('In'), ev.stopped('In'));
    const stopped = 'Stopped. The conversation has not changed.';
    assert.deepEqual([page.announced, block().querySelector('.outcome p')?.textContent], [stopped, stopped]);
  });

  it('has buttons to undo it and to start a new conversation', () => {
    page.snapshot([a, b, summary(ready), c]);
    page.click('Undo');
    assert.equal(page.announced, 'Summary removed.');
    page.click('New conversation with this summary');
    assert.deepEqual(page.posted, [
      { type: 'editSummary', answerId: 's', text: '' },
      { type: 'newFromSummary', answerId: 's' },
    ]);
  });

  it('cannot be undone on a read-only page', () => {
    page.snapshot([a, b, summary(ready), c], { readOnly: true });
    assert.deepEqual(page.all('button', 'Undo'), []);
  });

  it('keeps an unsaved edit of its text after a reload', () => {
    page.snapshot([a, b, summary(ready), c]);
    [...block().querySelectorAll('button')].find(({ textContent }) => textContent === 'Edit')!.click();
    const editor = (): HTMLTextAreaElement => page.one('textbox', 'Edit the summary') as HTMLTextAreaElement;
    assert.deepEqual([editor().value, page.window.document.activeElement], ['In short', editor()]);
    editor().value = 'Longer';
    editor().dispatchEvent(new page.window.Event('input', { bubbles: true }));
    assert.equal(page.key('Enter', {}, editor()), false);
    const { storage } = page;
    page = new PanelPage(storage);
    page.snapshot([a, b, summary(ready), c]);
    assert.equal(editor().value, 'Longer');
    assert.equal(page.key('Enter', { ctrlKey: true }, editor()), true);
    assert.deepEqual(page.posted.at(-1), { type: 'editSummary', answerId: 's', text: 'Longer' });
    assert.equal(page.window.document.activeElement, page.input);
    page.path(a, b, summary({ ...ready, text: 'Longer' }), c);
    assert.deepEqual(
      [page.all('textbox', 'Edit the summary'), block().querySelector('[data-part="answer"]')?.textContent],
      [[], 'Longer'],
    );
  });

  it('folds no turns if it summarizes another conversation', () => {
    page.snapshot([summary(ready, 0), a]);
    assert.deepEqual(entries(), ['Summary', 'You', 'Assistant']);
    assert.equal(block().querySelector('h2')?.textContent, 'Summary of another conversation');
    assert.deepEqual(buttonsIn(block()).slice(-3, -1), ['Edit', 'Remove']);
  });

  it('opens the conversation that it summarizes with a click on its title', () => {
    const source = { id: 'c', title: 'Sheep' };
    page.snapshot([{ ...summary(ready, 0), source }, a]);
    block().querySelector<HTMLElement>('h2 button')!.click();
    assert.equal(block().querySelector('h2')?.textContent, 'Summary of “Sheep”');
    assert.deepEqual(page.posted, [{ type: 'openSource', answerId: 's' }]);
  });

  it('gets the focus when the user presses *Show*', () => {
    page.snapshot([a, b, summary(running), c]);
    page.click('Show');
    assert.equal(page.window.document.activeElement, block());
  });

  it('folds an older summary together with the turns that it replaces', () => {
    page.snapshot([a, summary(ready, 1, 'older'), b, summary(ready), c]);
    assert.deepEqual(entries(), folded);
    page.click('2 earlier turns');
    assert.equal(page.all('article', 'Summary').length, 2);
  });
});

describe('failure card of a request that is too long', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));
  const card = (): [string | null, boolean, boolean][] =>
    [...page.root.querySelectorAll<HTMLButtonElement>('[role="alert"] .actions .button')].map((button) => [
      button.textContent,
      button.classList.contains('primary'),
      button.disabled,
    ]);

  const canSummarize = (can: boolean): void => page.receive({ type: 'contextUse', canSummarize: can });

  it('has a summary as its first button if a summary is possible', () => {
    page.snapshot([a, exchange('q')]);
    canSummarize(true);
    page.events('q', ev.attempt({ model: 'small-1' }), tooLong);
    assert.match(
      page.one('alert').textContent,
      /^The conversation is too long for small-1\. Continue with a summary, or/,
    );
    assert.deepEqual(card().slice(0, 2), [
      ['Continue with a summary', true, false],
      ['New conversation', false, false],
    ]);
    page.click('Continue with a summary');
    assert.deepEqual(page.posted.at(-1), { type: 'action', answerId: 'q', action: 'summarize' });
    page.path(a, summary(running, 1), question);
    assert.deepEqual(card()[0], ['Continue with a summary', true, true]);
  });

  it('has no button for a summary if a summary is not possible', () => {
    page.snapshot([a, question]);
    assert.deepEqual(card()[0], ['New conversation', true, false]);
    const older = summary([ev.text('s'), ev.done('s')].reduce(reduceTurn, stateOf(ev.attempt({ time: 1 }))));
    page.snapshot([a, older, question]);
    assert.deepEqual(card()[0], ['New conversation', true, false]);
  });

  it('has *Retry now* as its first button after a summary is ready', () => {
    page.snapshot([a, b, summary(running), question]);
    page.events('s', ev.text('In short'), ev.done('In short'));
    for (const from of ['live', 'reloaded']) {
      assert.deepEqual(card()[0], ['Retry now', true, false], from);
      assert.match(
        page.one('alert').textContent,
        /^The request was too long, so the earlier turns were summarized\. The summary is ready\./,
        from,
      );
      page.snapshot([a, b, summary(ready), question]);
    }
    page.click('Retry now');
    assert.deepEqual(page.posted.at(-1), { type: 'action', answerId: 'q', action: 'retryNow' });
  });

  it('has a button for another summary if the existing summary is not short enough', () => {
    page.snapshot([a, b, summary(ready), question]);
    canSummarize(true);
    assert.deepEqual(card()[0], ['Continue with a summary', true, false]);
    assert.doesNotMatch(page.one('alert').textContent, /summary is ready/);
  });

  it('has a button for a summary of fewer turns if the request for a summary was too long', () => {
    const tooLongSummary = reduceTurn(running, tooLong);
    page.snapshot([a, b, summary(tooLongSummary)]);
    assert.deepEqual(card()[0], ['Continue with a summary', true, false]);
    page.snapshot([a, summary(tooLongSummary, 1)]);
    assert.deepEqual(card()[0], ['New conversation', true, false]);
  });
});

describe('notice of a new summary', () => {
  let page: PanelPage;
  let scroller: Scroller;
  usePage((opened) => (page = opened));
  beforeEach(() => {
    page.snapshot([a, b, c]);
    scroller = new Scroller(page.one('log'), page);
    scroller.grow(0);
    scroller.height += 100;
    page.path(a, b, summary(running), c);
    scroller.grow(0);
  });
  const fill = (tokens: number): void =>
    page.receive({
      type: 'contextUse',
      canSummarize: true,
      use: { windowTokens: 100, parts: [{ kind: 'turns', tokens }] },
    });
  const end = (): void => page.events('s', ev.text('In short'), ev.done('In short'));
  const notice = (): string => page.root.querySelector('.notice-area .notice')?.textContent ?? '';

  it('scrolls the summary to the top of the view when *Show* is clicked', () => {
    fill(95);
    assert.equal(notice(), 'Summarizing the earlier turns…Show');
    end();
    fill(10);
    assert.equal(notice(), 'The summary is ready.Show');
    assert.equal(scroller.distanceFromEnd, 0);
    scroller.moveTo(500);
    page.one('article', 'Summary').getBoundingClientRect = () => ({ top: -200 }) as DOMRect;
    page.click('Show');
    scroller.grow(50);
    assert.deepEqual([scroller.element.scrollTop, notice()], [300, '']);
  });

  it('says that a reload has interrupted the summary until the user dismisses it', () => {
    page.snapshot([a, b, summary({ ...running, phase: 'interrupted' }), c]);
    assert.equal(notice(), 'The summary was interrupted.Show');
    page.click('Show');
    assert.deepEqual([notice(), page.window.document.activeElement?.ariaLabel], ['', 'Summary']);
    page.update('s', { state: running });
    assert.equal(notice(), 'Summarizing the earlier turns…Show');
    end();
    assert.equal(notice(), 'The summary is ready.Show');
  });

  for (const [cause, act] of [
    ['the user dismisses it', () => page.click('Dismiss')],
    ['the user undoes the summary', () => page.path(a, b, c)],
    ['the next prompt is sent', () => page.add('d')],
  ] as const) {
    it(`disappears when ${cause}`, () => {
      end();
      act();
      assert.equal(notice(), '');
      page.events('d', ev.attempt(), ev.done('d'));
      assert.equal(notice(), '');
    });
  }

  it('is hidden if a failure card already says that the summary is ready', () => {
    page.snapshot([a, b, summary(running), question]);
    end();
    assert.equal(notice(), '');
  });

  const fail = (): void => page.events('s', ev.failed({ kind: 'connection', message: 'Lost.', actions: ['retryNow'] }));

  it('is hidden when the request for the summary fails', () => {
    fail();
    assert.equal(notice(), '');
  });

  it('is followed by a scroll to the failure card if the request for the summary fails', () => {
    page.one('article', 'Summary').getBoundingClientRect = () => ({ top: -200 }) as DOMRect;
    fail();
    scroller.grow(50);
    assert.equal(scroller.distanceFromEnd, 250);
  });

  it('does not mark *Jump to latest* as having news while the summary is being written', () => {
    scroller.wheel(-300);
    page.events('s', ev.text('In'));
    assert.equal(page.one('button', 'Jump to latest').dataset['news'], undefined);
  });
});

describe('notice of a full context window', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));
  const fill = (tokens: number, canSummarize = true): void =>
    page.receive({
      type: 'contextUse',
      canSummarize,
      use: { windowTokens: 1000, parts: [{ kind: 'turns', tokens }] },
    });
  const notice = (): string => page.root.querySelector('.notice-area .notice')?.textContent ?? '';
  const offered = 'The context window is about 92% full.Continue with a summary';

  it('offers a summary if at least 90% of the context window is used', () => {
    page.snapshot([a, b]);
    fill(899);
    assert.equal(notice(), offered.replace('92', '90'));
    fill(894);
    assert.deepEqual(page.all('button', 'Continue with a summary'), []);
    page.type('abcd'.repeat(26));
    assert.equal(notice(), offered);
    page.click('Continue with a summary');
    assert.deepEqual(page.posted.at(-1), { type: 'summarize' });
  });

  it('says that the conversation is too long if more than 100% of the context window is used', () => {
    page.snapshot([a, b]);
    fill(1150);
    assert.match(notice(), /^The conversation is probably too long for the model\./);
  });

  it('reappears after its dismissal only if the context window was less than 90% full in between', () => {
    page.snapshot([a, b]);
    fill(920);
    page.one('button', 'Dismiss').focus();
    page.click('Dismiss');
    assert.equal(page.window.document.activeElement, page.input);
    page.path(a, b, exchange('d', { state: stateOf(ev.attempt()) }));
    page.events('d', ev.text('d'), ev.done('d'));
    assert.deepEqual(page.all('button', 'Continue with a summary'), []);
    fill(500);
    fill(920);
    assert.equal(notice(), offered);
  });

  for (const { situation, exchanges, readOnly, canSummarize } of [
    { situation: 'if no summary is possible', exchanges: [a], readOnly: false, canSummarize: false },
    { situation: 'beside a failure card that offers a summary', exchanges: [a, question] },
    { situation: 'while a turn is running', exchanges: [a, exchange('d', { state: stateOf(ev.attempt()) })] },
    { situation: 'on a read-only page', exchanges: [a], readOnly: true },
  ] as const) {
    it(`is hidden ${situation}`, () => {
      page.snapshot(exchanges, readOnly ? { readOnly } : {});
      fill(990, canSummarize);
      assert.doesNotMatch(notice(), /full/);
    });
  }
});
