import { hostOf, type ConnectionView, type DemoTourStep } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';
import { fill } from '../util/format';
import { DemoBar } from './demoBar';

/** What the rest of the page shows while there is no API key. */
interface KeyState {
  /** Whether another part of the page already has a button that sets an API key. */
  readonly hasKeyButton: boolean;
  /** Whether the prompt in the composer is sent when a key is set. */
  readonly awaitsKey: boolean;
}

/** A notice above the composer. */
interface Notice {
  /** Identifies the notice. An unchanged notice keeps its element. */
  readonly key: string;
  readonly create: () => HTMLElement;
}

/**
 * The area above the composer, which shows at most one notice: the offline demo, no API key, a new backup route, or a
 * conversation that another window writes.
 */
export class Notices {
  readonly element = element('div', { class: 'notices' });
  private currentKey: string | undefined;
  private demoBar: DemoBar | undefined;
  private readonly openHere: HTMLButtonElement;

  constructor(private readonly context: PageContext) {
    this.openHere = button(context.strings.openHere, 'primary', () => {
      // The hand-over may take seconds.
      this.openHere.disabled = true;
      // Moves the focus away, because a disabled button would keep the focus and the page would receive no keys.
      context.focusComposer();
      context.post({ type: 'openHere' });
    });
    // Screen readers read the notice when the button gets the focus.
    this.openHere.setAttribute('aria-describedby', 'open-elsewhere');
  }

  /** Updates the notice of a page that can write the conversation. */
  update(connection: ConnectionView, keyState: KeyState, step?: DemoTourStep): void {
    this.show(this.pickNotice(connection, keyState));
    this.demoBar?.update(step);
  }

  /**
   * Shows the notice that another window writes the conversation. Call this also after a failed hand-over, to enable
   * the button *Open Here* again.
   */
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
    // Keeps the element of an unchanged notice, so that an update between the press and the release of the mouse button
    // does not prevent the click.
    if (notice?.key === this.currentKey) return;
    this.currentKey = notice?.key;
    this.demoBar = undefined;
    const hadFocus = this.element.contains(document.activeElement);
    this.element.replaceChildren(...(notice ? [notice.create()] : []));
    if (hadFocus) this.context.focusComposer();
  }

  /** Returns the most important notice for a connection. */
  private pickNotice(
    { demo, hasKey, host, newBackup }: ConnectionView,
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
    if (awaitsKey) return { key: `text ${sendsWithKey}`, create: () => createNotice(sendsWithKey) };
    if (newBackup === undefined) return undefined;
    return { key: `backup ${newBackup}`, create: () => this.createBackupNotice(newBackup) };
  }

  /** Creates the notice that an answer has come over a backup route for the first time. */
  private createBackupNotice(origin: string): HTMLElement {
    const { strings, post, announcer } = this.context;
    const text = fill(strings.newBackup, hostOf(origin));
    announcer.announce(text);
    return createNotice(text, [
      button(strings.removeBackup, 'secondary', () => post({ type: 'removeBackup', origin })),
      button(strings.keepBackup, 'secondary', () => post({ type: 'keepBackup', origin })),
    ]);
  }
}

/** Creates the notice of an empty conversation that there is no API key. */
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
