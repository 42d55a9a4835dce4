import type { ConnectionView, ContextSuggestion, DraftContext } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { type PendingPrompts, without, PrefilledPrompts } from '../state/unsentPrompts';
import type { Prefilled, Unsent } from '../state/unsentStore';
import { button, element, iconButton } from '../util/element';
import { createContextChips } from './contextChips';
import { createContextPopup } from './contextPopup';
import { createModelChoice } from './modelChoice';
import { isComposing } from './promptEditor';
import { type PromptHistory, recallPrompt } from './promptRecall';

export interface Composer {
  readonly element: HTMLElement;
  /** What is written and what belongs to it: it must survive a reload. */
  readonly unsent: Pick<Unsent, 'draft' | 'prefilled' | 'context' | 'pending'>;
  focus(): void;
  setStoppable(stoppable: boolean): void;
  /** Puts a text into an empty composer; a draft that is there stays, and the text is one arrow up away. */
  prefill(prefilled: Prefilled): void;
  /** Takes up what an earlier page has left. A draft gives way to what is there, and is kept as a pending prompt. */
  restore(unsent: Unsent): void;
  /** Empties the composer while another window writes the conversation: the text is in the `UnsentStore`. */
  clear(): void;
  /** Removes prefilled prompts that have been `asked` since the page went away. */
  settlePrefilled(asked: readonly string[]): void;
  /** There is a key. @param sends the prompt that has waited for it, too; otherwise it waits for the person */
  keyArrived(sends: boolean): void;
  /** Prompts that nobody has taken: in an empty composer, else one arrow up away and still pending. */
  bringBack(prompts: readonly string[]): void;
  /** The host has taken a prompt: there is nothing to keep of it. */
  taken(prompt: string): void;
  /** All of the context of the next prompt. @param unread ids of what the host has still to read */
  setContext(items: readonly DraftContext[], unread?: readonly string[]): void;
  /** An answer to `suggestContext`. */
  suggest(request: number, items: readonly ContextSuggestion[]): void;
  setConnection(connection: ConnectionView): void;
  /** @param model of the next prompt alone; undefined: the one that is set */
  setModelOnce(model: string | undefined): void;
  /** @returns whether suggestions were open: Escape was for them. */
  closePopup(): boolean;
}

interface ComposerOptions {
  readonly history: PromptHistory;
  readonly pending: PendingPrompts;
  readonly onDraft: () => void;
  readonly onStop: () => void;
  readonly onSend: () => void;
}

/** Between prompts that come back together. */
const gap = '\n\n';

export function createComposer(context: PageContext, options: ComposerOptions): Composer {
  const { strings, post, moveFocus } = context;
  const { history, pending } = options;
  /** What stands there was put there together. */
  let broughtBack: readonly string[] = [];
  /** Ids of what is attached. */
  let contextIds: readonly string[] = [];
  let prefilled = new PrefilledPrompts();
  const input = element('textarea', {
    'aria-label': strings.prompt,
    placeholder: strings.promptPlaceholder,
    rows: '1',
    spellcheck: 'false',
  });
  const send = element('button', { type: 'submit', class: 'button primary' }, strings.send);
  const stop = button(strings.stop, 'secondary', () => options.onStop());
  const attach = iconButton(strings.attachContext, 'attach', () => post({ type: 'pickContext' }));
  const model = createModelChoice(context);
  const chips = createContextChips(context, () => moveFocus(input));
  const popup = createContextPopup(context, input, () => submit());
  const form = element(
    'form',
    { class: 'composer' },
    popup.element,
    chips.element,
    input,
    element('div', { class: 'composer-bar' }, attach, ...model.elements, stop, send),
  );

  const write = (text: string, caret: number): void => {
    input.value = text;
    input.setSelectionRange(caret, caret);
    send.disabled = text.trim() === '';
    popup.refresh();
  };
  /** A draft that is there stays, and `text` is one arrow up away. */
  const insert = (text: string): void => {
    if (input.value === '') write(text, text.length);
    else if (text !== '') history.add(text);
  };
  /** It has been taken from elsewhere. */
  const removeAsked = (prompt: string): void => {
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
    const more = prefilled.moreFor(prompt);
    pending.add(prompt);
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
  write('', 0);
  return {
    element: form,
    get unsent() {
      const texts = [input.value, ...pending.all];
      return { draft: input.value, prefilled: prefilled.partOf(texts), context: contextIds, pending: pending.all };
    },
    focus: () => moveFocus(input),
    setStoppable: (stoppable) => {
      const hadFocus = document.activeElement === stop;
      stop.hidden = !stoppable;
      if (hadFocus && !stoppable) moveFocus(input);
    },
    restore: ({ draft, prefilled: earlier = [], context: ids = [], pending: prompts = [] }) => {
      prefilled.restore(earlier);
      const isDisplaced = input.value !== '' && draft.trim() !== '';
      insert(draft);
      pending.offer(isDisplaced ? [...prompts, draft.trim()] : prompts);
      if (ids.length === 0 || ids.every((id) => contextIds.includes(id))) return;
      contextIds = ids;
      post({ type: 'restoreContext', ids });
    },
    clear: () => {
      prefilled = new PrefilledPrompts();
      pending.release([]);
      broughtBack = [];
      write('', 0);
    },
    settlePrefilled: (asked) => {
      for (const { text } of prefilled.partOf(asked)) {
        if (!asked.includes(text)) continue;
        if (input.value.trim() === text.trim()) write('', 0);
        prefilled.taken(text);
      }
    },
    keyArrived: (sends) => {
      if (prefilled.keyArrived(input.value) && sends) submit();
    },
    bringBack: (prompts) => {
      if (prompts.length === 0) return;
      if (input.value === '') {
        broughtBack = prompts;
        insert(prompts.join(gap));
      } else {
        for (const prompt of prompts) history.add(prompt);
        pending.offer(prompts);
      }
    },
    prefill: ({ text, more, awaitsKey }) => {
      // It has not been taken, it is given back.
      pending.settle(text);
      // What waits there has not been written: the later command counts.
      if (prefilled.isAllOf(input.value)) {
        history.add(input.value.trim());
        write('', 0);
      }
      insert(text);
      if (text !== '') prefilled.add({ text, more, awaitsKey });
      moveFocus(input);
      options.onDraft();
    },
    taken: (prompt) => {
      prefilled.taken(prompt);
      if (!pending.settle(prompt)) removeAsked(prompt);
      options.onDraft();
    },
    setContext: (items, unread = []) => {
      contextIds = [...items.map(({ id }) => id), ...unread];
      chips.update(items);
      options.onDraft();
    },
    suggest: (request, items) => popup.suggest(request, items),
    setConnection: (connection) => model.setConnection(connection),
    setModelOnce: (once) => model.setOnce(once),
    closePopup: () => popup.close(),
  };
}
