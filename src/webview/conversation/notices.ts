import type { ConnectionView, DemoTourStep, Suggestion } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';
import { fill } from '../../shared/format';

interface KeyState {
  /** Whether another part of the page already has a button that sets an API key. */
  readonly hasKeyButton: boolean;
  readonly awaitsKey: boolean;
}

interface Notice {
  /** Identifies the notice. An unchanged notice keeps its element. */
  readonly key: string;
  readonly create: () => HTMLElement;
}

export class Notices {
  readonly element = element('div', { class: 'notices' });
  private currentKey: string | undefined;
  private demoBar: DemoBar | undefined;
  private demoStep: DemoTourStep | undefined;
  private readonly openHere: HTMLButtonElement;

  constructor(private readonly context: PageContext) {
    this.openHere = button(context.strings.openHere, 'primary', () => {
      this.openHere.disabled = true;
      // Moves the focus away, because a disabled button would keep the focus and the page would receive no keys.
      context.focusComposer();
      context.post({ type: 'openHere' });
    });
    // Screen readers read the notice when the button gets the focus.
    this.openHere.setAttribute('aria-describedby', 'open-elsewhere');
  }

  update(connection: ConnectionView, keyState: KeyState): void {
    this.show(this.pickNotice(connection, keyState));
    this.demoBar?.update(this.demoStep);
  }

  setDemoStep(step: DemoTourStep | undefined): void {
    this.demoStep = step;
    this.demoBar?.update(step);
  }

  /** Shows that another window writes the conversation. Enables *Open Here* again if taking over has failed. */
  showOpenElsewhere(): void {
    this.openHere.disabled = false;
    const text = this.context.strings.openInOtherWindow;
    this.show({
      key: 'open-elsewhere',
      create: () => {
        const notice = createNotice(text, [this.openHere]);
        notice.querySelector('p')?.setAttribute('id', 'open-elsewhere');
        return notice;
      },
    });
  }

  /** Moves the focus to *Open Here*. @returns false if the button is not shown or was already pressed */
  focusOpenHere(): boolean {
    const isOffered = this.openHere.isConnected && !this.openHere.disabled;
    if (isOffered) this.context.moveFocus(this.openHere);
    return isOffered;
  }

  private show(notice: Notice | undefined): void {
    // Replacing an element between the press and the release of the mouse button would prevent the click.
    if (notice?.key === this.currentKey) return;
    this.currentKey = notice?.key;
    this.demoBar = undefined;
    const hadFocus = this.element.contains(document.activeElement);
    this.element.replaceChildren(...(notice ? [notice.create()] : []));
    if (hadFocus) this.context.focusComposer();
  }

  private pickNotice(
    { demo, hasKey, host }: ConnectionView,
    { hasKeyButton, awaitsKey }: KeyState,
  ): Notice | undefined {
    const { context } = this;
    const { strings } = context;
    if (demo) return { key: 'demo', create: () => (this.demoBar = new DemoBar(context)).element };
    const sendsWithKey = fill(strings.sendsWithKey, host);
    if (!hasKey && !hasKeyButton) {
      const title = awaitsKey ? sendsWithKey : fill(strings.noKeyTitle, host);
      return { key: title, create: () => createNotice(title, keyButtons(context)) };
    }
    return awaitsKey ? { key: `text ${sendsWithKey}`, create: () => createNotice(sendsWithKey) } : undefined;
  }
}

export function createKeyNotice(context: PageContext, host: string): HTMLElement {
  const { strings, post } = context;
  const getStarted = button(strings.getStarted, 'quiet', () => post({ type: 'getStarted' }));
  const notice = createNotice(fill(strings.noKeyTitle, host), [...keyButtons(context), getStarted], 'full');
  notice.firstElementChild?.after(element('p', { class: 'notice-hint' }, strings.noKeyHint));
  return notice;
}

function keyButtons({ strings, post }: PageContext): readonly HTMLButtonElement[] {
  return [
    button(strings.setApiKey, 'primary', () => post({ type: 'setApiKey' })),
    button(strings.openDemo, 'secondary', () => post({ type: 'openDemo' })),
  ];
}

function createNotice(
  title: string,
  buttons: readonly HTMLButtonElement[] = [],
  size: 'full' | 'compact' = 'compact',
): HTMLElement {
  return element(
    'section',
    { class: `notice ${size}` },
    element('p', { class: 'notice-title' }, title),
    ...(buttons.length > 0 ? [element('div', { class: 'actions' }, ...buttons)] : []),
  );
}

/** The notice that is shown while prompts go to the offline demo, with the current step of the tour and its buttons. */
class DemoBar {
  readonly element: HTMLElement;
  private readonly stepTexts = element('div', { class: 'demo-step', 'aria-live': 'polite' });
  private readonly offers = element('div', { class: 'actions' });
  private step: DemoTourStep | undefined;

  constructor(private readonly context: PageContext) {
    const { strings, post } = context;
    const leaveButton = button(strings.leaveDemo, 'quiet', () => post({ type: 'leaveDemo' }));
    this.element = element(
      'section',
      { class: 'notice demo', 'aria-label': strings.demo },
      this.stepTexts,
      this.offers,
      element(
        'div',
        { class: 'demo-foot' },
        element('p', { class: 'notice-title' }, strings.demoBanner),
        element('div', { class: 'actions' }, leaveButton),
      ),
    );
  }

  update(step: DemoTourStep | undefined): void {
    if (step === this.step) return;
    // Screen readers read replaced texts again, so the texts of a step that only has other buttons stay.
    if (step?.heading !== this.step?.heading) {
      const heading = element('p', { class: 'demo-heading' }, step?.heading ?? '');
      const text = element('p', { class: 'demo-text' }, step?.text ?? '');
      const texts = step ? [heading, text] : [];
      this.stepTexts.replaceChildren(...texts);
    }
    this.step = step;
    this.showOffers(step?.offers ?? []);
  }

  private showOffers(offers: DemoTourStep['offers']): void {
    const { post, moveFocus, focusComposer } = this.context;
    const hadFocus = this.offers.contains(document.activeElement);
    const buttons = offers.map(({ act, label }, index) =>
      button(label, index === 0 && act !== 'skip' ? 'primary' : 'secondary', () => post({ type: 'demo', act })),
    );
    this.offers.replaceChildren(...buttons);
    // Keeps the keyboard focus on the button that continues the tour.
    if (hadFocus && buttons[0]) moveFocus(buttons[0]);
    else if (hadFocus) focusComposer();
  }
}

export class EmptyState {
  private readonly element: HTMLElement;
  private readonly body = element('div', { class: 'empty-body' });
  /** The data of the current buttons, as JSON. Unchanged buttons are not replaced, so they keep the focus. */
  private key = '';

  constructor(
    private readonly context: PageContext,
    private readonly parent: HTMLElement,
  ) {
    const { strings, post } = context;
    const history = button(strings.history, 'quiet', () => post({ type: 'openHistory' }));
    this.element = element(
      'div',
      { class: 'empty-state' },
      element('h2', {}, strings.emptyTitle),
      element('p', { class: 'empty-hint' }, strings.emptyHint),
      element('p', { class: 'empty-hint' }, strings.emptyContextHint),
      this.body,
      element('div', { class: 'empty-actions' }, history),
    );
  }

  setVisible(visible: boolean): void {
    const { parent, context } = this;
    if (visible === this.element.isConnected) return;
    const hadFocus = this.element.contains(document.activeElement);
    if (visible) parent.prepend(this.element);
    else this.element.remove();
    if (hadFocus) context.focusComposer();
  }

  update({ host, hasKey, demo }: ConnectionView, suggestions: readonly Suggestion[]): void {
    const key = JSON.stringify([host, hasKey, demo, suggestions]);
    if (key === this.key) return;
    this.key = key;
    const buttons = suggestions.map(({ label, id }) =>
      button(label, 'secondary', () => this.context.post({ type: 'askSuggestion', id })),
    );
    this.body.replaceChildren(
      ...(hasKey || demo ? [] : [createKeyNotice(this.context, host)]),
      ...(buttons.length > 0 ? [element('div', { class: 'suggestions' }, ...buttons)] : []),
    );
  }
}
