import { isComposing } from './composing';
import { button, element } from './element';
import type { PanelContext } from './panelContext';
import type { PromptHistory } from './promptHistory';

export interface Composer {
  readonly element: HTMLElement;
  /** What is written, or what was sent and not yet taken: it must survive a reload. */
  readonly draft: string;
  focus(): void;
  setStoppable(stoppable: boolean): void;
  /** Puts `text` into an empty composer; a draft that is there stays, and `text` is one arrow up away. */
  compose(text: string): void;
  /** The host has taken a prompt: there is nothing to keep of it, not even where it waited for a key. */
  taken(prompt: string): void;
}

interface ComposerOptions {
  readonly draft: string;
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
  const input = element('textarea', {
    'aria-label': strings.prompt,
    placeholder: strings.promptPlaceholder,
    rows: '1',
    spellcheck: 'false',
  });
  const send = element('button', { type: 'submit', class: 'button primary' }, strings.send);
  const stop = button(strings.stop, 'secondary', () => post({ type: 'stop' }));
  const form = element(
    'form',
    { class: 'composer' },
    input,
    element('div', { class: 'composer-bar' }, options.modelButton, stop, send),
  );

  const write = (text: string, caret: number): void => {
    input.value = text;
    input.setSelectionRange(caret, caret);
    send.disabled = text.trim() === '';
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
    if (isComposing(event) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      submit();
      return;
    }
    const recalled = recall(event.key, input, history);
    if (recalled === undefined) return;
    event.preventDefault();
    write(recalled.text, recalled.caret);
    options.onDraft();
  });

  stop.hidden = true;
  write(options.draft, options.draft.length);
  return {
    element: form,
    get draft() {
      return input.value || sent;
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
  };
}

/** Arrows leave the text only at its edge, and only when nothing would be overwritten that can't come back. */
function recall(
  key: string,
  input: HTMLTextAreaElement,
  history: PromptHistory,
): { readonly text: string; readonly caret: number } | undefined {
  const { value, selectionStart, selectionEnd } = input;
  if (selectionStart !== selectionEnd) return undefined;
  if (key === 'ArrowUp' && (value === '' || history.browsing) && !value.slice(0, selectionStart).includes('\n')) {
    const text = history.back();
    if (text === undefined) return undefined;
    // The end of the first line: the next arrow up goes on, and so does typing.
    const lineEnd = text.indexOf('\n');
    return { text, caret: lineEnd < 0 ? text.length : lineEnd };
  }
  if (key === 'ArrowDown' && history.browsing && !value.slice(selectionEnd).includes('\n')) {
    const text = history.forward();
    return text === undefined ? undefined : { text, caret: text.length };
  }
  return undefined;
}
