import { element, iconButton, svgIcon } from './element';

export interface MenuItem {
  readonly caption: string;
  readonly title?: string | undefined;
  /** Second line of the menu item. */
  readonly detail?: string | undefined;
  /** Whether the item is checked, because it is the current choice. Undefined if the item can't be checked. */
  readonly isChecked?: boolean | undefined;
  readonly choose: () => void;
}

/**
 * Creates a button that opens a menu, with the keys of the ARIA menu pattern. The button and the menu must be next to
 * each other in the document. Escape or a click elsewhere closes the menu. The menu also closes when the page scrolls,
 * or when another part of VS Code gets the focus.
 * @param listItems returns the items; it is called each time before the menu opens, and without items the menu stays
 * closed
 * @param describe returns a text that is shown above the items and is part of the button's accessible name
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/
 */
export function createMenu(
  caption: string,
  listItems: () => readonly MenuItem[],
  trigger = iconButton(caption, 'ellipsis'),
  describe?: () => string,
): readonly HTMLElement[] {
  const menu = element('div.menu', { role: 'menu', popover: 'auto', 'aria-label': caption });
  trigger.setAttribute('aria-haspopup', 'menu');
  trigger.popoverTargetElement = menu;
  let elements: readonly HTMLElement[] = [];
  trigger.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    trigger.click();
  });
  const close = ({ target }: Event): void => {
    if (target === menu) return;
    // Removes the focus from the menu item if another part of VS Code has the focus. Otherwise, closing the menu would
    // move the focus back to the menu's button.
    if (!document.hasFocus()) elements.find((item) => item === document.activeElement)?.blur();
    menu.hidePopover();
    setWatching(false);
  };
  const setWatching = (isOpen: boolean): void => {
    const change = isOpen ? 'addEventListener' : 'removeEventListener';
    window[change]('blur', close);
    window[change]('scroll', close, { capture: true });
  };
  menu.addEventListener('beforetoggle', (event) => {
    if (event.newState !== 'open') return;
    elements = listItems().map((item) => createItem(item, menu));
    if (elements.length === 0) {
      event.preventDefault();
      return;
    }
    const text = describe && element('div.menu-text', { 'aria-hidden': 'true' }, describe());
    menu.replaceChildren(...(text ? [text] : []), ...elements);
  });
  menu.addEventListener('toggle', ({ newState }) => {
    setWatching(newState === 'open');
    if (newState === 'open') (elements.find(({ ariaChecked }) => ariaChecked === 'true') ?? elements[0])?.focus();
  });
  menu.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Tab') menu.hidePopover();
    const next = findTarget(
      event.key,
      elements,
      elements.findIndex((item) => item === document.activeElement),
    );
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    next.focus();
  });
  return [trigger, menu];
}

function createItem({ caption, title, detail, isChecked, choose }: MenuItem, menu: HTMLElement): HTMLElement {
  const item = element('button.menu-item', { type: 'button', role: 'menuitem', tabindex: '-1' }, caption);
  if (title !== undefined) item.title = title;
  if (detail !== undefined) {
    item.setAttribute('aria-label', caption);
    item.setAttribute('aria-description', detail);
    item.append(element('span.menu-item-detail', detail));
  }
  if (isChecked !== undefined) {
    item.setAttribute('role', 'menuitemradio');
    item.ariaChecked = String(isChecked);
    item.append(svgIcon('check'));
  }
  // The item under the pointer gets the focus, so that only one item is highlighted, as in the menus of VS Code.
  item.addEventListener('mousemove', () => item.focus());
  item.addEventListener('click', () => {
    // The menu closes first, because closing returns the focus to the menu's button. The action can then move the focus
    // elsewhere.
    menu.hidePopover();
    choose();
  });
  return item;
}

function findTarget(key: string, items: readonly HTMLElement[], index: number): HTMLElement | undefined {
  switch (key) {
    case 'ArrowDown':
      return items[(index + 1) % items.length];
    case 'ArrowUp':
      return items.at(index <= 0 ? -1 : index - 1);
    case 'Home':
      return items[0];
    case 'End':
      return items.at(-1);
    default: {
      const later = [...items.slice(index + 1), ...items.slice(0, index + 1)];
      return key.length === 1
        ? later.find((item) => item.textContent.toLowerCase().startsWith(key.toLowerCase()))
        : undefined;
    }
  }
}
