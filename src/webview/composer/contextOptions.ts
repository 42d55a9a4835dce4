import type { PanelStrings } from '../../shared/panelStrings';
import type { ContextSuggestion } from '../../shared/protocol';
import { element, type Icon, svgIcon } from '../util/element';

const icons: Readonly<Record<ContextSuggestion['kind'], Icon>> = {
  selection: 'listSelection',
  editors: 'files',
  problems: 'warning',
  file: 'file',
  browse: 'folderOpened',
};

/**
 * A list box for a text field that keeps the focus. The field stays a `textbox`, for which `aria-expanded` is not
 * allowed, so the popup announces the number of suggestions instead.
 */
export class ContextOptions {
  readonly element: HTMLElement;
  private items: readonly ContextSuggestion[] = [];
  private activeIndex: number | undefined;

  constructor(
    strings: PanelStrings,
    private readonly input: HTMLTextAreaElement,
    private readonly onChoose: (item: ContextSuggestion) => void,
  ) {
    this.element = element('div', {
      class: 'context-options',
      id: 'context-options',
      role: 'listbox',
      'aria-label': strings.contextSuggestions,
      // The list must be focusable because it can scroll (axe rule `scrollable-region-focusable`).
      tabindex: '0',
    });
    this.element.hidden = true;
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-haspopup', 'listbox');
    // A click on the list must not take the focus away from the text field.
    this.element.addEventListener('mousedown', (event) => event.preventDefault());
  }

  get isOpen(): boolean {
    return this.items.length > 0;
  }

  get active(): ContextSuggestion | undefined {
    return this.activeIndex === undefined ? undefined : this.items[this.activeIndex];
  }

  /** @param highlightsFirst whether the first available item is highlighted */
  show(items: readonly ContextSuggestion[], highlightsFirst = false): void {
    if (items.length === 0 && !this.isOpen) return;
    this.items = items;
    this.element.replaceChildren(...items.map((item, position) => this.createOption(item, position)));
    this.element.hidden = !this.isOpen;
    if (this.isOpen) this.input.setAttribute('aria-controls', this.element.id);
    else this.input.removeAttribute('aria-controls');
    this.highlight(highlightsFirst ? this.availableIndexes[0] : undefined);
  }

  /** Wraps around at both ends of the list and skips unavailable items. @returns false if there are no options */
  move(by: 1 | -1): boolean {
    const indexes = this.availableIndexes;
    if (indexes.length === 0) return false;
    const from = this.activeIndex === undefined ? -1 : indexes.indexOf(this.activeIndex);
    this.highlight(indexes.at(from < 0 && by < 0 ? -1 : (from + by) % indexes.length));
    return true;
  }

  private get availableIndexes(): readonly number[] {
    return this.items.flatMap(({ unavailable }, index) => (unavailable ? [] : index));
  }

  private highlight(index: number | undefined): void {
    this.activeIndex = index;
    const options = [...this.element.children] as HTMLElement[];
    for (const [position, option] of options.entries())
      option.setAttribute('aria-selected', String(position === index));
    const highlighted = index === undefined ? undefined : options[index];
    if (highlighted) {
      this.input.setAttribute('aria-activedescendant', highlighted.id);
      highlighted.scrollIntoView({ block: 'nearest' });
    } else this.input.removeAttribute('aria-activedescendant');
  }

  private createOption(item: ContextSuggestion, index: number): HTMLElement {
    const option = element(
      'div',
      { class: 'context-option', id: `context-option-${index}`, role: 'option' },
      svgIcon(icons[item.kind]),
      element('span', { class: 'context-option-label' }, item.label),
      ' ',
      element('span', { class: 'context-option-detail' }, item.detail),
    );
    option.title = item.detail === '' ? item.label : `${item.label} · ${item.detail}`;
    if (item.unavailable) {
      option.ariaDisabled = 'true';
      return option;
    }
    option.addEventListener('click', () => this.onChoose(item));
    // Listens to `mousemove`, because `mouseenter` would also fire when the keyboard scrolls the list under a pointer
    // that does not move.
    option.addEventListener('mousemove', () => this.highlight(index));
    return option;
  }
}
