import type { Attachment, ContextKind, ExchangeView } from '../../shared/protocol';
import { createPromptEditor, type PromptEditor } from '../composer/promptEditor';
import type { PageContext } from '../pageContext';
import { element, lazy, iconButton, button } from '../util/element';

export interface UserArticle {
  readonly element: HTMLElement;
  /** What stands in its editor, if it is open. */
  readonly editing: string | undefined;
  /** It is long, and shown as a whole. */
  readonly unfolded: boolean;
  unfold(): void;
  /** Opens the editor, e.g. as it was before the page was hidden. */
  edit(text: string): void;
  /** Adds all that is not needed before it is looked at. */
  complete(): void;
}

/** What the person asked, with what went along; it can be asked anew in other words. */
export function createUserArticle(context: PageContext, exchange: ExchangeView): UserArticle {
  const { strings, post, announcer } = context;
  const text = element('div', { class: 'prompt-text', 'data-part': 'prompt' }, exchange.prompt);
  const fold = foldLongPrompt(context, text);
  const bubble = element('div', { class: 'bubble' }, text, ...(fold ? [fold.toggle] : []));

  const tools = element('div', { class: 'turn-tools' });
  const article = element(
    'article',
    { class: 'turn you', 'aria-label': strings.you, tabindex: '-1' },
    element('header', { class: 'turn-head' }, element('span', { class: 'turn-name' }, strings.you)),
    bubble,
    tools,
  );

  let editing: string | undefined;
  const edit = (prompt: string): PromptEditor => {
    const end = (): void => {
      editing = undefined;
      editor.element.replaceWith(text);
      tools.hidden = false;
      article.classList.remove('editing');
      context.editsChanged();
    };
    const editor = createPromptEditor(strings, {
      text: prompt,
      onInput: (input) => {
        editing = input;
        context.editsChanged();
      },
      onResend: (prompt) => {
        end();
        context.promptSent(prompt);
        post({ type: 'edit', exchangeId: exchange.id, prompt });
        context.focusComposer();
      },
      onCancel: () => {
        end();
        editButton.get().focus();
      },
    });
    article.classList.add('editing');
    tools.hidden = true;
    text.replaceWith(editor.element);
    return editor;
  };
  const editButton = lazy(() => iconButton(strings.editPrompt, 'edit', () => edit(exchange.prompt).focus()));

  return {
    element: article,
    get editing() {
      return editing;
    },
    get unfolded() {
      return fold !== undefined && !fold.folded;
    },
    unfold: () => fold?.set(false),
    edit: (prompt) => void edit(prompt),
    complete: () => {
      const copyButton = iconButton(strings.copyPrompt, 'copy', () => {
        post({ type: 'copy', text: exchange.prompt });
        announcer.announce(strings.copied);
      });
      tools.append(...(context.isReadOnly() ? [] : [editButton.get()]), copyButton);
      if (exchange.attachments.length > 0) bubble.append(attachmentList(context, exchange.attachments));
    },
  };
}

/** What went along with a prompt: each closed, with its size, and all of its text inside. */
function attachmentList(context: PageContext, attachments: readonly Attachment[]): HTMLElement {
  return element('ul', { class: 'attachments' }, ...attachments.map((each) => attachmentItem(context, each)));
}

function attachmentItem(context: PageContext, attachment: Attachment): HTMLElement {
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
        element('span', { class: 'attachment-facts' }, facts(context, attachment).join(' · ')),
      ),
      // A scrollable region must be reachable by keyboard.
      element('pre', { tabindex: '0' }, code),
    ),
  );
}

function facts({ strings, format }: PageContext, { kind = 'selection', code, truncated }: Attachment): string[] {
  const kinds: Readonly<Record<ContextKind, string>> = {
    selection: strings.attachmentSelection,
    file: strings.attachmentFile,
    problems: strings.attachmentProblems,
  };
  const lines = code.replace(/\n$/, '').split('\n').length;
  const size = format.plural(lines, strings.attachmentLine, strings.attachmentLines);
  return [kinds[kind], size, ...(truncated ? [strings.attachmentTruncated] : [])];
}

/** A little more than what is shown of a folded one: a button in place of two lines is no gain. */
const maxLines = 16;
const maxColumns = 1600;

interface FoldedPrompt {
  readonly toggle: HTMLButtonElement;
  readonly folded: boolean;
  set(folded: boolean): void;
}

/**
 * A pasted log must not push its answer out of sight: of a long prompt the beginning is shown, and all of it on demand.
 * It is folded for the eye only.
 * @param text shows the prompt
 * @returns undefined: it is short
 */
function foldLongPrompt({ strings, unfolded }: PageContext, text: HTMLElement): FoldedPrompt | undefined {
  const prompt = text.textContent;
  if (columnsOf(prompt) <= maxColumns && prompt.split('\n', maxLines + 1).length <= maxLines) return undefined;
  let folded = true;
  const set = (to: boolean): void => {
    folded = to;
    text.classList.toggle('folded', folded);
    toggle.textContent = folded ? strings.showAll : strings.showLess;
    toggle.setAttribute('aria-expanded', String(!folded));
  };
  const toggle = button('', 'quiet', () => {
    set(!folded);
    // Its end was in view, and its beginning may be far above by now.
    if (folded) text.scrollIntoView({ block: 'nearest' });
    unfolded();
  });
  toggle.classList.add('prompt-toggle');
  set(true);
  return {
    toggle,
    get folded() {
      return folded;
    },
    set,
  };
}

/** A Chinese character takes two. */
function columnsOf(text: string): number {
  return text.length + text.replace(/[^\u1100-\uffff]+/g, '').length;
}
