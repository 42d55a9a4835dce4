import { canSendPrompt, type ConnectionView, type ContextSuggestion, type DraftContext } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { type PendingPrompts, withoutFirst, PrefilledPrompts } from '../state/unsentPrompts';
import type { Prefilled, Unsent } from '../state/unsentStore';
import { button, element, iconButton } from '../util/element';
import { createContextChips } from './contextChips';
import { createContextPopup } from './contextPopup';
import { createModelChoice } from './modelChoice';
import { isComposing } from './promptEditor';
import { type PromptHistory, recallPrompt } from './promptRecall';

/** The text field in which the user writes prompts, with its context items and buttons. */
export interface Composer {
  readonly element: HTMLElement;
  /** The draft with its context items, and the prompts that the host has not confirmed. This data survives a reload. */
  readonly unsent: Pick<Unsent, 'draft' | 'prefilled' | 'context' | 'pending'>;
  /** Whether the host sends the draft as soon as an API key is set, unless the user changes the draft. */
  readonly awaitsKey: boolean;
  focus(): void;
  setStoppable(stoppable: boolean): void;
  /**
   * Puts a prefilled prompt into the composer. If the composer contains a draft, the prompt is added to the prompt
   * history instead.
   */
  prefill(prefilled: Prefilled & { readonly awaitsKey?: boolean | undefined }): void;
  /**
   * Restores unsent text from the `UnsentStore`, for example after a reload. If the composer already contains text, the
   * restored draft is added to the prompt history and stays stored as a pending prompt.
   */
  restore(unsent: Unsent): void;
  /** Empties the composer while another window writes the conversation. The unsent text stays in the `UnsentStore`. */
  clear(): void;
  /** Removes each prefilled prompt that was sent unchanged, and those that are part of a prompt that was sent. */
  removeSentPrefilled(sentPrompts: readonly string[]): void;
  /** Sets the text of the prompt that the host sends when an API key is set. */
  setPromptAwaitingKey(prompt: string | undefined): void;
  /**
   * Restores prompts that the host has not confirmed. If the composer is empty, they become the draft. Otherwise they
   * are added to the prompt history and stay pending.
   */
  returnPrompts(prompts: readonly string[]): void;
  /** Removes a prompt from the composer and from the stored data, because the host has received the prompt. */
  confirmPrompt(prompt: string): void;
  /**
   * Replaces the context items of the next prompt.
   * @param unread ids of the items that the host has not read yet
   */
  setContext(items: readonly DraftContext[], unread?: readonly string[]): void;
  /** Shows the host's answer to a `suggestContext` message. */
  showSuggestions(request: number, items: readonly ContextSuggestion[]): void;
  setConnection(connection: ConnectionView): void;
  /** Shows the host of the route over which an answer comes. Undefined while no turn runs. */
  setRoute(host: string | undefined): void;
  /** Sets the model for the next prompt only. If the model is undefined, the next prompt goes to the selected model. */
  setModelOnce(model: string | undefined): void;
  /** Closes the context suggestions. @returns whether they were open */
  closePopup(): boolean;
}

interface ComposerOptions {
  readonly history: PromptHistory;
  readonly pending: PendingPrompts;
  readonly onDraftChange: () => void;
  readonly onStop: () => void;
  readonly onSend: () => void;
}

/** Separator between the unconfirmed prompts that are restored together as one draft. */
const promptSeparator = '\n\n';

/** Creates the composer of a page. */
export function createComposer(context: PageContext, options: ComposerOptions): Composer {
  const { strings, post, moveFocus } = context;
  const { history, pending } = options;
  /** The unconfirmed prompts that were restored together as one draft. */
  let returnedPrompts: readonly string[] = [];
  let contextIds: readonly string[] = [];
  let prefilled = new PrefilledPrompts();
  let hasKey = true;
  let promptAwaitingKey: string | undefined;
  const input = element('textarea', {
    'aria-label': strings.prompt,
    placeholder: strings.promptPlaceholder,
    rows: '1',
    spellcheck: 'false',
  });
  const sendButton = element('button', { type: 'submit', class: 'button primary' }, strings.send);
  const stopButton = button(strings.stop, 'secondary', () => options.onStop());
  const attachButton = iconButton(strings.attachContext, 'attach', () => post({ type: 'pickContext' }));
  const modelChoice = createModelChoice(context);
  const chips = createContextChips(context, () => moveFocus(input));
  const popup = createContextPopup(context, input, () => submit());
  const form = element(
    'form',
    { class: 'composer' },
    popup.element,
    chips.element,
    input,
    element('div', { class: 'composer-bar' }, attachButton, ...modelChoice.elements, stopButton, sendButton),
  );

  const setInput = (text: string, caret: number): void => {
    input.value = text;
    input.setSelectionRange(caret, caret);
    sendButton.disabled = text.trim() === '';
    popup.refresh();
  };
  /** Makes `text` the draft if the composer is empty. Otherwise adds it to the prompt history. */
  const insertIfEmpty = (text: string): void => {
    if (input.value === '') setInput(text, text.length);
    else if (text !== '') history.add(text);
  };
  /** Removes a prompt from the draft, because the host has already received the prompt. */
  const removeReturnedPrompt = (prompt: string): void => {
    const returned = input.value === returnedPrompts.join(promptSeparator) ? returnedPrompts : [input.value.trim()];
    if (!returned.includes(prompt)) return;
    returnedPrompts = withoutFirst(returned, prompt);
    const text = returnedPrompts.join(promptSeparator);
    setInput(text, text.length);
  };
  /** Stores the draft, and withdraws the prompt that waits for an API key if the draft is another text now. */
  const handleDraftChange = (): void => {
    if (promptAwaitingKey !== undefined && promptAwaitingKey.trim() !== input.value.trim()) {
      post({ type: 'withdrawPrompt', prompt: promptAwaitingKey });
      promptAwaitingKey = undefined;
    }
    options.onDraftChange();
  };
  const submit = (): void => {
    const prompt = input.value.trim();
    if (prompt === '') return;
    const payload = prefilled.payloadFor(prompt);
    if (hasKey) {
      history.add(prompt);
      pending.add(prompt);
      setInput('', 0);
    } else {
      // Keeps the prompt in the composer, so that nothing is lost if the user does not set a key now.
      prefilled.add({ text: prompt, more: payload });
    }
    handleDraftChange();
    post({ type: 'send', prompt, ...(payload && { more: payload }) });
    options.onSend();
  };

  const handleKey = (event: KeyboardEvent): boolean => {
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
    setInput(recalled.text, recalled.caret);
    handleDraftChange();
    return true;
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  input.addEventListener('input', () => {
    history.stopBrowsing();
    sendButton.disabled = input.value.trim() === '';
    handleDraftChange();
  });
  input.addEventListener('keydown', (event) => {
    if (isComposing(event)) return;
    if (popup.handleKey(event) || handleKey(event)) event.preventDefault();
  });

  stopButton.hidden = true;
  setInput('', 0);
  return {
    element: form,
    get unsent() {
      const texts = [input.value, ...pending.all];
      return { draft: input.value, prefilled: prefilled.containedIn(texts), context: contextIds, pending: pending.all };
    },
    get awaitsKey() {
      return promptAwaitingKey !== undefined && promptAwaitingKey.trim() === input.value.trim();
    },
    focus: () => moveFocus(input),
    setStoppable: (stoppable) => {
      const hadFocus = document.activeElement === stopButton;
      stopButton.hidden = !stoppable;
      if (hadFocus && !stoppable) moveFocus(input);
    },
    restore: ({ draft, prefilled: previous = [], context: ids = [], pending: prompts = [] }) => {
      prefilled.restore(previous);
      const isDisplaced = input.value !== '' && draft.trim() !== '';
      insertIfEmpty(draft);
      pending.addRecovered(isDisplaced ? [...prompts, draft.trim()] : prompts);
      if (ids.length === 0 || ids.every((id) => contextIds.includes(id))) return;
      contextIds = ids;
      post({ type: 'restoreContext', ids });
    },
    clear: () => {
      prefilled = new PrefilledPrompts();
      pending.takeUnconfirmed([]);
      returnedPrompts = [];
      setInput('', 0);
    },
    removeSentPrefilled: (sentPrompts) => {
      for (const { text } of prefilled.containedIn(sentPrompts)) {
        if (!sentPrompts.includes(text)) continue;
        if (input.value.trim() === text.trim()) setInput('', 0);
        prefilled.removeContainedIn(text);
      }
    },
    setPromptAwaitingKey: (prompt) => {
      promptAwaitingKey = prompt;
    },
    returnPrompts: (prompts) => {
      if (prompts.length === 0) return;
      if (input.value === '') {
        returnedPrompts = prompts;
        insertIfEmpty(prompts.join(promptSeparator));
      } else {
        for (const prompt of prompts) history.add(prompt);
        pending.addRecovered(prompts);
      }
    },
    prefill: ({ text, more, awaitsKey }) => {
      // If the host returns a sent prompt for editing, it does not confirm the prompt, so the page stops waiting for
      // the confirmation.
      pending.confirm(text);
      if (input.value.trim() !== text.trim()) {
        // If the user has not edited the previous prefilled prompt, moves it to the prompt history to make way for the
        // new one.
        if (prefilled.isPrefilled(input.value)) {
          history.add(input.value.trim());
          setInput('', 0);
        }
        insertIfEmpty(text);
      }
      if (text !== '') prefilled.add({ text, more });
      if (awaitsKey) promptAwaitingKey = text;
      moveFocus(input);
      handleDraftChange();
    },
    confirmPrompt: (prompt) => {
      prefilled.removeContainedIn(prompt);
      if (!pending.confirm(prompt)) removeReturnedPrompt(prompt);
      options.onDraftChange();
    },
    setContext: (items, unread = []) => {
      contextIds = [...items.map(({ id }) => id), ...unread];
      chips.update(items);
      options.onDraftChange();
    },
    showSuggestions: (request, items) => popup.showSuggestions(request, items),
    setConnection: (connection) => {
      hasKey = canSendPrompt(connection);
      if (hasKey) promptAwaitingKey = undefined;
      modelChoice.setConnection(connection);
    },
    setRoute: (host) => modelChoice.setRoute(host),
    setModelOnce: (once) => modelChoice.setOnce(once),
    closePopup: () => popup.close(),
  };
}
