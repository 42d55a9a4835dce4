import type { DemoTourStep, ConnectionView, Suggestion } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';
import { fill } from '../util/format';

interface DemoBar {
  readonly element: HTMLElement;
  update(guide: DemoTourStep | undefined): void;
}

/** Says that the demo answers, where its tour stands and what can be done next. */
function createDemoBar({ strings, post, moveFocus, focusComposer }: PageContext): DemoBar {
  // Read out when it changes.
  const step = element('div', { class: 'demo-step', 'aria-live': 'polite' });
  const offers = element('div', { class: 'actions' });
  const leave = button(strings.leaveDemo, 'quiet', () => post({ type: 'leaveDemo' }));

  const showStep = ({ heading, text }: Partial<DemoTourStep>): void => {
    const parts = [
      ['demo-heading', heading],
      ['demo-watch', text],
    ] as const;
    step.replaceChildren(...parts.flatMap(([name, words]) => (words ? element('p', { class: name }, words) : [])));
  };
  const showOffers = (guide: DemoTourStep | undefined): void => {
    const hadFocus = offers.contains(document.activeElement);
    const buttons = (guide?.offers ?? []).map(({ act, label }, index) =>
      button(label, index === 0 && act !== 'skip' ? 'primary' : 'secondary', () => post({ type: 'demo', act })),
    );
    offers.replaceChildren(...buttons);
    // The keyboard stays where the tour goes on.
    if (hadFocus && buttons[0]) moveFocus(buttons[0]);
    else if (hadFocus) focusComposer();
  };

  let shown: DemoTourStep | undefined;
  return {
    element: element(
      'section',
      { class: 'notice demo', 'aria-label': strings.demo },
      step,
      offers,
      element(
        'div',
        { class: 'demo-foot' },
        element('p', { class: 'notice-title' }, strings.demoBanner),
        element('div', { class: 'actions' }, leave),
      ),
    ),
    update: (guide) => {
      if (guide?.heading !== shown?.heading || guide?.text !== shown?.text) showStep(guide ?? {});
      if (JSON.stringify(guide?.offers) !== JSON.stringify(shown?.offers)) showOffers(guide);
      shown = guide;
    },
  };
}

interface EmptyState {
  readonly element: HTMLElement;
  update(connection: ConnectionView, suggestions: readonly Suggestion[]): void;
}

/** What a conversation shows before its first prompt. */
export function createEmptyState(context: PageContext): EmptyState {
  const { strings, post } = context;
  const body = element('div', { class: 'empty-body' });
  /** Anew only where something has changed: who is on one of the buttons keeps the focus. */
  let shown = '';
  return {
    element: element(
      'div',
      { class: 'empty-state' },
      element('h2', {}, strings.emptyTitle),
      element('p', { class: 'empty-hint' }, strings.emptyHint),
      element('p', { class: 'empty-hint' }, strings.emptyContextHint),
      body,
      element(
        'div',
        { class: 'empty-more' },
        button(strings.history, 'quiet', () => post({ type: 'openHistory' })),
      ),
    ),
    update: (connection, suggestions) => {
      const next = JSON.stringify([connection.host, connection.hasKey, connection.demo, suggestions]);
      if (next === shown) return;
      shown = next;
      const offers = suggestions.map(({ label, id }) =>
        button(label, 'secondary', () => post({ type: 'askSuggestion', id })),
      );
      body.replaceChildren(
        ...(connection.hasKey || connection.demo ? [] : [createKeyNotice(context, connection, 'full')]),
        ...(offers.length > 0 ? [element('div', { class: 'suggestions' }, ...offers)] : []),
      );
    },
  };
}

/** There is no key yet: set one, or look around without. */
function createKeyNotice(context: PageContext, connection: ConnectionView, look: 'full' | 'compact'): HTMLElement {
  const { strings, post } = context;
  const title = element('p', { class: 'notice-title' }, fill(strings.noKeyTitle, connection.host));
  return element(
    'section',
    { class: `notice ${look}` },
    title,
    ...(look === 'full' ? [element('p', { class: 'notice-hint' }, strings.noKeyHint)] : []),
    element(
      'div',
      { class: 'actions' },
      button(strings.setApiKey, 'primary', () => post({ type: 'setApiKey' })),
      button(strings.openDemo, 'secondary', () => post({ type: 'openDemo' })),
      ...(look === 'full' ? [button(strings.getStarted, 'quiet', () => post({ type: 'getStarted' }))] : []),
    ),
  );
}

interface Notices {
  /** Above the composer: what stands between the person and an answer. */
  readonly element: HTMLElement;
  /** @param keyOffered A card on screen has the same button already. */
  update(connection: ConnectionView, keyOffered: boolean, guide?: DemoTourStep): void;
  /** Offers to ask the window that writes the conversation to hand it over; once more where that has failed. */
  showElsewhere(): void;
  /** @returns false: *Open Here* isn't offered, or was pressed already */
  focusOpenHere(): boolean;
}

export function createNotices(context: PageContext): Notices {
  const root = element('div', { class: 'notices' });
  let shownFor = '';
  let demo: DemoBar | undefined;
  const openHere = button(context.strings.openHere, 'primary', () => {
    // The other window may take seconds.
    openHere.disabled = true;
    // A disabled button would keep the focus to itself.
    context.focusComposer();
    context.post({ type: 'openHere' });
  });
  // Where the focus goes to the button, this is read out with it.
  openHere.setAttribute('aria-describedby', 'elsewhere');
  return {
    element: root,
    focusOpenHere: () => {
      const isOffered = shownFor === 'elsewhere' && !openHere.disabled;
      if (isOffered) context.moveFocus(openHere);
      return isOffered;
    },
    showElsewhere: () => {
      openHere.disabled = false;
      if (shownFor === 'elsewhere') return;
      shownFor = 'elsewhere';
      demo = undefined;
      root.replaceChildren(
        element(
          'section',
          { class: 'notice compact' },
          element('p', { class: 'notice-title', id: 'elsewhere' }, context.strings.openInOtherWindow),
          element('div', { class: 'actions' }, openHere),
        ),
      );
    },
    update: (connection, keyOffered, guide) => {
      // The same notice stays the same element: a button must not vanish between press and release.
      const shows = connection.demo ? 'demo' : connection.hasKey || keyOffered ? '' : `key ${connection.host}`;
      if (shows !== shownFor) {
        shownFor = shows;
        const hadFocus = root.contains(document.activeElement);
        demo = connection.demo ? createDemoBar(context) : undefined;
        if (shows === '') root.replaceChildren();
        else root.replaceChildren(demo?.element ?? createKeyNotice(context, connection, 'compact'));
        if (hadFocus) context.focusComposer();
      }
      demo?.update(guide);
    },
  };
}
