import type { ComposerSuggestion } from '../../shared/protocol';
import { element, type Icon, svgIcon } from '../util/element';

const icons: Readonly<Record<ComposerSuggestion['kind'], Icon>> = {
  selection: 'listSelection',
  editors: 'files',
  problems: 'warning',
  file: 'file',
  browse: 'folderOpened',
  command: 'chevronRight',
  prompt: 'sparkle',
};

/**
 * Creates the list box with the suggestions for a text field that keeps the focus. The popup announces the number of
 * suggestions, because the role `textbox` of the field doesn't allow `aria-expanded`.
 */
export function createSuggestionOptions(input: HTMLTextAreaElement, onChoose: (item: ComposerSuggestion) => void) {
  let items: readonly ComposerSuggestion[] = [];
  let activeIndex: number | undefined;
  const list = element('div.composer-options', {
    id: 'composer-options',
    role: 'listbox',
    // The list of suggestions must be focusable because it can scroll (axe rule `scrollable-region-focusable`).
    tabindex: '0',
  });
  list.hidden = true;
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-haspopup', 'listbox');
  // A click on the list must not take the focus away from the text field.
  list.addEventListener('mousedown', (event) => event.preventDefault());

  const isOpen = (): boolean => items.length > 0;

  const findAvailable = (): readonly number[] => items.flatMap(({ unavailable }, index) => (unavailable ? [] : index));

  const highlight = (index: number | undefined): void => {
    activeIndex = index;
    const options = [...list.children] as HTMLElement[];
    for (const [position, option] of options.entries())
      option.setAttribute('aria-selected', String(position === index));
    const highlightedOption = index === undefined ? undefined : options[index];
    if (highlightedOption) {
      input.setAttribute('aria-activedescendant', highlightedOption.id);
      highlightedOption.scrollIntoView({ block: 'nearest' });
    } else input.removeAttribute('aria-activedescendant');
  };

  const createOption = (item: ComposerSuggestion, index: number): HTMLElement => {
    const option = element(
      'div.composer-option',
      { id: `composer-option-${index}`, role: 'option' },
      svgIcon(icons[item.kind]),
      element('span.composer-option-label', item.label),
      ' ',
      element('span.composer-option-detail', item.detail),
    );
    option.title = item.detail === '' ? item.label : `${item.label} · ${item.detail}`;
    if (item.unavailable) {
      option.ariaDisabled = 'true';
      return option;
    }
    option.addEventListener('click', () => onChoose(item));
    // Highlights an option on `mousemove`. The event `mouseenter` would also fire when the keyboard scrolls the list
    // under a pointer that does not move.
    option.addEventListener('mousemove', () => highlight(index));
    return option;
  };

  return {
    element: list,
    get isOpen() {
      return isOpen();
    },
    get active() {
      return activeIndex === undefined ? undefined : items[activeIndex];
    },
    /** @param highlightsFirst whether to highlight the first suggestion that can be chosen */
    show: (nextItems: readonly ComposerSuggestion[], highlightsFirst = false): void => {
      if (nextItems.length === 0 && !isOpen()) return;
      items = nextItems;
      list.replaceChildren(...items.map(createOption));
      list.hidden = !isOpen();
      if (isOpen()) input.setAttribute('aria-controls', list.id);
      else input.removeAttribute('aria-controls');
      highlight(highlightsFirst ? findAvailable()[0] : undefined);
    },
    /**
     * Highlights the next or the previous suggestion that can be chosen, and wraps around at both ends of the list.
     * @returns false if no suggestion can be chosen
     */
    move: (by: 1 | -1): boolean => {
      const indexes = findAvailable();
      if (indexes.length === 0) return false;
      const from = activeIndex === undefined ? -1 : indexes.indexOf(activeIndex);
      highlight(indexes.at(from < 0 && by < 0 ? -1 : (from + by) % indexes.length));
      return true;
    },
  };
}
