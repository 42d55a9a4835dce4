import type { Attachment, ContextKind, ShownExchange } from '../../shared/exchanges';
import { joinParts } from '../../shared/describe';
import { countLines } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, disclosure, element, iconButton } from '../util/element';
import { createThumbnail } from '../util/thumbnail';
import { createEntryEditor, type EntryEditor } from './entryEditor';

/**
 * Entry that shows a prompt and its attachments and lets the user edit the prompt. The accessible name of the entry is
 * *You*.
 */
export class PromptEntry {
  readonly element: HTMLElement;
  readonly editor: EntryEditor;
  private readonly tools = element('div.turn-tools');
  private readonly bubble: HTMLElement;
  private readonly text: HTMLElement;
  /**
   * Button that folds a long prompt. Otherwise, the prompt would push its answer out of view. The complete text stays
   * in the document.
   */
  private readonly toggle: HTMLButtonElement | undefined;

  constructor(
    private readonly context: PageContext,
    private readonly exchange: ShownExchange,
  ) {
    const { strings } = context;
    const { prompt, id: exchangeId } = exchange;
    const text = element('div.prompt-text', { 'data-part': 'prompt', dir: 'auto' }, prompt);
    this.text = text;
    this.bubble = element('div.bubble', text);
    if (isLong(prompt)) {
      this.toggle = button('', 'quiet prompt-toggle', () => {
        this.isUnfolded = !this.isUnfolded;
        // After folding, the start of the prompt is scrolled into view. The button is at the end of the prompt, so the
        // start of a long prompt is usually above the view.
        if (!this.isUnfolded) text.scrollIntoView({ block: 'nearest' });
        context.onLayoutChange();
      });
      this.bubble.append(this.toggle);
      this.isUnfolded = false;
    }
    this.element = element(
      'article.turn.you',
      { 'aria-label': strings.you, tabindex: '-1' },
      element('header.visually-hidden', strings.you),
      this.bubble,
      this.tools,
    );
    this.editor = createEntryEditor(context, {
      element: this.element,
      text,
      tools: this.tools,
      label: strings.editBox,
      submitLabel: strings.resend,
      currentText: () => prompt,
      submit: (changed) => {
        context.onPromptSent(changed);
        context.post({ type: 'edit', exchangeId, prompt: changed });
        context.focusComposer();
      },
    });
  }

  get isUnfolded(): boolean {
    return this.toggle?.getAttribute('aria-expanded') === 'true';
  }

  set isUnfolded(isUnfolded: boolean) {
    if (!this.toggle) return;
    const { strings } = this.context;
    this.text.classList.toggle('folded', !isUnfolded);
    this.toggle.textContent = isUnfolded ? strings.showLess : strings.showAll;
    this.toggle.setAttribute('aria-expanded', String(isUnfolded));
  }

  /** Adds the buttons and the attachments, which are not needed before the exchange is drawn. */
  addTools(): void {
    const { context, exchange } = this;
    // The answers of a comparison share a prompt, so the buttons of the prompt might already exist.
    if (this.tools.hasChildNodes()) return;
    const { strings, copy } = context;
    if (!context.isReadOnly()) this.tools.append(iconButton(strings.editPrompt, 'edit', () => this.editor.edit()));
    this.tools.append(iconButton(strings.copyPrompt, 'copy', () => copy(exchange.prompt)));
    const owner = context.conversationId();
    const items = [
      ...exchange.images.map((image) => element('li.attached-image', ...createThumbnail(context, image, owner))),
      ...exchange.attachments.map((attachment) => createAttachmentItem(context, attachment)),
    ];
    if (items.length > 0) this.bubble.append(element('ul.attachments', ...items));
  }
}

function createAttachmentItem(context: PageContext, attachment: Attachment): HTMLElement {
  const code = element('code', { 'data-language': attachment.languageId }, attachment.code);
  const label = element('span.attachment-label', attachment.label);
  const details = element('span', attachmentDetails(context, attachment));
  // The attached code must be focusable because it can scroll (axe rule `scrollable-region-focusable`).
  const content = element('pre', { tabindex: '0' }, code);
  return element('li', disclosure(element('span', label, ' ', details), 'attachment', content));
}

function attachmentDetails({ strings, format }: PageContext, { kind, code, truncated }: Attachment): string {
  const kinds: Readonly<Record<ContextKind, string>> = {
    selection: strings.attachmentSelection,
    file: strings.attachmentFile,
    problems: strings.attachmentProblems,
  };
  const size = format.plural(countLines(code), strings.attachmentLine, strings.attachmentLines);
  return joinParts(kinds[kind], size, truncated && strings.attachmentTruncated);
}

/**
 * Limits above which a prompt is folded. A folded prompt is several lines shorter than these limits, so that folding
 * always hides more than two lines.
 */
const maxUnfoldedLines = 16;
const maxUnfoldedColumns = 1600;

function isLong(prompt: string): boolean {
  return columnsOf(prompt) > maxUnfoldedColumns || prompt.split('\n', maxUnfoldedLines + 1).length > maxUnfoldedLines;
}

/** Returns the width of a text, in columns of a monospaced font. A Chinese character is two columns wide. */
function columnsOf(text: string): number {
  return text.length + text.replace(/[^\u1100-\uffff]+/g, '').length;
}
