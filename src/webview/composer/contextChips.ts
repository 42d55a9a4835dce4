import type { DraftContext, DraftImage, DraftText } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, fillNodes, iconButton } from '../util/element';
import { fillTemplate } from '../../shared/format';

/** @param onEmptied called when the user has removed the last context item and the focus was on that item */
export function createContextChips(context: PageContext, onEmptied: () => void) {
  const { strings, format, announcer, moveFocus } = context;
  /**
   * Elements of the chips, keyed by the content of their context items. An unchanged chip keeps its element, because
   * replacing a chip during a click would prevent the click.
   */
  let chips = new Map<string, HTMLElement>();
  /**
   * Ids of the context items that were already announced. Undefined until the first update, which announces nothing.
   */
  let existingIds: ReadonlySet<string> | undefined;
  const list = element('ul.context-chips', { 'aria-label': strings.context });
  list.hidden = true;

  const findButtons = (): readonly HTMLButtonElement[] => [...list.querySelectorAll('button')];

  list.addEventListener('keydown', (event) => {
    const buttons = findButtons();
    const index = buttons.findIndex((button) => button === event.target);
    if (index < 0) return;
    if (event.key === 'Backspace' || event.key === 'Delete') buttons[index]?.click();
    else if (event.key === 'ArrowLeft') buttons[Math.max(0, index - 1)]?.focus();
    else if (event.key === 'ArrowRight') buttons[Math.min(buttons.length - 1, index + 1)]?.focus();
    else return;
    event.preventDefault();
  });

  const announceAdded = (items: readonly DraftContext[]): void => {
    const added = items.filter(({ id }) => existingIds?.has(id) === false);
    const names = added.map((item) => announcedName(context, item));
    if (names.length > 0) announcer.announce(fillTemplate(strings.contextAttached, format.list(names)));
    existingIds = new Set(items.map(({ id }) => id));
  };

  return {
    element: list,
    update: (items: readonly DraftContext[]): void => {
      announceAdded(items);
      const focusedIndex = findButtons().findIndex((button) => button === document.activeElement);
      const previous = chips;
      chips = new Map(
        items.map((item) => {
          const content = JSON.stringify(item);
          return [content, previous.get(content) ?? createChip(context, item)];
        }),
      );
      for (const [content, chip] of previous) if (!chips.has(content)) chip.remove();
      // Moves only chips that are in a wrong position, because an element loses the focus when it is moved.
      for (const [index, chip] of [...chips.values()].entries()) {
        if (list.children[index] !== chip) list.insertBefore(chip, list.children[index] ?? null);
      }
      list.hidden = items.length === 0;
      if (focusedIndex < 0 || list.contains(document.activeElement)) return;
      const next = findButtons()[Math.min(focusedIndex, items.length - 1)];
      if (next) moveFocus(next);
      else onEmptied();
    },
    /**
     * Moves the focus to the chip of the last context item.
     * @returns false if there is no chip
     */
    focusLast: (): boolean => {
      const last = findButtons().at(-1);
      last?.focus();
      return last !== undefined;
    },
  };
}

function createChip(context: PageContext, item: DraftContext): HTMLElement {
  const caption = fillTemplate(context.strings.remove, nameOf(context, item));
  return element(
    'li.context-chip',
    ...(item.kind === 'image' ? imageParts(context, item) : textParts(context, item)),
    iconButton(caption, 'close', () => context.post({ type: 'detach', id: item.id })),
  );
}

function textParts(context: PageContext, item: DraftText): readonly (Node | string)[] {
  return [labelOf(context, item), ...outsideMarkOf(context, item), ' ', sizeOf(context, item)];
}

function imageParts({ format }: PageContext, { name, width, height, bytes }: DraftImage): readonly (Node | string)[] {
  const label = element('span.context-label', { title: name }, element('span.context-name', name));
  return [label, ' ', element('span.context-size', `${width} × ${height} · ${format.bytes(bytes)}`)];
}

function nameOf({ strings }: PageContext, item: DraftContext): string {
  if (item.kind === 'image') return item.name;
  return item.kind === 'problems' ? fillTemplate(strings.contextProblems, item.label) : item.label;
}

function announcedName(context: PageContext, item: DraftContext): string {
  const name = nameOf(context, item);
  return item.kind === 'image' || item.realPath === undefined ? name : `${name} → ${item.realPath}`;
}

function outsideMarkOf({ strings }: PageContext, { realPath }: DraftText): readonly HTMLElement[] {
  if (realPath === undefined) return [];
  const title = fillTemplate(strings.contextOutside, realPath);
  return [element('span.context-outside', { title }, ` → ${realPath}`)];
}

/**
 * Creates the label of a context item. In a narrow panel, the style sheet shortens the folders first, because the file
 * name is more important.
 */
function labelOf(context: PageContext, item: DraftText): HTMLElement {
  const { kind, label } = item;
  const nameStart = label.lastIndexOf('/') + 1;
  const path = element(
    'span.context-path',
    element('span.context-folder', label.slice(0, nameStart)),
    element('span.context-name', label.slice(nameStart)),
  );
  const parts = kind === 'problems' ? fillNodes(context.strings.contextProblems, path) : [path];
  return element('span.context-label', { title: nameOf(context, item) }, ...parts);
}

function sizeOf({ strings, format }: PageContext, { characters, lines, truncated }: DraftText): HTMLElement {
  const size = format.plural(lines, strings.attachmentLine, strings.attachmentLines);
  const title = format.plural(characters, strings.contextCharactersOne, strings.contextCharacters);
  if (!truncated) return element('span.context-size', { title }, size);
  return element(
    'span.context-size.truncated',
    { title: `${title} · ${strings.contextTruncated}` },
    `${size} · ${strings.attachmentTruncated}`,
  );
}
