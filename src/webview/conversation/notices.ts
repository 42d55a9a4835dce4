import type { ConnectionView } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';
import { fill } from '../../shared/format';
import { createKeyButtons } from './emptyState';

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
  /** The place of the demo's card. */
  readonly demoSlot = element('div', { class: 'demo-slot' });
  private readonly slot = element('div');
  readonly element = element('div', { class: 'notices' }, this.slot, this.demoSlot);
  private currentKey: string | undefined;
  private keyButton: HTMLButtonElement | undefined;
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
  }

  /** @returns false if there is no button that sets an API key */
  focusKeyButton(): boolean {
    const { keyButton } = this;
    if (!keyButton?.isConnected) return false;
    this.context.moveFocus(keyButton);
    return true;
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
    const hadFocus = this.slot.contains(document.activeElement);
    this.slot.replaceChildren(...(notice ? [notice.create()] : []));
    if (hadFocus) this.context.focusComposer();
  }

  private pickNotice(
    { demo, hasKey, host }: ConnectionView,
    { hasKeyButton, awaitsKey }: KeyState,
  ): Notice | undefined {
    const { context } = this;
    const { strings } = context;
    if (demo) return undefined;
    if (!hasKey && !hasKeyButton) {
      const title = awaitsKey ? strings.sendsWithKey : fill(strings.noKeyTitle, host);
      return { key: title, create: () => this.createKeyNotice(title) };
    }
    return awaitsKey ? { key: 'awaits-key', create: () => createNotice(strings.sendsWithKey) } : undefined;
  }

  private createKeyNotice(title: string): HTMLElement {
    const buttons = createKeyButtons(this.context);
    [this.keyButton] = buttons;
    return createNotice(title, buttons);
  }
}

function createNotice(title: string, buttons: readonly HTMLButtonElement[] = []): HTMLElement {
  return element(
    'section',
    { class: 'notice compact' },
    element('p', { class: 'notice-title' }, title),
    ...(buttons.length > 0 ? [element('div', { class: 'actions' }, ...buttons)] : []),
  );
}
