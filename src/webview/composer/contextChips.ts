import type { DraftContext } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, fillNodes, iconButton } from '../util/element';
import { fill } from '../../shared/format';

export class ContextChips {
  readonly element: HTMLElement;
  /** The chip elements by their content. Replacing an unchanged chip during a click would prevent the click. */
  private chips = new Map<string, HTMLElement>();
  /** Ids of the items that were already announced; undefined until the first update, which announces nothing. */
  private existingIds: ReadonlySet<string> | undefined;

  /** @param onEmptied called when the user has removed the last item and the focus was on that item */
  constructor(
    private readonly context: PageContext,
    private readonly onEmptied: () => void,
  ) {
    this.element = element('ul', { class: 'context-chips', 'aria-label': context.strings.context });
    this.element.hidden = true;
    this.element.addEventListener('keydown', (event) => this.handleKey(event));
  }

  update(items: readonly DraftContext[]): void {
    const list = this.element;
    this.announceAdded(items);
    const focused = this.buttons.findIndex((button) => button === document.activeElement);
    const previous = this.chips;
    this.chips = new Map(
      items.map((item) => {
        const content = JSON.stringify(item);
        return [content, previous.get(content) ?? createChip(this.context, item)];
      }),
    );
    for (const [content, chip] of previous) if (!this.chips.has(content)) chip.remove();
    // Moves only chips that are in a wrong position, because an element loses the focus when it is moved.
    for (const [index, chip] of [...this.chips.values()].entries()) {
      if (list.children[index] !== chip) list.insertBefore(chip, list.children[index] ?? null);
    }
    list.hidden = items.length === 0;
    if (focused < 0 || list.contains(document.activeElement)) return;
    const next = this.buttons[Math.min(focused, items.length - 1)];
    if (next) this.context.moveFocus(next);
    else this.onEmptied();
  }

  /** Moves the focus to the last chip. @returns false if there is no chip */
  focusLast(): boolean {
    const last = this.buttons.at(-1);
    last?.focus();
    return last !== undefined;
  }

  private get buttons(): readonly HTMLButtonElement[] {
    return [...this.element.querySelectorAll('button')];
  }

  private handleKey(event: KeyboardEvent): void {
    const { buttons } = this;
    const index = buttons.findIndex((button) => button === event.target);
    if (index < 0) return;
    if (event.key === 'Backspace' || event.key === 'Delete') buttons[index]?.click();
    else if (event.key === 'ArrowLeft') buttons[Math.max(0, index - 1)]?.focus();
    else if (event.key === 'ArrowRight') buttons[Math.min(buttons.length - 1, index + 1)]?.focus();
    else return;
    event.preventDefault();
  }

  private announceAdded(items: readonly DraftContext[]): void {
    const { strings, format, announcer } = this.context;
    const { existingIds } = this;
    const added = items.filter(({ id }) => existingIds?.has(id) === false);
    const names = added.map((item) => announcedName(this.context, item));
    if (names.length > 0) announcer.announce(fill(strings.contextAttached, format.list(names)));
    this.existingIds = new Set(items.map(({ id }) => id));
  }
}

function createChip(context: PageContext, item: DraftContext): HTMLElement {
  const caption = fill(context.strings.remove, nameOf(context, item));
  return element(
    'li',
    { class: 'context-chip' },
    labelOf(context, item),
    ...outsideMarkOf(context, item),
    ' ',
    sizeOf(context, item),
    iconButton(caption, 'close', () => context.post({ type: 'detach', id: item.id })),
  );
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

/** Creates a label whose folders are shortened before the more important file name. */
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

function sizeOf({ strings, format }: PageContext, { characters, lines, truncated }: DraftContext): HTMLElement {
  const size = format.plural(lines, strings.attachmentLine, strings.attachmentLines);
  const title = format.plural(characters, strings.contextCharactersOne, strings.contextCharacters);
  if (!truncated) return element('span', { class: 'context-size', title }, size);
  return element(
    'span',
    { class: 'context-size truncated', title: `${title} · ${strings.contextTruncated}` },
    `${size}, ${strings.attachmentTruncated}`,
  );
}
