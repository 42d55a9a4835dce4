import { JSDOM } from 'jsdom';
import type { StreamEvent } from '../../../../src/engine/events';
import { translateFaultHelp } from '../../../../src/host/panel/faultAdvice';
import { panelStrings } from '../../../../src/shared/panelStrings';
import {
  initialTurn,
  type ConnectionView,
  type ExchangeView,
  type PanelState,
  type ToHost,
  type ToWebview,
} from '../../../../src/shared/protocol';
import { createPanel, type Panel } from '../../../../src/webview/panel';
import { UnsentStore, type Unsent } from '../../../../src/webview/state/unsentStore';
import { FakeClock } from './fakeClock';
import { MemoryStorage } from './memoryStorage';
import { plainMarkdown } from './plainMarkdown';

export const startOfTime = 1_700_000_000_000;

export const connected: ConnectionView = { model: 'gpt-4o', host: 'api.example', hasKey: true, demo: false };

export function exchange(id: string, more: Partial<ExchangeView> = {}): ExchangeView {
  return { id, prompt: `prompt ${id}`, state: initialTurn, queued: false, attachments: [], ...more };
}

/** A panel in a page of its own, seen the way a person or a screen reader sees it. */
export class PanelPage {
  readonly clock = new FakeClock(startOfTime);
  readonly posted: ToHost[] = [];
  readonly renderCalls: string[] = [];
  readonly sizeListeners: (() => void)[] = [];
  /** Elements that have not been in view yet, and what is to be told when they are. */
  readonly outOfView = new Map<Element, () => void>();
  readonly window: JSDOM['window'];
  readonly root: HTMLElement;
  state: PanelState | undefined;
  /** Whether VS Code has focused the panel. */
  hasFocus = true;
  private readonly panel: Panel;
  private readonly restore: () => void;

  /** A panel of conversation `c1` that VS Code restores, and whose last page has left something. */
  static restored(left: Partial<Unsent>): PanelPage {
    const storage = new MemoryStorage();
    new UnsentStore(
      () => storage,
      () => startOfTime,
    ).keep('c1', { draft: '', ...left });
    return new PanelPage({ conversationId: 'c1' }, storage);
  }

  /**
   * @param state which VS Code has of the panel; a panel that is opened again has none
   * @param storage shared by the pages of the extension
   */
  constructor(
    state?: PanelState,
    readonly storage = new MemoryStorage(),
  ) {
    this.state = state;
    const { window } = new JSDOM('<!doctype html><body><main id="root"></main></body>', { pretendToBeVisual: true });
    this.window = window;
    this.restore = installGlobals({ window, document: window.document });
    window.document.hasFocus = () => this.hasFocus;
    // jsdom has no layout.
    window.Element.prototype.scrollIntoView = () => undefined;
    window.Element.prototype.checkVisibility = function (this: Element) {
      return isVisible(this);
    };
    this.root = window.document.querySelector('main')!;
    this.panel = createPanel(this.root, {
      api: {
        postMessage: (message) => this.posted.push(message),
        getState: () => this.state,
        setState: (next) => (this.state = next),
      },
      unsent: new UnsentStore(
        () => this.storage,
        () => this.clock.now(),
      ),
      strings: panelStrings,
      help: translateFaultHelp((english) => english, 'en'),
      locale: 'en',
      clock: this.clock,
      observeSize: (_targets, changed) => {
        this.sizeListeners.push(changed);
        return () => undefined;
      },
      observeNear: () => ({
        watch: (target, near) => this.outOfView.set(target, near),
        forget: (target) => this.outOfView.delete(target),
      }),
      createMarkdown: plainMarkdown(this.renderCalls),
    });
  }

  /** What the next page of the conversation finds. */
  get kept(): Unsent {
    return (
      new UnsentStore(
        () => this.storage,
        () => this.clock.now(),
      ).of(this.state?.conversationId ?? '') ?? { draft: '' }
    );
  }

  dispose(): void {
    this.restore();
    this.window.close();
  }

  receive(message: ToWebview): void {
    this.panel.receive(message);
  }

  snapshot(exchanges: readonly ExchangeView[] = [], more: Partial<ToWebview & { type: 'snapshot' }> = {}): void {
    this.receive({
      type: 'snapshot',
      conversationId: 'c1',
      exchanges,
      connection: connected,
      suggestions: [],
      promptHistory: [],
      context: [],
      ...more,
    });
  }

  events(exchangeId: string, ...events: readonly StreamEvent[]): void {
    this.receive({ type: 'events', exchangeId, events });
  }

  /** Visible elements of a role, by their name when one is given. */
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

  type(text: string): void {
    this.input.value = text;
    this.input.setSelectionRange(text.length, text.length);
    this.input.dispatchEvent(new this.window.Event('input', { bubbles: true }));
  }

  key(key: string, more: KeyboardEventInit = {}, target: Element = this.input): void {
    target.dispatchEvent(new this.window.KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
  }

  get announced(): string {
    return this.root.querySelector('[aria-live="polite"]')?.textContent ?? '';
  }
}

function installGlobals(globals: Readonly<Record<string, unknown>>): () => void {
  const before = Object.keys(globals).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  };
}

function selectorOf(role: string): string {
  const implicit: Readonly<Record<string, string>> = { button: 'button', article: 'article', textbox: 'textarea' };
  return [`[role="${role}"]`, ...(implicit[role] ? [implicit[role]] : [])].join();
}

function nameOf(element: Element): string {
  return element.getAttribute('aria-label') ?? element.textContent;
}

function isVisible(element: Element): boolean {
  for (let at: Element | null = element; at; at = at.parentElement) {
    if (at.hasAttribute('hidden')) return false;
    const parent: Element | null = at.parentElement;
    if (parent?.tagName === 'DETAILS' && !parent.hasAttribute('open') && at.tagName !== 'SUMMARY') return false;
  }
  return true;
}
