import type { Attachment, ContextKind, ExchangeSnapshot } from '../../shared/protocol';
import { createPromptEditor, type PromptEditor } from '../composer/promptEditor';
import type { PageContext } from '../pageContext';
import { element, lazy, iconButton, button } from '../util/element';

/** The entry that shows a prompt. Its accessible name is *You*. */
export interface PromptEntry {
  readonly element: HTMLElement;
  /** The text in the prompt editor; undefined if the editor is closed. */
  readonly editorText: string | undefined;
  /** Whether the prompt is long and the user has unfolded it. */
  readonly isUnfolded: boolean;
  unfold(): void;
  /** Opens the prompt editor with a text, for example with the text that it contained before a reload. */
  openEditor(text: string): void;
  /**
   * Adds the buttons and the attachments when the exchange is drawn. They are not needed before the exchange is in
   * view.
   */
  addTools(): void;
}

/** Creates the entry that shows a prompt and its attachments and lets the user edit the prompt. */
export function createPromptEntry(context: PageContext, exchange: ExchangeSnapshot): PromptEntry {
  const { strings, post, announcer } = context;
  const text = element('div', { class: 'prompt-text', 'data-part': 'prompt' }, exchange.prompt);
  const fold = foldLongPrompt(context, text);
  const bubble = element('div', { class: 'bubble' }, text, ...(fold ? [fold.toggle] : []));

  const tools = element('div', { class: 'turn-tools' });
  const entry = element(
    'article',
    { class: 'turn you', 'aria-label': strings.you, tabindex: '-1' },
    element('header', { class: 'turn-head' }, element('span', { class: 'turn-name' }, strings.you)),
    bubble,
    tools,
  );

  let editorText: string | undefined;
  const openEditor = (prompt: string): PromptEditor => {
    const closeEditor = (): void => {
      editorText = undefined;
      editor.element.replaceWith(text);
      tools.hidden = false;
      entry.classList.remove('editing');
      context.onEditsChange();
    };
    const editor = createPromptEditor(strings, {
      text: prompt,
      onInput: (input) => {
        editorText = input;
        context.onEditsChange();
      },
      onResend: (prompt) => {
        closeEditor();
        context.onPromptSent(prompt);
        post({ type: 'edit', exchangeId: exchange.id, prompt });
        context.focusComposer();
      },
      onCancel: () => {
        closeEditor();
        editButton.get().focus();
      },
    });
    entry.classList.add('editing');
    tools.hidden = true;
    text.replaceWith(editor.element);
    return editor;
  };
  const editButton = lazy(() => iconButton(strings.editPrompt, 'edit', () => openEditor(exchange.prompt).focus()));

  return {
    element: entry,
    get editorText() {
      return editorText;
    },
    get isUnfolded() {
      return fold !== undefined && !fold.isFolded;
    },
    unfold: () => fold?.setFolded(false),
    openEditor: (prompt) => void openEditor(prompt),
    addTools: () => {
      const copyButton = iconButton(strings.copyPrompt, 'copy', () => {
        post({ type: 'copy', text: exchange.prompt });
        announcer.announce(strings.copied);
      });
      tools.append(...(context.isReadOnly() ? [] : [editButton.get()]), copyButton);
      if (exchange.attachments.length > 0) bubble.append(createAttachmentList(context, exchange.attachments));
    },
  };
}

/** Creates the list of attachments. Each attachment is a closed disclosure that shows its size and contains its text. */
function createAttachmentList(context: PageContext, attachments: readonly Attachment[]): HTMLElement {
  return element(
    'ul',
    { class: 'attachments' },
    ...attachments.map((attachment) => createAttachmentItem(context, attachment)),
  );
}

function createAttachmentItem(context: PageContext, attachment: Attachment): HTMLElement {
  const code = element('code', { 'data-language': attachment.languageId }, attachment.code);
  return element(
    'li',
    {},
    element(
      'details',
      { class: 'attachment' },
      element(
        'summary',
        {},
        element('span', { class: 'attachment-label' }, attachment.label),
        ' ',
        element('span', { class: 'attachment-details' }, attachmentDetails(context, attachment).join(' · ')),
      ),
      // The code must be focusable because it can scroll (axe rule `scrollable-region-focusable`).
      element('pre', { tabindex: '0' }, code),
    ),
  );
}

function attachmentDetails(
  { strings, format }: PageContext,
  { kind = 'selection', code, truncated }: Attachment,
): string[] {
  const kinds: Readonly<Record<ContextKind, string>> = {
    selection: strings.attachmentSelection,
    file: strings.attachmentFile,
    problems: strings.attachmentProblems,
  };
  const lines = code.replace(/\n$/, '').split('\n').length;
  const size = format.plural(lines, strings.attachmentLine, strings.attachmentLines);
  return [kinds[kind], size, ...(truncated ? [strings.attachmentTruncated] : [])];
}

/**
 * A prompt with more lines or columns than this is folded. The limits exceed the size of a folded prompt, because
 * hiding only two lines would gain nothing.
 */
const maxUnfoldedLines = 16;
const maxUnfoldedColumns = 1600;

interface FoldedPrompt {
  readonly toggle: HTMLButtonElement;
  readonly isFolded: boolean;
  setFolded(folded: boolean): void;
}

/**
 * Folds a long prompt, such as a pasted log, so that it does not push its answer out of view. Only the beginning stays
 * visible, but the complete prompt stays in the document.
 * @param text the element that contains the prompt
 * @returns undefined if the prompt is short
 */
function foldLongPrompt({ strings, onPromptUnfold }: PageContext, text: HTMLElement): FoldedPrompt | undefined {
  const prompt = text.textContent;
  if (columnsOf(prompt) <= maxUnfoldedColumns && prompt.split('\n', maxUnfoldedLines + 1).length <= maxUnfoldedLines)
    return undefined;
  let isFolded = true;
  const setFolded = (folded: boolean): void => {
    isFolded = folded;
    text.classList.toggle('folded', isFolded);
    toggle.textContent = isFolded ? strings.showAll : strings.showLess;
    toggle.setAttribute('aria-expanded', String(!isFolded));
  };
  const toggle = button('', 'quiet', () => {
    setFolded(!isFolded);
    // Scrolls to the start of the folded prompt, which may be far above the view because the button is at the end of
    // the prompt.
    if (isFolded) text.scrollIntoView({ block: 'nearest' });
    onPromptUnfold();
  });
  toggle.classList.add('prompt-toggle');
  setFolded(true);
  return {
    toggle,
    get isFolded() {
      return isFolded;
    },
    setFolded,
  };
}

/** Returns the width of a text, in columns of a monospaced font. A Chinese character is two columns wide. */
function columnsOf(text: string): number {
  return text.length + text.replace(/[^\u1100-\uffff]+/g, '').length;
}
