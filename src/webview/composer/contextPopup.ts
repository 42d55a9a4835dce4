import type { PanelStrings } from '../../shared/panelStrings';
import type { ContextSuggestion } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element } from '../util/element';

interface ContextPopup {
  readonly element: HTMLElement;
  /** Updates the popup after the page, not the user, has changed the text. This never opens the popup. */
  refresh(): void;
  showSuggestions(request: number, items: readonly ContextSuggestion[]): void;
  /** Handles a key while suggestions are open or requested. @returns whether the popup has handled the key */
  handleKey(event: KeyboardEvent): boolean;
  /** Closes the popup until the user types another `#`. @returns whether the popup was open */
  close(): boolean;
}

/**
 * Creates the popup that suggests context items after a `#` in the composer. The focus stays in the text field.
 * @param onSend called if the user pressed Enter while the suggestions were loading, and none of them matches the query
 */
export function createContextPopup(
  { strings, format, post, announcer }: PageContext,
  input: HTMLTextAreaElement,
  onSend: () => void,
): ContextPopup {
  let query: ContextQuery | undefined;
  let dismissedStart: number | undefined;
  let requestNumber = 0;
  let isAnswered = false;
  /** Enter or Tab, if the user pressed it before the suggestions arrived. The key is handled when they arrive. */
  let deferredKey: 'Enter' | 'Tab' | undefined;

  const choose = (item: ContextSuggestion): void => {
    if (!query) return;
    const { start, text } = query;
    reset();
    deleteText(input, start, start + 1 + text.length);
    post(item.kind === 'pick' ? { type: 'pickContext' } : { type: 'attach', id: item.id });
  };
  const options = createContextOptions(strings, input, choose);
  const reset = (): void => {
    query = deferredKey = undefined;
    options.show([], undefined);
  };
  const requestSuggestions = (next: ContextQuery): void => {
    if (query?.start !== next.start) options.show([], undefined);
    query = next;
    isAnswered = false;
    deferredKey = undefined;
    requestNumber += 1;
    post({ type: 'suggestContext', request: requestNumber, query: next.text });
  };
  const close = (): boolean => {
    const wasOpen = options.isOpen;
    dismissedStart = query?.start ?? dismissedStart;
    reset();
    return wasOpen;
  };

  const refresh = (cause: 'typing' | 'caret'): void => {
    const { value, selectionStart, selectionEnd } = input;
    const nextQuery = selectionStart === selectionEnd ? contextQueryAt(value, selectionStart) : undefined;
    if (nextQuery?.start !== dismissedStart) dismissedStart = undefined;
    if (!nextQuery) reset();
    else if (dismissedStart === undefined && (query || cause === 'typing') && !isSame(query, nextQuery))
      requestSuggestions(nextQuery);
  };

  input.addEventListener('input', (event) => {
    // Text that the user is still composing with an input method is not a query yet.
    if (!isComposingInput(event)) refresh(isTyped(event) ? 'typing' : 'caret');
  });
  input.addEventListener('compositionend', () => refresh('typing'));
  for (const type of ['keyup', 'click'] as const) input.addEventListener(type, () => refresh('caret'));
  input.addEventListener('blur', reset);
  return {
    element: options.element,
    refresh: () => refresh('caret'),
    showSuggestions: (number, items) => {
      if (!query || number !== requestNumber) return;
      isAnswered = true;
      // Lets Enter send the prompt if no file matches, because the user may have meant the `#` literally.
      const hasNoMatch = query.text !== '' && items[0]?.kind === 'pick';
      options.show(items, hasNoMatch ? undefined : 0);
      if (items.length > 0) {
        announcer.announce(format.plural(items.length, strings.contextSuggestionsOne, strings.contextSuggestionsCount));
      }
      const key = deferredKey;
      deferredKey = undefined;
      if (key && options.active) choose(options.active);
      else if (key === 'Enter') onSend();
    },
    handleKey: ({ key, ctrlKey, metaKey, altKey, shiftKey }) => {
      if (key === 'Escape') return close();
      // Closes the suggestions on Shift+Tab. Otherwise the focus would move into the list, which closes when the text
      // field loses the focus.
      if (key === 'Tab' && shiftKey) reset();
      if (!query || ctrlKey || metaKey || altKey || shiftKey) return false;
      switch (key) {
        case 'ArrowDown':
          return options.move(1);
        case 'ArrowUp':
          return options.move(-1);
        case 'Enter':
        case 'Tab':
          if (!isAnswered) {
            // Until the suggestions arrive, remembers only the first Enter or Tab. A second press has its usual effect,
            // so that the user never has to wait for suggestions.
            if (deferredKey) return false;
            deferredKey = key;
            return true;
          }
          if (!options.active) return false;
          choose(options.active);
          return true;
        default:
          return false;
      }
    },
    close,
  };
}

function isSame(a: ContextQuery | undefined, b: ContextQuery): boolean {
  return a?.start === b.start && a.text === b.text;
}

/** Returns whether an event was caused by typing. Pasting, dropping and undoing never open the popup. */
function isTyped(event: Event): boolean {
  return !('inputType' in event) || /^(insertText|insertComposition|delete)/.test(String(event.inputType));
}

function isComposingInput(event: Event): boolean {
  return 'isComposing' in event && event.isComposing === true;
}

/** Deletes a range of the text. The user can undo the deletion, and an `input` event is fired. */
function deleteText(input: HTMLTextAreaElement, start: number, end: number): void {
  input.focus();
  input.setSelectionRange(start, end);
  if (executeDelete()) return;
  input.setRangeText('', start, end, 'end');
  input.dispatchEvent(new window.Event('input', { bubbles: true }));
}

/**
 * Deletes the selection with `execCommand`, the only API that adds to the undo history. The API is deprecated, but it
 * has no replacement.
 */
function executeDelete(): boolean {
  const execute: unknown = Reflect.get(document, 'execCommand');
  return typeof execute === 'function' && execute.call(document, 'delete') === true;
}

/**
 * Creates a list box for a text field that keeps the focus. The field stays a `textbox`, for which `aria-expanded` is
 * not allowed, so the popup announces the number of suggestions instead.
 */
function createContextOptions(
  strings: PanelStrings,
  input: HTMLTextAreaElement,
  onChoose: (item: ContextSuggestion) => void,
) {
  const list = element('div', {
    class: 'context-options',
    id: 'context-options',
    role: 'listbox',
    'aria-label': strings.contextSuggestions,
    // The list must be focusable because it can scroll (axe rule `scrollable-region-focusable`).
    tabindex: '0',
  });
  list.hidden = true;
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-haspopup', 'listbox');
  let items: readonly ContextSuggestion[] = [];
  let active: number | undefined;

  const highlight = (index: number | undefined): void => {
    active = index;
    for (const [position, option] of [...list.children].entries())
      option.setAttribute('aria-selected', String(position === index));
    const highlighted = index === undefined ? undefined : (list.children[index] as HTMLElement | undefined);
    if (highlighted) {
      input.setAttribute('aria-activedescendant', highlighted.id);
      keepInView(list, highlighted);
    } else input.removeAttribute('aria-activedescendant');
  };
  const createOption = (item: ContextSuggestion, index: number): HTMLElement => {
    const option = element(
      'div',
      { class: 'context-option', id: `context-option-${index}`, role: 'option' },
      element('span', { class: 'context-option-label' }, item.label),
      ' ',
      element('span', { class: 'context-option-detail' }, item.detail),
    );
    option.title = item.detail === '' ? item.label : `${item.label} · ${item.detail}`;
    option.addEventListener('click', () => onChoose(item));
    // Listens to `mousemove`, because `mouseenter` would also fire when the keyboard scrolls the list under a pointer
    // that does not move.
    option.addEventListener('mousemove', () => highlight(index));
    return option;
  };

  // Prevents the default action, so that a click on the list does not take the focus away from the text field.
  list.addEventListener('mousedown', (event) => event.preventDefault());
  return {
    element: list,
    get isOpen(): boolean {
      return items.length > 0;
    },
    get active(): ContextSuggestion | undefined {
      return active === undefined ? undefined : items[active];
    },
    /** Shows the options and highlights the one at `index`. Enter chooses the highlighted option. */
    show: (next: readonly ContextSuggestion[], index: number | undefined): void => {
      if (next.length === 0 && items.length === 0) return;
      items = next;
      list.replaceChildren(...items.map(createOption));
      list.hidden = items.length === 0;
      if (list.hidden) input.removeAttribute('aria-controls');
      else input.setAttribute('aria-controls', list.id);
      highlight(items.length > 0 ? index : undefined);
    },
    /**
     * Highlights the next or the previous option, and wraps around at both ends of the list.
     * @returns false if there are no options
     */
    move: (by: 1 | -1): boolean => {
      if (items.length === 0) return false;
      highlight(active === undefined ? (by > 0 ? 0 : items.length - 1) : (active + by + items.length) % items.length);
      return true;
    },
  };
}

function keepInView(list: HTMLElement, option: HTMLElement): void {
  const end = option.offsetTop + option.offsetHeight;
  if (option.offsetTop < list.scrollTop) list.scrollTop = option.offsetTop;
  else if (end > list.scrollTop + list.clientHeight) list.scrollTop = end - list.clientHeight;
}

/** A `#` in the composer and the text that the user is typing after it, for which context items are suggested. */
interface ContextQuery {
  /** Offset of the `#` in the text. */
  readonly start: number;
  readonly text: string;
}

/**
 * Maximum length of the text after a `#` for which context is suggested, in characters. File systems do not allow
 * longer file names.
 */
const maxQueryLength = 260;

/**
 * Matches a context query (a `#` and the text after it) that ends at the caret. A `#` after a letter or a digit (`C#`,
 * `page#part`) does not begin a query, but a `#` after a bracket, a punctuation mark or a character of a script without
 * spaces does. A full-width `＃`, which Chinese input methods enter, has the same effect as `#`.
 */
const queryPattern =
  /(?:^|[\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}([{<"'“‘「『（【《，。、；：！？,;:!?])[#＃]([^\s#＃]*)$/u;

/** Returns the context query at the caret, for example for `#src`, or undefined if the caret is not in a query. */
export function contextQueryAt(text: string, caret: number): ContextQuery | undefined {
  const from = Math.max(0, caret - maxQueryLength);
  const match = queryPattern.exec(text.slice(from, caret));
  const query = match?.[1];
  // Ignores a `#` before a number, such as `#123`, because that usually refers to an issue.
  if (query === undefined || /^\d+$/.test(query)) return undefined;
  const start = caret - query.length - 1;
  // Only the end of the text is searched. Ignores a `#` at the start of that part, unless the part is the whole text,
  // because the pattern can't check the character before it.
  return start === from && start > 0 ? undefined : { start, text: query };
}
