import type { ContextSuggestion, DraftContext } from '../protocol';
import { isComposing } from './composing';
import { createContextChips } from './contextChips';
import { createContextPopup } from './contextPopup';
import { button, element } from './element';
import { iconButton } from './icons';
import { createModelOnce } from './modelOnce';
import type { PanelContext } from './panelContext';
import type { PromptHistory } from './promptHistory';
import { recallPrompt } from './promptRecall';

export interface Composer {
  readonly element: HTMLElement;
  /** What is written, or what was sent and not yet taken: it must survive a reload. */
  readonly draft: string;
  /** Ids of what is attached to it. */
  readonly contextIds: readonly string[];
  focus(): void;
  setStoppable(stoppable: boolean): void;
  /** Puts `text` into an empty composer; a draft that is there stays, and `text` is one arrow up away. */
  compose(text: string): void;
  /** The host has taken a prompt: there is nothing to keep of it, not even where it waited for a key. */
  taken(prompt: string): void;
  /** All of the context of the next prompt. */
  setContext(items: readonly DraftContext[]): void;
  /** An answer to `suggestContext`. */
  suggest(request: number, items: readonly ContextSuggestion[]): void;
  /** @param model of the next prompt alone; undefined: the one that is set */
  setModelOnce(model: string | undefined): void;
  /** @returns whether suggestions were open: Escape was for them. */
  closePopup(): boolean;
}

interface ComposerOptions {
  readonly draft: string;
  /** Of the draft, until the host says what is attached. */
  readonly contextIds?: readonly string[] | undefined;
  readonly history: PromptHistory;
  /** Sits beside the buttons. */
  readonly modelButton: HTMLElement;
  readonly onDraft: () => void;
  readonly onSend: () => void;
}

export function createComposer(context: PanelContext, options: ComposerOptions): Composer {
  const { strings, post } = context;
  const { history } = options;
  let sent = '';
  let contextIds = options.contextIds ?? [];
  const input = element('textarea', {
    'aria-label': strings.prompt,
    placeholder: strings.promptPlaceholder,
    rows: '1',
    spellcheck: 'false',
  });
  const send = element('button', { type: 'submit', class: 'button primary' }, strings.send);
  const stop = button(strings.stop, 'secondary', () => post({ type: 'stop' }));
  const attach = iconButton(strings.attachContext, 'attach', () => post({ type: 'pickContext' }));
  const modelOnce = createModelOnce(context, options.modelButton);
  const chips = createContextChips(context, () => input.focus());
  const popup = createContextPopup(context, input, () => submit());
  const form = element(
    'form',
    { class: 'composer' },
    popup.element,
    chips.element,
    input,
    element('div', { class: 'composer-bar' }, attach, options.modelButton, modelOnce.element, stop, send),
  );

  const write = (text: string, caret: number): void => {
    input.value = text;
    input.setSelectionRange(caret, caret);
    send.disabled = text.trim() === '';
    popup.refresh();
  };
  const submit = (): void => {
    const prompt = input.value.trim();
    if (prompt === '') return;
    history.add(prompt);
    sent = prompt;
    write('', 0);
    post({ type: 'send', prompt });
    options.onSend();
  };

  const takesKey = (event: KeyboardEvent): boolean => {
    const { key, altKey, shiftKey } = event;
    if (altKey || shiftKey) return false;
    if (key === 'Enter') {
      submit();
      return true;
    }
    if (event.ctrlKey || event.metaKey) return false;
    if (key === 'Backspace' && input.value === '') return chips.focusLast();
    const recalled = recallPrompt(key, input, history);
    if (recalled === undefined) return false;
    write(recalled.text, recalled.caret);
    options.onDraft();
    return true;
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  input.addEventListener('input', () => {
    history.edited();
    send.disabled = input.value.trim() === '';
    options.onDraft();
  });
  input.addEventListener('keydown', (event) => {
    if (isComposing(event)) return;
    if (popup.takesKey(event) || takesKey(event)) event.preventDefault();
  });

  stop.hidden = true;
  write(options.draft, options.draft.length);
  return {
    element: form,
    get draft() {
      return input.value || sent;
    },
    get contextIds() {
      return contextIds;
    },
    focus: () => input.focus(),
    setStoppable: (stoppable) => {
      const hadFocus = document.activeElement === stop;
      stop.hidden = !stoppable;
      if (hadFocus && !stoppable) input.focus();
    },
    compose: (text) => {
      if (input.value === '') write(text, text.length);
      else history.add(text);
      input.focus();
      options.onDraft();
    },
    taken: (prompt) => {
      sent = '';
      if (input.value.trim() === prompt) write('', 0);
      options.onDraft();
    },
    setContext: (items) => {
      contextIds = items.map(({ id }) => id);
      chips.update(items);
      options.onDraft();
    },
    suggest: (request, items) => popup.suggest(request, items),
    setModelOnce: (model) => modelOnce.set(model),
    closePopup: () => popup.close(),
  };
}
