import { element, iconButton } from './element';
import type { Icon } from './icons';

export interface MenuItem {
  readonly caption: string;
  readonly title?: string | undefined;
  readonly choose: () => void;
}

/**
 * Creates an icon button that opens a menu, with the keys of the ARIA menu pattern. The button and the menu belong
 * beside each other in the document. The browser closes the menu on Escape and on a click elsewhere.
 * @param listItems called each time the menu opens
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/
 */
export function createMenu(caption: string, icon: Icon, listItems: () => readonly MenuItem[]): readonly HTMLElement[] {
  const menu = element('div', { class: 'menu', role: 'menu', popover: 'auto', 'aria-label': caption });
  const trigger = iconButton(caption, icon, () => undefined);
  trigger.setAttribute('aria-haspopup', 'menu');
  trigger.popoverTargetElement = menu;
  menu.addEventListener('beforetoggle', (event) => {
    if (event.newState === 'open') menu.replaceChildren(...listItems().map((item) => createItem(item, menu)));
  });
  menu.addEventListener('toggle', (event) => {
    if (event.newState === 'open') itemsOf(menu)[0]?.focus();
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key === 'Tab') menu.hidePopover();
    const items = itemsOf(menu);
    const next = findTarget(
      event.key,
      items,
      items.findIndex((item) => item === document.activeElement),
    );
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    next.focus();
  });
  return [trigger, menu];
}

/** Returns whether the target of an event is in an open menu, whose keys have no other effect. */
export function isMenu(target: EventTarget | null): boolean {
  return target !== null && 'closest' in target && (target as Element).closest('[role="menu"]') !== null;
}

function createItem({ caption, title, choose }: MenuItem, menu: HTMLElement): HTMLElement {
  const item = element('button', { type: 'button', class: 'menu-item', role: 'menuitem', tabindex: '-1' }, caption);
  if (title !== undefined) item.title = title;
  item.addEventListener('click', () => {
    // Closes the menu first: that returns the focus to the button, and the action may move the focus elsewhere.
    menu.hidePopover();
    choose();
  });
  return item;
}

function itemsOf(menu: HTMLElement): readonly HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role="menuitem"]')];
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
