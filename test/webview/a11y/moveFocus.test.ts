import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import type { ToWebview } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, PanelPage, usePage } from '../panel/support/panelPage';

describe('keyboard focus of the panel', () => {
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

  const step = (label: string): ToWebview => ({
    type: 'tourStep',
    tourStep: { heading: label, text: '', offers: [{ act: 'next', label }] },
  });
  const connection = { model: 'm', host: 'h', hasKey: true, set: 'demo' } as const;
  const running: ToWebview = { type: 'exchange', exchange: exchange('a') };
  const eventsOf = (...events: readonly StreamEvent[]): ToWebview => ({ type: 'events', answerId: 'a', events });

  const changes: Readonly<
    Record<string, { readonly before: readonly ToWebview[]; readonly focused?: string; readonly change: ToWebview }>
  > = {
    'a prefilled prompt': { before: [], change: { type: 'prefill', text: 'Hi' } },
    'the end of a wait': {
      before: [running, eventsOf(ev.attempt(), ev.waiting())],
      focused: 'Retry now',
      change: eventsOf(ev.attempt({ attempt: 2 })),
    },
    'the end of an answer': {
      before: [running],
      focused: 'Stop',
      change: eventsOf(ev.attempt(), ev.text('Hi'), ev.done('Hi')),
    },
    'the removal of a context item': {
      before: [{ type: 'context', items: [item] }],
      focused: 'Remove a.ts',
      change: { type: 'context', items: [] },
    },
    'the next step of the tour': {
      before: [{ type: 'connection', connection, suggestions: [] }, step('Start')],
      focused: 'Start',
      change: step('Next'),
    },
  };
  for (const [what, { before, focused, change }] of Object.entries(changes)) {
    it(`remains in another editor tab after ${what}`, () => {
      for (const message of before) page.receive(message);
      if (focused !== undefined) page.one('button', focused).focus();
      leavePanel();
      page.receive(change);
      assert.deepEqual(focusCalls, []);
    });
  }

  it('moves to the composer when the panel regains the focus after a prompt was prefilled', () => {
    page.add('a');
    page.one('log').focus();
    leavePanel();
    page.receive({ type: 'prefill', text: 'Hi' });
    returnToPanel();
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('returns to the same element when the panel regains the focus', () => {
    page.add('a');
    const article = page.all('article').at(-1)!;
    article.focus();
    leavePanel();
    returnToPanel();
    assert.equal(page.window.document.activeElement, article);
  });

  it('moves to the composer at once if a prompt is prefilled while the panel has the focus', () => {
    page.add('a');
    page.one('log').focus();
    page.receive({ type: 'prefill', text: '' });
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('stays where it is when an empty conversation replaces another one, until the user goes to the panel', () => {
    PanelPage.closeAll();
    page = new PanelPage();
    page.snapshot([], { preserveFocus: true });
    const { document } = page.window;
    assert.equal(document.activeElement, document.body);
    returnToPanel();
    assert.equal(document.activeElement, page.input);
  });

  it('moves from a suggested prompt to the composer when the first exchange removes the suggestions', () => {
    const connection = { model: 'm', host: 'h', hasKey: true, set: 'own' } as const;
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
