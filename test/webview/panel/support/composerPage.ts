import { JSDOM } from 'jsdom';
import { translateFaultHelp } from '../../../../src/host/panel/faultAdvice';
import { panelStrings } from '../../../../src/shared/panelStrings';
import type { ToHost } from '../../../../src/shared/protocol';
import { createAnnouncer } from '../../../../src/webview/a11y/announcer';
import { type Composer, createComposer } from '../../../../src/webview/composer/composer';
import { PromptHistory } from '../../../../src/webview/composer/promptRecall';
import { PendingPrompts } from '../../../../src/webview/state/unsentPrompts';
import type { Unsent } from '../../../../src/webview/state/unsentStore';
import { createFormat } from '../../../../src/webview/util/format';
import { FakeClock } from './fakeClock';
import { plainMarkdown } from './plainMarkdown';

/** A composer in a page of its own. */
export class ComposerPage {
  readonly posted: ToHost[] = [];
  readonly composer: Composer;
  readonly input: HTMLTextAreaElement;
  /** What was kept when the draft changed last. */
  kept: Pick<Unsent, 'draft' | 'context'> | undefined;
  private readonly window: JSDOM['window'];
  private readonly before = { window: globalThis.window, document: globalThis.document };
  private readonly announcer: ReturnType<typeof createAnnouncer>;

  constructor(context?: readonly string[]) {
    this.window = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true }).window;
    Object.assign(globalThis, { window: this.window, document: this.window.document });
    this.announcer = createAnnouncer();
    this.composer = createComposer(
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
        editsChanged: () => undefined,
        unfolded: () => undefined,
        promptSent: () => undefined,
      },
      {
        history: new PromptHistory(),
        pending: new PendingPrompts(),
        onDraft: () => {
          const { draft, context } = this.composer.unsent;
          this.kept = { draft, context };
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
    Object.assign(globalThis, this.before);
    this.window.close();
  }

  /** Those that can be seen. */
  all(selector: string): HTMLElement[] {
    const found = [...this.composer.element.querySelectorAll<HTMLElement>(selector)];
    return found.filter((each) => each.closest('[hidden]') === null);
  }

  button(name: string): HTMLElement {
    const found = this.all('button').find((each) => (each.getAttribute('aria-label') ?? each.textContent) === name);
    if (!found) throw new Error(`There is no button ${name}.`);
    return found;
  }

  get focused(): Element | null {
    return this.window.document.activeElement;
  }

  get announced(): string {
    return this.announcer.element.textContent;
  }

  /** All of the text, with the caret at its `|`, or at the end. */
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

  /** @returns whether the page has taken the key. */
  key(key: string, more: KeyboardEventInit = {}, target: Element | null = this.input): boolean {
    const event = new this.window.KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
    return target?.dispatchEvent(event) === false;
  }

  /** @returns whether the page keeps the browser from what it would do. */
  fire(type: string, target: Element = this.input): boolean {
    return !target.dispatchEvent(new this.window.Event(type, { bubbles: true, cancelable: true }));
  }

  /** What the host was asked for last, but for suggestions. */
  get sent(): ToHost[] {
    return this.posted.filter(({ type }) => type !== 'suggestContext');
  }

  get asked(): readonly string[] {
    return this.posted.flatMap((message) => (message.type === 'suggestContext' ? [message.query] : []));
  }
}
