import type { PanelStrings } from '../../shared/panelStrings';
import type { ContextSuggestion } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element } from '../util/element';

interface ContextPopup {
  readonly element: HTMLElement;
  /** The text has been changed by the page: that opens nothing. */
  refresh(): void;
  suggest(request: number, items: readonly ContextSuggestion[]): void;
  /** @returns whether the key was for the popup. */
  takesKey(event: KeyboardEvent): boolean;
  /** Stays closed until another `#` is typed. @returns whether it was open */
  close(): boolean;
}

/**
 * What can be attached, behind a `#` in the composer. The focus stays in the text.
 * @param onSend an Enter was held for suggestions, and there was nothing to choose
 */
export function createContextPopup(
  { strings, format, post, announcer }: PageContext,
  input: HTMLTextAreaElement,
  onSend: () => void,
): ContextPopup {
  let query: ContextQuery | undefined;
  let closedAt: number | undefined;
  let request = 0;
  let answered = false;
  /** A key that came before what it chooses from. */
  let held: 'Enter' | 'Tab' | undefined;

  const choose = (item: ContextSuggestion): void => {
    if (!query) return;
    const { start, text } = query;
    forget();
    deleteText(input, start, start + 1 + text.length);
    post(item.kind === 'pick' ? { type: 'pickContext' } : { type: 'attach', id: item.id });
  };
  const options = createContextOptions(strings, input, choose);
  const forget = (): void => {
    query = held = undefined;
    options.show([], undefined);
  };
  const ask = (next: ContextQuery): void => {
    if (query?.start !== next.start) options.show([], undefined);
    query = next;
    answered = false;
    held = undefined;
    request += 1;
    post({ type: 'suggestContext', request, query: next.text });
  };
  const close = (): boolean => {
    const wasOpen = options.open;
    closedAt = query?.start ?? closedAt;
    forget();
    return wasOpen;
  };

  const refresh = (how: 'type' | 'look'): void => {
    const { value, selectionStart, selectionEnd } = input;
    const found = selectionStart === selectionEnd ? contextQueryAt(value, selectionStart) : undefined;
    if (found?.start !== closedAt) closedAt = undefined;
    if (!found) forget();
    else if (closedAt === undefined && (query || how === 'type') && !isSame(query, found)) ask(found);
  };

  input.addEventListener('input', (event) => {
    // What an input method is still composing is no query yet.
    if (!isComposingInput(event)) refresh(isTyped(event) ? 'type' : 'look');
  });
  input.addEventListener('compositionend', () => refresh('type'));
  for (const type of ['keyup', 'click'] as const) input.addEventListener(type, () => refresh('look'));
  input.addEventListener('blur', forget);
  return {
    element: options.element,
    refresh: () => refresh('look'),
    suggest: (number, items) => {
      if (!query || number !== request) return;
      answered = true;
      // Where nothing is found the words may be meant as they are: Enter then sends.
      const nothing = query.text !== '' && items[0]?.kind === 'pick';
      options.show(items, nothing ? undefined : 0);
      if (items.length > 0) {
        announcer.announce(format.plural(items.length, strings.contextSuggestionsOne, strings.contextSuggestionsCount));
      }
      const key = held;
      held = undefined;
      if (key && options.active) choose(options.active);
      else if (key === 'Enter') onSend();
    },
    takesKey: ({ key, ctrlKey, metaKey, altKey, shiftKey }) => {
      if (key === 'Escape') return close();
      // Whoever goes back must not arrive in a list that closes behind them.
      if (key === 'Tab' && shiftKey) forget();
      if (!query || ctrlKey || metaKey || altKey || shiftKey) return false;
      switch (key) {
        case 'ArrowDown':
          return options.move(1);
        case 'ArrowUp':
          return options.move(-1);
        case 'Enter':
        case 'Tab':
          if (!answered) {
            // The second time it is meant as it always is: nobody has to wait for suggestions.
            if (held) return false;
            held = key;
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

/** Not pasted, dropped or undone: that opens nothing. */
function isTyped(event: Event): boolean {
  return !('inputType' in event) || /^(insertText|insertComposition|delete)/.test(String(event.inputType));
}

function isComposingInput(event: Event): boolean {
  return 'isComposing' in event && event.isComposing === true;
}

/** Takes out a part of what is written, as a person would: it can be undone, and there is an `input` event. */
function deleteText(input: HTMLTextAreaElement, start: number, end: number): void {
  input.focus();
  input.setSelectionRange(start, end);
  if (executeDelete()) return;
  input.setRangeText('', start, end, 'end');
  input.dispatchEvent(new window.Event('input', { bubbles: true }));
}

/** The one way into the undo history of a text field: deprecated, without a successor. */
function executeDelete(): boolean {
  const execute: unknown = Reflect.get(document, 'execCommand');
  return typeof execute === 'function' && execute.call(document, 'delete') === true;
}

/**
 * A list box that belongs to a text field, which keeps the focus. The field stays a `textbox`: `aria-expanded` is not
 * for one, so how many there are is announced instead.
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
    // It scrolls; the keyboard does that from the text.
    tabindex: '0',
  });
  list.hidden = true;
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-haspopup', 'listbox');
  let items: readonly ContextSuggestion[] = [];
  let active: number | undefined;

  const mark = (index: number | undefined): void => {
    active = index;
    for (const [at, option] of [...list.children].entries()) option.setAttribute('aria-selected', String(at === index));
    const marked = index === undefined ? undefined : (list.children[index] as HTMLElement | undefined);
    if (marked) {
      input.setAttribute('aria-activedescendant', marked.id);
      keepInView(list, marked);
    } else input.removeAttribute('aria-activedescendant');
  };
  const optionOf = (item: ContextSuggestion, index: number): HTMLElement => {
    const option = element(
      'div',
      { class: 'context-option', id: `context-option-${index}`, role: 'option' },
      element('span', { class: 'context-option-label' }, item.label),
      ' ',
      element('span', { class: 'context-option-detail' }, item.detail),
    );
    option.title = item.detail === '' ? item.label : `${item.label} · ${item.detail}`;
    option.addEventListener('click', () => onChoose(item));
    // Not on entering: a list that scrolls under a resting pointer is moved by the keyboard.
    option.addEventListener('mousemove', () => mark(index));
    return option;
  };

  // The text keeps the focus.
  list.addEventListener('mousedown', (event) => event.preventDefault());
  return {
    element: list,
    get open(): boolean {
      return items.length > 0;
    },
    get active(): ContextSuggestion | undefined {
      return active === undefined ? undefined : items[active];
    },
    /** @param index of the one that Enter takes */
    show: (next: readonly ContextSuggestion[], index: number | undefined): void => {
      if (next.length === 0 && items.length === 0) return;
      items = next;
      list.replaceChildren(...items.map(optionOf));
      list.hidden = items.length === 0;
      if (list.hidden) input.removeAttribute('aria-controls');
      else input.setAttribute('aria-controls', list.id);
      mark(items.length > 0 ? index : undefined);
    },
    /** To the next or the one before, around the ends. @returns whether there is any */
    move: (by: 1 | -1): boolean => {
      if (items.length === 0) return false;
      mark(active === undefined ? (by > 0 ? 0 : items.length - 1) : (active + by + items.length) % items.length);
      return true;
    },
  };
}

function keepInView(list: HTMLElement, option: HTMLElement): void {
  const end = option.offsetTop + option.offsetHeight;
  if (option.offsetTop < list.scrollTop) list.scrollTop = option.offsetTop;
  else if (end > list.scrollTop + list.clientHeight) list.scrollTop = end - list.clientHeight;
}

/** What is being typed behind a `#`. */
interface ContextQuery {
  /** Where the `#` is. */
  readonly start: number;
  readonly text: string;
}

/** No name of a file is longer. */
const reach = 260;

/**
 * Not behind a letter or a digit (`C#`, `page#part`), but behind brackets, marks and scripts that put no spaces between
 * words; an input method may make the sign a full-width one.
 */
const typed =
  /(?:^|[\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}([{<"'“‘「『（【《，。、；：！？,;:!?])[#＃]([^\s#＃]*)$/u;

/** @returns undefined when the caret is not in a query. */
export function contextQueryAt(text: string, caret: number): ContextQuery | undefined {
  const from = Math.max(0, caret - reach);
  const match = typed.exec(text.slice(from, caret));
  const query = match?.[1];
  // The number of an issue is no context.
  if (query === undefined || /^\d+$/.test(query)) return undefined;
  const start = caret - query.length - 1;
  // What was cut off to look at the rest is no white space.
  return start === from && start > 0 ? undefined : { start, text: query };
}
