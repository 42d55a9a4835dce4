import { JSDOM } from 'jsdom';
import { translateFaultHelp } from '../../../../src/host/ui/faultAdvice';
import { panelStrings } from '../../../../src/shared/panelStrings';
import type { ToHost } from '../../../../src/shared/protocol';
import { createAnnouncer } from '../../../../src/webview/a11y/announcer';
import { Composer } from '../../../../src/webview/composer/composer';
import type { Unsent } from '../../../../src/webview/state/unsentStore';
import { createFormat } from '../../../../src/webview/util/format';
import { FakeClock } from './fakeClock';
import { plainMarkdown } from './plainMarkdown';

/** A composer in an otherwise empty page. */
export class ComposerPage {
  readonly posted: ToHost[] = [];
  readonly composer: Composer;
  readonly input: HTMLTextAreaElement;
  /** The draft and its context ids after the last change. */
  lastDraft: Pick<Unsent, 'draft' | 'context'> | undefined;
  private readonly window: JSDOM['window'];
  private readonly previousGlobals = { window: globalThis.window, document: globalThis.document };
  private readonly announcer: ReturnType<typeof createAnnouncer>;

  constructor(context?: readonly string[]) {
    this.window = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true }).window;
    Object.assign(globalThis, { window: this.window, document: this.window.document });
    this.announcer = createAnnouncer();
    this.composer = new Composer(
      {
        strings: panelStrings,
        help: translateFaultHelp((english) => english, 'en'),
        format: createFormat('en', panelStrings),
        clock: new FakeClock(0),
        post: (message) => this.posted.push(message),
        isReadOnly: () => false,
        announcer: this.announcer,
        createMarkdown: plainMarkdown(),
        moveFocus: (element) => element.focus(),
        focusComposer: () => undefined,
        onEditsChange: () => undefined,
        onPromptUnfold: () => undefined,
        onPromptSent: () => undefined,
      },
      {
        onDraftChange: () => {
          const { draft, context } = this.composer.unsent;
          this.lastDraft = { draft, context };
        },
        onSend: () => undefined,
        onStop: () => undefined,
      },
    );
    this.composer.setConnection({ model: 'm', host: 'h', hasKey: true, demo: false });
    if (context) this.composer.restore({ draft: '', context });
    this.posted.length = 0;
    this.window.document.body.append(this.composer.element, this.announcer.element);
    this.input = this.all('textarea')[0] as HTMLTextAreaElement;
    this.input.focus();
  }

  dispose(): void {
    Object.assign(globalThis, this.previousGlobals);
    this.window.close();
  }

  /** Returns the visible elements of a selector. */
  all(selector: string): HTMLElement[] {
    const found = [...this.composer.element.querySelectorAll<HTMLElement>(selector)];
    return found.filter((match) => match.closest('[hidden]') === null);
  }

  button(name: string): HTMLElement {
    const found = this.all('button').find(
      (button) => (button.getAttribute('aria-label') ?? button.textContent) === name,
    );
    if (!found) throw new Error(`There is no button ${name}.`);
    return found;
  }

  get focused(): Element | null {
    return this.window.document.activeElement;
  }

  get announced(): string {
    return this.announcer.element.textContent;
  }

  /** Replaces the text. The caret is at the `|` of the text, or at the end. */
  type(marked: string, event: Readonly<Record<string, unknown>> = {}): void {
    const caret = marked.includes('|') ? marked.indexOf('|') : marked.length;
    this.input.value = marked.replace('|', '');
    this.input.setSelectionRange(caret, caret);
    this.input.dispatchEvent(new this.window.InputEvent('input', { bubbles: true, inputType: 'insertText', ...event }));
  }

  select(start: number, end: number): void {
    this.input.setSelectionRange(start, end);
    this.fire('keyup');
  }

  /** Presses a key. @returns whether the page has handled the key */
  key(key: string, init: KeyboardEventInit = {}, target: Element | null = this.input): boolean {
    const event = new this.window.KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
    return target?.dispatchEvent(event) === false;
  }

  /** Fires an event. @returns whether the page has prevented the default action of the browser */
  fire(type: string, target: Element = this.input): boolean {
    return !target.dispatchEvent(new this.window.Event(type, { bubbles: true, cancelable: true }));
  }

  /** The posted messages, except requests for suggestions. */
  get postedExceptQueries(): ToHost[] {
    return this.posted.filter(({ type }) => type !== 'suggestContext');
  }

  get queries(): readonly string[] {
    return this.posted.flatMap((message) => (message.type === 'suggestContext' ? [message.query] : []));
  }
}
