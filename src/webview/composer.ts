import type { ContextSuggestion, DraftContext } from '../protocol';
import { ComposedText } from './composedText';
import { isComposing } from './composing';
import { createContextChips } from './contextChips';
import { createContextPopup } from './contextPopup';
import { button, element } from './element';
import { iconButton } from './icons';
import { createModelOnce } from './modelOnce';
import type { PanelContext } from './panelContext';
import { without, type PendingPrompts } from './pendingPrompts';
import type { PromptHistory } from './promptHistory';
import { recallPrompt } from './promptRecall';

export interface Composer {
  readonly element: HTMLElement;
  /** What is written: it must survive a reload. */
  readonly draft: string;
  /** What `compose` was given last, unless something has been sent since. */
  readonly composed: string | undefined;
  /** There is more to that than its words, which the host holds. */
  readonly more: boolean;
  /** Ids of what is attached to it. */
  readonly contextIds: readonly string[];
  focus(): void;
  setStoppable(stoppable: boolean): void;
  /** Puts `text` into an empty composer; a draft that is there stays, and `text` is one arrow up away. */
  compose(text: string, more?: boolean): void;
  /** What stood there in an earlier page; it gives way to what is there. */
  restore(draft: string): void;
  /** Tells the host that what it put there for a window before this one still stands there, if it does. */
  confirmComposed(): void;
  /** Prompts that nobody has taken: in an empty composer, else one arrow up away and still pending. */
  bringBack(prompts: readonly string[]): void;
  /** The host has taken a prompt: there is nothing to keep of it, not even where it waited for a key. */
  taken(prompt: string): void;
  /** All of the context of the next prompt. @param unread ids of what the host has still to read */
  setContext(items: readonly DraftContext[], unread?: readonly string[]): void;
  /** What was attached in an earlier page: it counts until the host has answered. */
  restoreContext(ids: readonly string[]): void;
  /** An answer to `suggestContext`. */
  suggest(request: number, items: readonly ContextSuggestion[]): void;
  /** @param model of the next prompt alone; undefined: the one that is set */
  setModelOnce(model: string | undefined): void;
  /** @returns whether suggestions were open: Escape was for them. */
  closePopup(): boolean;
}

interface ComposerOptions {
  readonly draft: string;
  /** What stood there before the page was hidden; the host knows whether it still does. */
  readonly composed?: string | undefined;
  readonly more?: boolean | undefined;
  /** Of the draft, until the host says what is attached. */
  readonly contextIds?: readonly string[] | undefined;
  readonly history: PromptHistory;
  readonly pending: PendingPrompts;
  /** Sits beside the buttons. */
  readonly modelButton: HTMLElement;
  readonly onDraft: () => void;
  readonly onSend: () => void;
}

/** Between prompts that come back together. */
const gap = '\n\n';

export function createComposer(context: PanelContext, options: ComposerOptions): Composer {
  const { strings, post } = context;
  const { history, pending } = options;
  /** What stands there was put there together. */
  let broughtBack: readonly string[] = [];
  let contextIds = options.contextIds ?? [];
  const composed = new ComposedText(options, options.draft, (kept) => post({ type: 'composed', kept }));
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
  /** A draft that is there stays, and `text` is one arrow up away. */
  const put = (text: string): void => {
    if (input.value === '') write(text, text.length);
    else if (text !== '') history.add(text);
  };
  const changed = (): void => {
    composed.compare(input.value);
    options.onDraft();
  };
  /** It has been taken from elsewhere. */
  const drop = (prompt: string): void => {
    const together = input.value === broughtBack.join(gap) ? broughtBack : [input.value.trim()];
    if (!together.includes(prompt)) return;
    broughtBack = without(together, prompt);
    const text = broughtBack.join(gap);
    write(text, text.length);
  };
  const submit = (): void => {
    const prompt = input.value.trim();
    if (prompt === '') return;
    history.add(prompt);
    if (!composed.needsMore(prompt)) pending.add(prompt);
    composed.set('');
    write('', 0);
    options.onDraft();
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
    changed();
    return true;
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  input.addEventListener('input', () => {
    history.edited();
    send.disabled = input.value.trim() === '';
    changed();
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
      return input.value;
    },
    get composed() {
      return composed.text;
    },
    get more() {
      return composed.more;
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
    restore: (draft) => put(draft),
    confirmComposed: () => composed.confirm(),
    bringBack: (prompts) => {
      if (prompts.length === 0) return;
      if (input.value === '') {
        broughtBack = prompts;
        put(prompts.join(gap));
      } else {
        for (const prompt of prompts) history.add(prompt);
        pending.offer(prompts);
      }
    },
    compose: (text, more) => {
      // It has not been taken, it is given back.
      pending.take(text);
      put(text);
      composed.set(text, more);
      input.focus();
      changed();
    },
    taken: (prompt) => {
      composed.set('');
      if (!pending.take(prompt)) drop(prompt);
      options.onDraft();
    },
    setContext: (items, unread = []) => {
      contextIds = [...items.map(({ id }) => id), ...unread];
      chips.update(items);
      options.onDraft();
    },
    restoreContext: (ids) => {
      if (isSame(ids, contextIds)) return;
      contextIds = ids;
      post({ type: 'restoreContext', ids });
    },
    suggest: (request, items) => popup.suggest(request, items),
    setModelOnce: (model) => modelOnce.set(model),
    closePopup: () => popup.close(),
  };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id));
}
