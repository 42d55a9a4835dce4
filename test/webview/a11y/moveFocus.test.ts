import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import type { ToWebview } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, usePage, type PanelPage } from '../panel/support/panelPage';

describe('focus handling of the panel', () => {
  let page: PanelPage;
  let focusCalls: string[];
  usePage((opened) => (page = opened), []);
  beforeEach(() => {
    const { prototype } = page.window.HTMLElement;
    focusCalls = [];
    prototype.focus = new Proxy(Reflect.get(prototype, 'focus'), {
      apply: (focus, element: HTMLElement, options: [FocusOptions?]) => {
        focusCalls.push(element.getAttribute('aria-label') ?? element.textContent);
        focus.apply(element, options);
      },
    });
  });

  const leavePanel = (): void => {
    page.hasFocus = false;
    focusCalls = [];
  };
  const returnToPanel = (): void => {
    page.hasFocus = true;
    page.window.dispatchEvent(new page.window.Event('focus'));
  };
  const item = { id: 'file:a', kind: 'file', label: 'a.ts', characters: 5, lines: 1, truncated: false } as const;

  const demo = (label: string): ToWebview => ({
    type: 'demoStep',
    demoStep: { heading: label, text: '', offers: [{ act: 'next', label }] },
  });
  const connection = { model: 'm', host: 'h', hasKey: true, demo: true };
  const running: ToWebview = { type: 'exchange', exchange: exchange('a') };
  const eventsOf = (...events: readonly StreamEvent[]): ToWebview => ({ type: 'events', answerId: 'a', events });

  const changes: Readonly<
    Record<string, readonly [before: readonly ToWebview[], focused: string | undefined, change: ToWebview]>
  > = {
    'a prefilled prompt': [[], undefined, { type: 'prefill', text: 'Hi' }],
    'the end of a wait': [
      [running, eventsOf(ev.attempt(), ev.waiting())],
      'Retry now',
      eventsOf(ev.attempt({ attempt: 2 })),
    ],
    'the end of an answer': [[running], 'Stop', eventsOf(ev.attempt(), ev.text('Hi'), ev.done('Hi'))],
    'the removal of a context item': [
      [{ type: 'context', items: [item] }],
      'Remove a.ts',
      { type: 'context', items: [] },
    ],
    'the next step of the demo': [
      [{ type: 'connection', connection, suggestions: [] }, demo('Start')],
      'Start',
      demo('Next'),
    ],
  };
  for (const [what, [before, focused, change]] of Object.entries(changes)) {
    it(`does not take the focus from another editor tab because of ${what}`, () => {
      for (const message of before) page.receive(message);
      if (focused !== undefined) page.one('button', focused).focus();
      leavePanel();
      page.receive(change);
      assert.deepEqual(focusCalls, []);
    });
  }

  it('focuses the composer when the panel regains the focus, if a command has asked for that in the meantime', () => {
    page.add('a');
    page.one('log').focus();
    leavePanel();
    page.receive({ type: 'prefill', text: 'Hi' });
    returnToPanel();
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('focuses the same element as before when the panel regains the focus', () => {
    page.add('a');
    const article = page.all('article').at(-1)!;
    article.focus();
    leavePanel();
    returnToPanel();
    assert.equal(page.window.document.activeElement, article);
  });

  it('focuses the composer immediately when a command asks for that while the panel has the focus', () => {
    page.add('a');
    page.one('log').focus();
    page.receive({ type: 'prefill', text: '' });
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('moves the focus from a suggested prompt to the composer when the first exchange removes the suggestions', () => {
    const connection = { model: 'm', host: 'h', hasKey: true, demo: false };
    page.receive({
      type: 'connection',
      connection,
      suggestions: [{ kind: 'code', id: 'file', label: 'Explain a.ts' }],
    });
    page.one('button', 'Explain a.ts').focus();
    page.add('a');
    assert.equal(page.window.document.activeElement, page.input);
  });
});
