import type { ContextSuggestion, PanelStrings } from '../../shared/protocol';
import { element } from '../util/element';

interface ContextOptions {
  readonly element: HTMLElement;
  readonly open: boolean;
  readonly active: ContextSuggestion | undefined;
  /** @param active index of the one that Enter takes */
  show(items: readonly ContextSuggestion[], active: number | undefined): void;
  /** To the next or the one before, around the ends. @returns whether there is any */
  move(by: 1 | -1): boolean;
}

/**
 * A list box that belongs to a text field, which keeps the focus. The field stays a `textbox`: `aria-expanded` is not
 * for one, so how many there are is announced instead.
 */
export function createContextOptions(
  strings: PanelStrings,
  input: HTMLTextAreaElement,
  onChoose: (item: ContextSuggestion) => void,
): ContextOptions {
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
    get open() {
      return items.length > 0;
    },
    get active() {
      return active === undefined ? undefined : items[active];
    },
    show: (next, index) => {
      if (next.length === 0 && items.length === 0) return;
      items = next;
      list.replaceChildren(...items.map(optionOf));
      list.hidden = items.length === 0;
      if (list.hidden) input.removeAttribute('aria-controls');
      else input.setAttribute('aria-controls', list.id);
      mark(items.length > 0 ? index : undefined);
    },
    move: (by) => {
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
export interface ContextQuery {
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
