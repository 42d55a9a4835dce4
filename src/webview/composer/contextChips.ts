import type { DraftContext } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, fillNodes, iconButton } from '../util/element';
import { fill } from '../../shared/format';

interface ContextChips {
  readonly element: HTMLElement;
  update(items: readonly DraftContext[]): void;
  /** Moves the focus to the last chip. @returns false if there is no chip */
  focusLast(): boolean;
}

/**
 * Creates the list of the context items of the next prompt, each with a button that removes the item.
 * @param onEmptied called when the user has removed the last item and the focus was on that item
 */
export function createContextChips(context: PageContext, onEmptied: () => void): ContextChips {
  const { strings, post, announcer } = context;
  const list = element('ul', { class: 'context-chips', 'aria-label': strings.context });
  list.hidden = true;
  /**
   * The chip elements, keyed by their content. An unchanged chip keeps its element, because replacing the element
   * between the press and the release of the mouse button would prevent the click.
   */
  let chips = new Map<string, HTMLElement>();
  /** Ids of the items that were already announced; undefined until the first update, which announces nothing. */
  let existingIds: ReadonlySet<string> | undefined;

  const buttons = (): HTMLButtonElement[] => [...list.querySelectorAll('button')];
  const announce = (items: readonly DraftContext[]): void => {
    const added =
      existingIds &&
      items.filter(({ id }) => existingIds?.has(id) === false).map((item) => announcedName(context, item));
    if (added?.length) announcer.announce(fill(strings.contextAttached, context.format.list(added)));
    existingIds = new Set(items.map(({ id }) => id));
  };
  const create = (item: DraftContext): HTMLElement => {
    const name = nameOf(context, item);
    const remove = iconButton(fill(strings.remove, name), 'remove', () => post({ type: 'detach', id: item.id }));
    return element(
      'li',
      { class: 'context-chip' },
      labelOf(context, item),
      ...outsideMarkOf(context, item),
      ' ',
      sizeOf(context, item),
      remove,
    );
  };

  list.addEventListener('keydown', (event) => {
    const removeButtons = buttons();
    const index = removeButtons.findIndex((button) => button === event.target);
    if (index < 0) return;
    if (event.key === 'Backspace' || event.key === 'Delete') removeButtons[index]?.click();
    else if (event.key === 'ArrowLeft') removeButtons[Math.max(0, index - 1)]?.focus();
    else if (event.key === 'ArrowRight') removeButtons[Math.min(removeButtons.length - 1, index + 1)]?.focus();
    else return;
    event.preventDefault();
  });

  return {
    element: list,
    update: (items) => {
      announce(items);
      const focused = buttons().findIndex((button) => button === document.activeElement);
      const previousChips = chips;
      chips = new Map(
        items.map((item) => {
          const content = JSON.stringify(item);
          return [content, previousChips.get(content) ?? create(item)];
        }),
      );
      for (const [content, chip] of previousChips) if (!chips.has(content)) chip.remove();
      // Moves only chips that are in a wrong position, because an element loses the focus when it is moved.
      for (const [index, chip] of [...chips.values()].entries()) {
        if (list.children[index] !== chip) list.insertBefore(chip, list.children[index] ?? null);
      }
      list.hidden = items.length === 0;
      if (focused < 0 || list.contains(document.activeElement)) return;
      const next = buttons()[Math.min(focused, items.length - 1)];
      if (next) context.moveFocus(next);
      else onEmptied();
    },
    focusLast: () => {
      const last = buttons().at(-1);
      last?.focus();
      return last !== undefined;
    },
  };
}

function nameOf({ strings }: PageContext, { kind, label }: DraftContext): string {
  return kind === 'problems' ? fill(strings.contextProblems, label) : label;
}

function announcedName(context: PageContext, item: DraftContext): string {
  const name = nameOf(context, item);
  return item.realPath === undefined ? name : `${name} → ${item.realPath}`;
}

function outsideMarkOf({ strings }: PageContext, { realPath }: DraftContext): readonly HTMLElement[] {
  if (realPath === undefined) return [];
  const title = fill(strings.contextOutside, realPath);
  return [element('span', { class: 'context-outside', title }, ` → ${realPath}`)];
}

/**
 * Creates a label that shortens the folders of a path first when space is scarce, because the file name is more
 * important.
 */
function labelOf(context: PageContext, item: DraftContext): HTMLElement {
  const { kind, label } = item;
  const nameStart = label.lastIndexOf('/') + 1;
  const path = element(
    'span',
    { class: 'context-path' },
    element('span', { class: 'context-folder' }, label.slice(0, nameStart)),
    element('span', { class: 'context-name' }, label.slice(nameStart)),
  );
  const parts = kind === 'problems' ? fillNodes(context.strings.contextProblems, path) : [path];
  return element('span', { class: 'context-label', title: nameOf(context, item) }, ...parts);
}

function sizeOf({ strings, format }: PageContext, { characters, truncated }: DraftContext): HTMLElement {
  const size = format.plural(characters, strings.contextCharactersOne, strings.contextCharacters);
  if (!truncated) return element('span', { class: 'context-size' }, size);
  return element(
    'span',
    { class: 'context-size truncated', title: strings.contextTruncated },
    `${size}, ${strings.attachmentTruncated}`,
  );
}
