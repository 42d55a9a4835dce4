import type { ComposerSuggestion } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { createSuggestionOptions } from './suggestionOptions';

/**
 * Creates the popup that suggests context items after a `#` in the composer, and commands and custom prompts after a `/`
 * in an otherwise empty composer. The focus stays in the text field.
 * @param onSend called if no suggestion matches and the user pressed Enter before the suggestions arrived
 */
export function createSuggestionPopup(context: PageContext, input: HTMLTextAreaElement, onSend: () => void) {
  const { strings, format, announcer, post, request } = context;
  let query: SuggestionQuery | undefined;
  let dismissedStart: number | undefined;
  /**
   * Offset in the text at which `open` has inserted a `#`, after a space if necessary. The inserted text is removed if
   * the user chooses no suggestion. Undefined if the user has typed the `#`.
   */
  let insertedStart: number | undefined;
  let isAnswered = false;
  /**
   * Enter or Tab key that the user pressed before the suggestions arrived. The key is handled when the suggestions
   * arrive.
   */
  let deferredKey: 'Enter' | 'Tab' | undefined;

  const reset = (): void => {
    query = deferredKey = insertedStart = undefined;
    options.show([]);
  };

  const choose = (item: ComposerSuggestion): void => {
    if (!query) return;
    const end = endOf(query);
    const start = insertedStart ?? query.start;
    reset();
    input.focus();
    replaceText(input, start, end, '');
    const { id, kind } = item;
    if (kind === 'browse') post({ type: 'browseContext' });
    else post({ type: kind === 'command' || kind === 'prompt' ? 'runCommand' : 'attach', id });
  };

  const options = createSuggestionOptions(input, choose);

  const showSuggestions = (answered: SuggestionQuery, items: readonly ComposerSuggestion[]): void => {
    if (answered !== query) return;
    isAnswered = true;
    // If no file matches, no suggestion is highlighted, so that Enter sends the prompt. The user might have typed the
    // `#` as a part of the prompt.
    const isPrompt = insertedStart === undefined && query.text !== '' && items[0]?.kind === 'browse';
    options.show(items, !isPrompt);
    const { length } = items.filter(({ unavailable }) => !unavailable);
    if (length > 0) {
      announcer.announce(format.plural(length, strings.contextSuggestionsOne, strings.contextSuggestionsCount));
    }
    const key = deferredKey;
    deferredKey = undefined;
    if (key && options.active) choose(options.active);
    else if (key === 'Enter') onSend();
  };

  const requestSuggestions = (next: SuggestionQuery): void => {
    if (query?.start !== next.start) reset();
    query = next;
    isAnswered = false;
    deferredKey = undefined;
    const areCommands = next.prefix === '/';
    options.element.ariaLabel = areCommands ? strings.commandSuggestions : strings.contextSuggestions;
    const type = areCommands ? 'suggestCommands' : 'suggestContext';
    request({ type, query: next.text }, (items) => showSuggestions(next, items));
  };

  /** Updates the popup after the text or the position of the caret has changed. Only typing opens the popup. */
  const refresh = (cause: 'typing' | 'caret'): void => {
    const { value, selectionStart, selectionEnd } = input;
    const next = selectionStart === selectionEnd ? queryAt(value, selectionStart) : undefined;
    if (next?.start !== dismissedStart) dismissedStart = undefined;
    if (!next) reset();
    else if (dismissedStart === undefined && (query || cause === 'typing') && !isSame(query, next))
      requestSuggestions(next);
  };

  /**
   * Closes the popup, which doesn't open again until the user types another `#` or `/`.
   * @returns whether the popup was open
   */
  const close = (): boolean => {
    const closedQuery = query;
    const insertedAt = insertedStart;
    const wasOpen = options.isOpen || insertedAt !== undefined;
    reset();
    if (closedQuery && insertedAt !== undefined) replaceText(input, insertedAt, endOf(closedQuery), '');
    else dismissedStart = closedQuery?.start ?? dismissedStart;
    return wasOpen;
  };

  input.addEventListener('input', (event) => {
    const { isComposing, inputType } = event;
    // Text that the user is still composing with an input method is not a query for suggestions yet.
    if (!isComposing) refresh(typingInputTypes.test(inputType) ? 'typing' : 'caret');
  });
  input.addEventListener('compositionend', () => refresh('typing'));
  for (const type of ['keyup', 'click'] as const) input.addEventListener(type, () => refresh('caret'));
  input.addEventListener('blur', () => (insertedStart === undefined ? reset() : close()));

  return {
    element: options.element,
    refresh,
    close,
    /** Opens the popup by inserting a `#` at the caret. */
    open: (): void => {
      input.focus();
      if (query?.prefix === '#') return;
      const { selectionEnd: start, value } = input;
      const text = contextQueryAt(`${value.slice(0, start)}#`, start + 1) ? '#' : ' #';
      replaceText(input, start, start, text);
      refresh('typing');
      insertedStart = start;
    },
    /** Handles a key while suggestions are open or requested. @returns whether the popup has handled the key */
    handleKey: ({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean => {
      if (key === 'Escape') return close();
      // Shift+Tab closes the suggestions. Otherwise, the focus would move into the list, which closes when the text
      // field loses the focus.
      if (key === 'Tab' && shiftKey) reset();
      if (!query || ctrlKey || metaKey || altKey || shiftKey) return false;
      if (key === 'ArrowDown') return options.move(1);
      if (key === 'ArrowUp') return options.move(-1);
      if (key !== 'Enter' && key !== 'Tab') return false;
      if (!isAnswered) {
        // Before the suggestions arrive, only the first press of Enter or Tab is remembered. A second press has its
        // usual effect, so that the user never has to wait for suggestions.
        if (deferredKey) return false;
        deferredKey = key;
        return true;
      }
      if (!options.active) return false;
      choose(options.active);
      return true;
    },
  };
}

function endOf({ start, text }: SuggestionQuery): number {
  return start + 1 + text.length;
}

function isSame(a: SuggestionQuery | undefined, b: SuggestionQuery): boolean {
  return a?.start === b.start && a.text === b.text && a.prefix === b.prefix;
}

/** Matches the types of `input` events that can open the popup. Pasting, dropping and undoing never open the popup. */
const typingInputTypes = /^(insertText|insertComposition|delete)/;

/** Replaces a range of the text in the composer. The user can undo the change, and an `input` event is fired. */
function replaceText(input: HTMLTextAreaElement, start: number, end: number, text: string): void {
  input.setSelectionRange(start, end);
  if (document.activeElement === input && executeCommand(text)) return;
  input.setRangeText(text, start, end, 'end');
  input.dispatchEvent(new window.Event('input', { bubbles: true }));
}

/** `execCommand` is deprecated, but no other API adds a change to the undo history of a text field. */
function executeCommand(text: string): boolean {
  const execute: unknown = Reflect.get(document, 'execCommand');
  const command = text === '' ? ['delete'] : ['insertText', false, text];
  return typeof execute === 'function' && execute.apply(document, command) === true;
}

/** A `#` or `/` in the composer and the text that the user is typing after it. */
interface SuggestionQuery {
  readonly prefix: '#' | '/';
  /** Offset of the prefix in the text of the composer. */
  readonly start: number;
  readonly text: string;
}

/**
 * Matches a context query that ends at the caret: a `#` and the text after it. A `#` after a letter or a digit (`C#`,
 * `page#part`) does not begin a query, except after a Chinese, Japanese or Korean character. The full-width `＃` of
 * Chinese input methods has the same effect as `#`. A query has at most 260 characters, because no file name is longer.
 */
const queryPattern =
  /(?:^|[\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}([{<"'“‘「『（【《，。、；：！？,;:!?])[#＃]([^\s#＃]{0,260})$/u;

/**
 * Returns the query for context items at the caret, for example `src` for `#src`, or undefined if the caret is not in a
 * query.
 */
export function contextQueryAt(text: string, caret: number): SuggestionQuery | undefined {
  const query = queryPattern.exec(text.slice(0, caret))?.[1];
  // A `#` before a number, such as `#123`, is not a query, because it usually refers to an issue.
  if (query === undefined || /^\d+$/.test(query)) return undefined;
  return { prefix: '#', start: caret - query.length - 1, text: query };
}

/**
 * Returns the query at the caret. A query for commands is the whole text of the composer. A second `/` ends the query,
 * because the text is then a path. Chinese input methods type the full-width `／`.
 */
function queryAt(text: string, caret: number): SuggestionQuery | undefined {
  const command = caret === text.length ? /^[/／]([^/／\n]{0,100})$/.exec(text)?.[1] : undefined;
  return contextQueryAt(text, caret) ?? (command === undefined ? undefined : { prefix: '/', start: 0, text: command });
}
