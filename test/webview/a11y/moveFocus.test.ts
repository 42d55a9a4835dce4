import assert from 'node:assert/strict';
import type { ToWebview } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, PanelPage } from '../panel/support/panelPage';

describe('focus handling of the panel', () => {
  let page: PanelPage;
  let focusCalls: string[];
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot();
    const { prototype } = page.window.HTMLElement;
    focusCalls = [];
    prototype.focus = new Proxy(Reflect.get(prototype, 'focus'), {
      apply: (focus, element: HTMLElement, options: [FocusOptions?]) => {
        focusCalls.push(element.getAttribute('aria-label') ?? element.textContent);
        focus.apply(element, options);
      },
    });
  });
  afterEach(() => page.dispose());

  const leavePanel = (): void => {
    page.hasFocus = false;
    focusCalls = [];
  };
  const returnToPanel = (): void => {
    page.hasFocus = true;
    page.window.dispatchEvent(new page.window.Event('focus'));
  };
  const item = { id: 'file:a', kind: 'file', label: 'a.ts', characters: 5, truncated: false } as const;
  const receive = (message: ToWebview) => () => page.receive(message);

  const changes: readonly {
    readonly what: string;
    readonly prepare: () => void;
    readonly focused?: string;
    readonly change: () => void;
  }[] = [
    { what: 'a new conversation', prepare: () => undefined, change: receive({ type: 'prefill', text: '' }) },
    { what: 'a prefilled prompt', prepare: () => undefined, change: receive({ type: 'prefill', text: 'Hi' }) },
    { what: 'another conversation', prepare: () => undefined, change: () => page.snapshot([exchange('z')]) },
    {
      what: 'the end of a wait',
      prepare: () => page.receive({ type: 'exchange', exchange: exchange('a') }),
      focused: 'Retry now',
      change: () => page.events('a', ev.attempt({ attempt: 2 })),
    },
    {
      what: 'the end of an answer',
      prepare: () => page.receive({ type: 'exchange', exchange: exchange('a') }),
      focused: 'Stop',
      change: () => page.events('a', ev.attempt(), ev.text('Hi'), ev.done('Hi')),
    },
    {
      what: 'the removal of a context item',
      prepare: () => page.receive({ type: 'context', items: [item] }),
      focused: 'Remove a.ts',
      change: receive({ type: 'context', items: [] }),
    },
    {
      what: 'the removal of the model for the next prompt',
      prepare: () => page.receive({ type: 'modelOnce', model: 'gpt-4o' }),
      focused: 'Remove gpt-4o · this prompt only',
      change: receive({ type: 'modelOnce' }),
    },
    {
      what: 'the next step of the demo',
      prepare: () =>
        page.receive({
          type: 'demoStep',
          demoStep: { heading: '1', text: '', offers: [{ act: 'next', label: 'Start' }] },
        }),
      focused: 'Start',
      change: receive({
        type: 'demoStep',
        demoStep: { heading: '2', text: '', offers: [{ act: 'next', label: 'Next' }] },
      }),
    },
  ];
  for (const { what, prepare, focused, change } of changes) {
    it(`does not take the focus from another editor tab because of ${what}`, () => {
      if (what.includes('demo')) {
        const connection = { model: 'm', host: 'h', hasKey: true, demo: true };
        page.receive({ type: 'connection', connection, suggestions: [] });
      }
      prepare();
      if (what.includes('wait')) page.events('a', ev.attempt(), ev.waiting());
      if (focused !== undefined) page.one('button', focused).focus();
      leavePanel();
      change();
      assert.deepEqual(focusCalls, []);
    });
  }

  it('focuses the composer when the panel regains the focus, if a command has asked for that in the meantime', () => {
    page.receive({ type: 'exchange', exchange: exchange('a') });
    page.one('log').focus();
    leavePanel();
    page.receive({ type: 'prefill', text: 'Hi' });
    returnToPanel();
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('focuses the same element as before when the panel regains the focus', () => {
    page.receive({ type: 'exchange', exchange: exchange('a') });
    const article = page.all('article').at(-1)!;
    article.focus();
    leavePanel();
    returnToPanel();
    assert.equal(page.window.document.activeElement, article);
  });

  it('focuses the composer immediately when a command asks for that while the panel has the focus', () => {
    page.receive({ type: 'exchange', exchange: exchange('a') });
    page.one('log').focus();
    page.receive({ type: 'prefill', text: '' });
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('moves the focus from a suggested prompt to the composer when the first exchange removes the suggestions', () => {
    const connection = { model: 'm', host: 'h', hasKey: true, demo: false };
    page.receive({ type: 'connection', connection, suggestions: [{ id: 'a', label: 'Explain a.ts' }] });
    page.one('button', 'Explain a.ts').focus();
    page.receive({ type: 'exchange', exchange: exchange('a') });
    assert.equal(page.window.document.activeElement, page.input);
  });
});
