import { hostOf, type DemoTourStep, type ConnectionView, type Suggestion } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';
import { fill } from '../../shared/format';

interface DemoBar {
  readonly element: HTMLElement;
  update(step: DemoTourStep | undefined): void;
}

/**
 * Creates the notice that is shown while prompts go to the offline demo. The notice contains the current step of the
 * tour and its buttons.
 */
function createDemoBar({ strings, post, moveFocus, focusComposer }: PageContext): DemoBar {
  const stepTexts = element('div', { class: 'demo-step', 'aria-live': 'polite' });
  const offerButtons = element('div', { class: 'actions' });
  const leaveButton = button(strings.leaveDemo, 'quiet', () => post({ type: 'leaveDemo' }));

  const showStep = ({ heading, text }: Partial<DemoTourStep>): void => {
    const parts = [
      ['demo-heading', heading],
      ['demo-text', text],
    ] as const;
    stepTexts.replaceChildren(
      ...parts.flatMap(([name, content]) => (content ? element('p', { class: name }, content) : [])),
    );
  };
  const showOffers = (step: DemoTourStep | undefined): void => {
    const hadFocus = offerButtons.contains(document.activeElement);
    const buttons = (step?.offers ?? []).map(({ act, label }, index) =>
      button(label, index === 0 && act !== 'skip' ? 'primary' : 'secondary', () => post({ type: 'demo', act })),
    );
    offerButtons.replaceChildren(...buttons);
    // Keeps the keyboard focus on the button that continues the tour.
    if (hadFocus && buttons[0]) moveFocus(buttons[0]);
    else if (hadFocus) focusComposer();
  };

  let currentStep: DemoTourStep | undefined;
  return {
    element: element(
      'section',
      { class: 'notice demo', 'aria-label': strings.demo },
      stepTexts,
      offerButtons,
      element(
        'div',
        { class: 'demo-foot' },
        element('p', { class: 'notice-title' }, strings.demoBanner),
        element('div', { class: 'actions' }, leaveButton),
      ),
    ),
    update: (step) => {
      if (step?.heading !== currentStep?.heading || step?.text !== currentStep?.text) showStep(step ?? {});
      if (JSON.stringify(step?.offers) !== JSON.stringify(currentStep?.offers)) showOffers(step);
      currentStep = step;
    },
  };
}

interface EmptyState {
  readonly element: HTMLElement;
  update(connection: ConnectionView, suggestions: readonly Suggestion[]): void;
}

/** Creates the view that a conversation shows before its first prompt. */
export function createEmptyState(context: PageContext): EmptyState {
  const { strings, post } = context;
  const body = element('div', { class: 'empty-body' });
  /**
   * The data of the current buttons, as JSON. If the data has not changed, the buttons are not replaced and so keep the
   * focus.
   */
  let currentKey = '';
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
        { class: 'empty-actions' },
        button(strings.history, 'quiet', () => post({ type: 'openHistory' })),
      ),
    ),
    update: (connection, suggestions) => {
      const nextKey = JSON.stringify([connection.host, connection.hasKey, connection.demo, suggestions]);
      if (nextKey === currentKey) return;
      currentKey = nextKey;
      const suggestionButtons = suggestions.map(({ label, id }) =>
        button(label, 'secondary', () => post({ type: 'askSuggestion', id })),
      );
      body.replaceChildren(
        ...(connection.hasKey || connection.demo
          ? []
          : [createKeyNotice(context, fill(context.strings.noKeyTitle, connection.host), 'full')]),
        ...(suggestionButtons.length > 0 ? [element('div', { class: 'suggestions' }, ...suggestionButtons)] : []),
      );
    },
  };
}

/** Creates the notice that there is no API key, which offers to set one or to open the offline demo. */
function createKeyNotice({ strings, post }: PageContext, title: string, size: 'full' | 'compact'): HTMLElement {
  return element(
    'section',
    { class: `notice ${size}` },
    element('p', { class: 'notice-title' }, title),
    ...(size === 'full' ? [element('p', { class: 'notice-hint' }, strings.noKeyHint)] : []),
    element(
      'div',
      { class: 'actions' },
      button(strings.setApiKey, 'primary', () => post({ type: 'setApiKey' })),
      button(strings.openDemo, 'secondary', () => post({ type: 'openDemo' })),
      ...(size === 'full' ? [button(strings.getStarted, 'quiet', () => post({ type: 'getStarted' }))] : []),
    ),
  );
}

function createTextNotice(text: string): HTMLElement {
  return element('section', { class: 'notice compact' }, element('p', { class: 'notice-title' }, text));
}

/** Creates the notice that an answer has come over a backup route for the first time. */
function createBackupNotice({ strings, post }: PageContext, origin: string): HTMLElement {
  return element(
    'section',
    { class: 'notice compact' },
    element('p', { class: 'notice-title' }, fill(strings.newBackup, hostOf(origin))),
    element(
      'div',
      { class: 'actions' },
      button(strings.removeBackup, 'secondary', () => post({ type: 'removeBackup', origin })),
      button(strings.keepBackup, 'secondary', () => post({ type: 'keepBackup', origin })),
    ),
  );
}

/** What the rest of the page shows while there is no API key. */
interface KeyState {
  /** Whether another part of the page already has a button that sets an API key. */
  readonly hasKeyButton: boolean;
  /** Whether the prompt in the composer is sent when a key is set. */
  readonly awaitsKey: boolean;
}

interface Notices {
  /**
   * The notice above the composer, if there is one: no API key, the offline demo, a new backup route, or a read-only
   * conversation.
   */
  readonly element: HTMLElement;
  /** Updates the notice of a page that can write the conversation. */
  update(connection: ConnectionView, keyState: KeyState, step?: DemoTourStep): void;
  /**
   * Shows the notice that another window writes the conversation. Call this also after a failed hand-over, to enable
   * the button *Open Here* again.
   */
  showOpenElsewhere(): void;
  /** Moves the focus to *Open Here*. @returns false if the button is not shown or was already pressed */
  focusOpenHere(): boolean;
}

/** Creates the area above the composer that shows at most one notice. */
export function createNotices(context: PageContext): Notices {
  const root = element('div', { class: 'notices' });
  let currentNotice = '';
  let demoBar: DemoBar | undefined;
  const openHere = button(context.strings.openHere, 'primary', () => {
    // Disables the button, so that the user can't click it again during the hand-over, which may take seconds.
    openHere.disabled = true;
    // Moves the focus away, because a disabled button would keep the focus and the page would receive no keys.
    context.focusComposer();
    context.post({ type: 'openHere' });
  });
  /**
   * Returns the most important notice for a connection: a key that identifies the notice, and a function that creates
   * its elements.
   */
  const pickNotice = (
    { demo, hasKey, host, newBackup }: ConnectionView,
    { hasKeyButton, awaitsKey }: KeyState,
  ): readonly [key: string, create: () => readonly HTMLElement[]] => {
    if (demo) return ['demo', () => [(demoBar = createDemoBar(context)).element]];
    const keyTitle = fill(awaitsKey ? context.strings.sendsWithKey : context.strings.noKeyTitle, host);
    if (!hasKey && !hasKeyButton) return [keyTitle, () => [createKeyNotice(context, keyTitle, 'compact')]];
    if (awaitsKey) return [`text ${keyTitle}`, () => [createTextNotice(keyTitle)]];
    if (newBackup === undefined) return ['', () => []];
    return [
      `backup ${newBackup}`,
      () => {
        context.announcer.announce(fill(context.strings.newBackup, hostOf(newBackup)));
        return [createBackupNotice(context, newBackup)];
      },
    ];
  };
  // Makes the notice the description of the button *Open Here*, so that screen readers read the notice when the button
  // gets the focus.
  openHere.setAttribute('aria-describedby', 'open-elsewhere');
  return {
    element: root,
    focusOpenHere: () => {
      const isOffered = currentNotice === 'open-elsewhere' && !openHere.disabled;
      if (isOffered) context.moveFocus(openHere);
      return isOffered;
    },
    showOpenElsewhere: () => {
      openHere.disabled = false;
      if (currentNotice === 'open-elsewhere') return;
      currentNotice = 'open-elsewhere';
      demoBar = undefined;
      root.replaceChildren(
        element(
          'section',
          { class: 'notice compact' },
          element('p', { class: 'notice-title', id: 'open-elsewhere' }, context.strings.openInOtherWindow),
          element('div', { class: 'actions' }, openHere),
        ),
      );
    },
    update: (connection, keyState, step) => {
      // Keeps the element of an unchanged notice, so that an update between the press and the release of the mouse
      // button does not prevent the click.
      const [nextNotice, create] = pickNotice(connection, keyState);
      if (nextNotice !== currentNotice) {
        currentNotice = nextNotice;
        const hadFocus = root.contains(document.activeElement);
        demoBar = undefined;
        root.replaceChildren(...create());
        if (hadFocus) context.focusComposer();
      }
      demoBar?.update(step);
    },
  };
}
