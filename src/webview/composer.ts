import type { ContextSuggestion, DraftContext } from '../protocol';
import { ComposedText, type Composed } from './composedText';
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
  /** What `compose` was given, and what goes along with it while it is part of the draft or of what is pending. */
  readonly composed: Composed;
  /** Ids of what is attached to it. */
  readonly contextIds: readonly string[];
  focus(): void;
  setStoppable(stoppable: boolean): void;
  /** Puts `text` into an empty composer; a draft that is there stays, and `text` is one arrow up away. */
  compose(text: string, more?: object): void;
  /** What stood there in an earlier page; it gives way to what is there. */
  restore(draft: string, composed: Composed): void;
  /** Nothing is left of what `compose` was given and has been `asked` since; else the host may hold it once more. */
  settleComposed(asked: readonly string[]): void;
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

/** With what `compose` was given before the page was hidden; the host knows whether it still stands there. */
interface ComposerOptions extends Composed {
  readonly draft: string;
  /** Of the draft, until the host says what is attached. */
  readonly contextIds?: readonly string[] | undefined;
  readonly history: PromptHistory;
  readonly pending: PendingPrompts;
  /** Sits beside the buttons. */
  readonly modelButton: HTMLElement;
  readonly onDraft: () => void;
  readonly onStop: () => void;
  readonly onSend: () => void;
}

/** Between prompts that come back together. */
const gap = '\n\n';

export function createComposer(context: PanelContext, options: ComposerOptions): Composer {
  const { strings, post, moveFocus } = context;
  const { history, pending } = options;
  /** What stands there was put there together. */
  let broughtBack: readonly string[] = [];
  let contextIds = options.contextIds ?? [];
  const composed = new ComposedText(options, options.draft, (kept, more) =>
    post({ type: 'composed', kept, ...(more && { more }) }),
  );
  const input = element('textarea', {
    'aria-label': strings.prompt,
    placeholder: strings.promptPlaceholder,
    rows: '1',
    spellcheck: 'false',
  });
  const send = element('button', { type: 'submit', class: 'button primary' }, strings.send);
  const stop = button(strings.stop, 'secondary', () => options.onStop());
  const attach = iconButton(strings.attachContext, 'attach', () => post({ type: 'pickContext' }));
  const modelOnce = createModelOnce(context, options.modelButton);
  const chips = createContextChips(context, () => moveFocus(input));
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
    const { more } = composed.partOf(prompt) ?? {};
    pending.add(prompt);
    composed.set();
    write('', 0);
    options.onDraft();
    post({ type: 'send', prompt, ...(more && { more }) });
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
      const part = [input.value, ...pending.all].map((text) => composed.partOf(text)).find(Boolean);
      return part ?? { composed: composed.text };
    },
    get contextIds() {
      return contextIds;
    },
    focus: () => moveFocus(input),
    setStoppable: (stoppable) => {
      const hadFocus = document.activeElement === stop;
      stop.hidden = !stoppable;
      if (hadFocus && !stoppable) moveFocus(input);
    },
    restore: (draft, before) => {
      if (input.value === '' && before.composed !== undefined) composed.restore(before, draft);
      put(draft);
    },
    settleComposed: (asked) => {
      if (composed.text !== undefined && asked.includes(composed.text)) {
        if (composed.isAllOf(input.value)) write('', 0);
        composed.taken(composed.text);
      }
      composed.confirm();
    },
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
      // What waits there has not been written: the later command counts.
      if (composed.isAllOf(input.value)) {
        history.add(input.value.trim());
        write('', 0);
      }
      put(text);
      composed.set(text === '' ? undefined : text, more);
      moveFocus(input);
      changed();
    },
    taken: (prompt) => {
      composed.taken(prompt);
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
