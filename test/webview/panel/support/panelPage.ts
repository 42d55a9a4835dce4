import { JSDOM } from 'jsdom';
import type { StreamEvent } from '../../../../src/engine/events/events';
import { translateFaultHelp } from '../../../../src/host/ui/faultAdvice';
import type { Answer, ShownExchange, ShownItem } from '../../../../src/shared/exchanges';
import { panelStrings } from '../../../../src/shared/panelStrings';
import type { PanelState, ToHost } from '../../../../src/shared/pageMessages';
import { initialTurn, type ConnectionView, type TourStep, type ToWebview } from '../../../../src/shared/protocol';
import { createPanel } from '../../../../src/webview/panel';
import type { StoredUnsent, Unsent } from '../../../../src/shared/unsent';
import { UnsentStore } from '../../../../src/webview/state/unsentStore';
import { FakeClock } from './fakeClock';
import { MemoryStorage } from './memoryStorage';
import { plainMarkdown } from './plainMarkdown';

/** The time at which every test starts, in epoch milliseconds. */
export const startOfTime = 1_700_000_000_000;

export const connected: ConnectionView = { model: 'gpt-4o', host: 'api.example', hasKey: true, set: 'own' };

export function answer(id: string, fields: Partial<Answer> = {}): Answer {
  return { id, state: initialTurn, isQueued: false, ...fields };
}

/**
 * Creates an exchange with one answer, unless `fields` has answers.
 * @param id id of the answer; the id of the exchange is `exchange-` and this id
 */
export function exchange(
  id: string,
  fields: Partial<ShownExchange & Pick<Answer, 'state' | 'isQueued'>> = {},
): ShownExchange {
  const { state = initialTurn, isQueued = false, ...others } = fields;
  const answers = [answer(id, { state, isQueued })];
  return {
    id: `exchange-${id}`,
    prompt: `prompt ${id}`,
    attachments: [],
    images: [],
    set: 'own',
    answers,
    selected: id,
    versions: [id],
    ...others,
  };
}

/** Creates an exchange with answers of several models. */
export function comparison(answers: readonly Answer[], fields: Partial<ShownExchange> = {}): ShownExchange {
  const id = answers[0]!.id;
  return exchange(id, { answers: answers.map((each) => ({ ...each, comparison: { id } })), ...fields });
}

/** A panel in a page, which tests examine by role and accessible name, as a screen reader does. */
export class PanelPage {
  private static readonly openPages = new Set<PanelPage>();
  readonly clock = new FakeClock(startOfTime);
  /** Messages to the host, without copies of the unsent text. */
  readonly posted: ToHost[] = [];
  /** Last copy of the unsent text that the host has received. */
  copy: StoredUnsent | undefined;
  readonly renderCalls: string[] = [];
  readonly sizeListeners: (() => void)[] = [];
  readonly window: JSDOM['window'];
  readonly root: HTMLElement;
  readonly receive: (message: ToWebview) => void;
  state: PanelState | undefined;
  /** Whether VS Code has focused the panel. */
  hasFocus = true;
  private readonly restore: () => void;

  /** Creates a panel of conversation `c1` with the unsent text of its last page. */
  static restored(unsent: Partial<Unsent>): PanelPage {
    const storage = new MemoryStorage();
    new UnsentStore(
      () => storage,
      () => startOfTime,
    ).save('c1', { draft: '', ...unsent, at: startOfTime });
    return new PanelPage(storage);
  }

  /** Closes all open pages, the newest first, because each restores the globals that it has replaced. */
  static closeAll(): void {
    for (const page of [...PanelPage.openPages].reverse()) page.dispose();
  }

  /** @param storage the storage that the pages of the extension share */
  constructor(readonly storage = new MemoryStorage()) {
    PanelPage.openPages.add(this);
    const { window } = new JSDOM('<!doctype html><body><main id="root"></main></body>', {
      pretendToBeVisual: true,
      url: 'https://webview.example/',
    });
    this.window = window;
    const { sizeListeners } = this;
    class ResizeObserver {
      constructor(onChange: () => void) {
        sizeListeners.push(onChange);
      }

      observe(): void {}
    }
    this.restore = installGlobals({ window, document: window.document, ResizeObserver });
    window.document.hasFocus = () => this.hasFocus;
    // Replaces `scrollIntoView`, which jsdom lacks because it has no layout.
    window.Element.prototype.scrollIntoView = () => undefined;
    window.Element.prototype.checkVisibility = function (this: Element) {
      return isVisible(this);
    };
    installPopovers(window);
    this.root = window.document.querySelector('main')!;
    this.receive = createPanel(this.root, {
      // VS Code also leaves out fields that are undefined.
      api: {
        postMessage: (message) => {
          const posted = JSON.parse(JSON.stringify(message)) as ToHost;
          if (posted.type === 'copyUnsent') this.copy = posted.unsent;
          else this.posted.push(posted);
        },
        setState: (next) => (this.state = next),
      },
      unsent: new UnsentStore(
        () => this.storage,
        () => this.clock.now(),
      ),
      strings: panelStrings,
      help: translateFaultHelp((english) => english, 'en'),
      imagesUri: 'https://files.example/images',
      locale: 'en',
      clock: this.clock,
      createMarkdown: plainMarkdown(this.renderCalls),
    });
  }

  /** The stored unsent text, which the next page of the conversation restores. */
  get stored(): Unsent {
    return (
      new UnsentStore(
        () => this.storage,
        () => this.clock.now(),
      ).load(this.state?.conversationId ?? '') ?? { draft: '' }
    );
  }

  dispose(): void {
    if (!PanelPage.openPages.delete(this)) return;
    this.restore();
    this.window.close();
  }

  snapshot(
    items: readonly ShownItem[] = [],
    { tourStep, ...fields }: Partial<ToWebview & { type: 'snapshot' }> & { readonly tourStep?: TourStep } = {},
  ): void {
    this.receive({
      type: 'snapshot',
      conversationId: 'c1',
      items,
      connection: connected,
      suggestions: [],
      promptHistory: [],
      context: [],
      ...fields,
    });
    if (tourStep) this.receive({ type: 'tourStep', tourStep });
  }

  path(...items: readonly ShownItem[]): void {
    this.receive({ type: 'path', items });
  }

  /** Adds an exchange at the end. */
  add(...added: Parameters<typeof exchange>): void {
    this.receive({ type: 'exchange', exchange: exchange(...added) });
  }

  /** Replaces an answer. */
  update(...updated: Parameters<typeof answer>): void {
    this.receive({ type: 'answer', answer: answer(...updated) });
  }

  events(answerId: string, ...events: readonly StreamEvent[]): void {
    this.receive({ type: 'events', answerId, events });
  }

  /** Returns the visible elements of a role, filtered by accessible name if a name is given. */
  all(role: string, name?: string): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>(selectorOf(role))].filter(
      (found) => isVisible(found) && (name === undefined || nameOf(found) === name),
    );
  }

  one(role: string, name?: string): HTMLElement {
    const found = this.all(role, name);
    if (found.length !== 1) throw new Error(`${found.length} × ${role} ${name ?? ''}`);
    return found[0]!;
  }

  buttons(): string[] {
    return this.all('button').map(nameOf);
  }

  click(name: string): void {
    this.one('button', name).click();
  }

  part(name: string): HTMLElement | undefined {
    return [...this.root.querySelectorAll<HTMLElement>(`[data-part="${name}"]`)].filter(isVisible).at(-1);
  }

  get input(): HTMLTextAreaElement {
    return this.root.querySelector('.composer textarea')!;
  }

  /** Replaces the draft. The caret is at the `|` of the text, or at the end. */
  type(marked: string, event: Readonly<Record<string, unknown>> = {}): void {
    const caret = marked.includes('|') ? marked.indexOf('|') : marked.length;
    this.input.value = marked.replace('|', '');
    this.input.setSelectionRange(caret, caret);
    this.input.dispatchEvent(new this.window.InputEvent('input', { bubbles: true, inputType: 'insertText', ...event }));
  }

  /** Presses a key. @returns whether the page has prevented the default action of the browser */
  key(key: string, init: KeyboardEventInit = {}, target: Element = this.input): boolean {
    const event = new this.window.KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
    return !target.dispatchEvent(event);
  }

  get announced(): string {
    return this.root.querySelector('[aria-live="polite"]')?.textContent ?? '';
  }
}

/**
 * Opens a page before each test of the enclosing suite, and closes all pages after it.
 * @param snapshot the first snapshot that the page receives, if any
 */
export function usePage(onOpened: (page: PanelPage) => void, ...snapshot: Parameters<PanelPage['snapshot']>): void {
  beforeEach(() => {
    const page = new PanelPage();
    if (snapshot.length > 0) page.snapshot(...snapshot);
    onOpened(page);
  });
  afterEach(() => PanelPage.closeAll());
}

function installGlobals(globals: Readonly<Record<string, unknown>>): () => void {
  const previous = Object.keys(globals).map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  return () => {
    for (const [name, descriptor] of previous) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  };
}

/** Adds the part of the popover API that menus use, because jsdom lacks it. A closed popover has the attribute `hidden`. */
function installPopovers({ Event, HTMLButtonElement, HTMLElement }: JSDOM['window']): void {
  const setOpen = (popover: HTMLElement, isOpen: boolean): void => {
    const newState = isOpen ? 'open' : 'closed';
    const toggling = new Event('beforetoggle', { cancelable: isOpen });
    if (!popover.dispatchEvent(Object.assign(toggling, { newState }))) return;
    popover.hidden = !isOpen;
    // The style sheet of jsdom hides every popover, because jsdom has no open popovers.
    popover.style.display = isOpen ? 'block' : '';
    popover.dispatchEvent(Object.assign(new Event('toggle'), { newState }));
  };
  HTMLElement.prototype.hidePopover = function () {
    setOpen(this, false);
  };
  Object.defineProperty(HTMLButtonElement.prototype, 'popoverTargetElement', {
    set(this: HTMLElement, popover: HTMLElement) {
      popover.hidden = true;
      this.addEventListener('click', () => setOpen(popover, popover.hasAttribute('hidden')));
    },
  });
}

function selectorOf(role: string): string {
  const implicit: Readonly<Record<string, string>> = { button: 'button', article: 'article', textbox: 'textarea' };
  return [`[role="${role}"]`, ...(implicit[role] ? [implicit[role]] : [])].join();
}

function nameOf(element: Element): string {
  return element.getAttribute('aria-label') ?? element.textContent;
}

function isVisible(element: Element): boolean {
  for (let ancestor: Element | null = element; ancestor; ancestor = ancestor.parentElement) {
    if (ancestor.hasAttribute('hidden')) return false;
    const parent: Element | null = ancestor.parentElement;
    if (parent?.tagName === 'DETAILS' && !parent.hasAttribute('open') && ancestor.tagName !== 'SUMMARY') return false;
  }
  return true;
}
