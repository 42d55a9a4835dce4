import type { DraftContext } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, iconButton } from '../util/element';
import { fill, fillNodes } from '../util/format';

interface ContextChips {
  readonly element: HTMLElement;
  update(items: readonly DraftContext[]): void;
  /** @returns whether there is one. */
  focusLast(): boolean;
}

/**
 * What goes along with the next prompt; each can be removed.
 * @param onLast the last one was removed by hand, with the focus on it
 */
export function createContextChips(context: PageContext, onLast: () => void): ContextChips {
  const { strings, post, announcer } = context;
  const list = element('ul', { class: 'context-chips', 'aria-label': strings.context });
  list.hidden = true;
  /** By what it shows: one that looks the same stays the same element, also between press and release. */
  let chips = new Map<string, HTMLElement>();
  /** Undefined: what is there has been there before this page. */
  let known: ReadonlySet<string> | undefined;

  const buttons = (): HTMLButtonElement[] => [...list.querySelectorAll('button')];
  const announce = (items: readonly DraftContext[]): void => {
    const added =
      known && items.filter(({ id }) => known?.has(id) === false).map((item) => announcedName(context, item));
    if (added?.length) announcer.announce(fill(strings.contextAttached, context.format.list(added)));
    known = new Set(items.map(({ id }) => id));
  };
  const create = (item: DraftContext): HTMLElement => {
    const name = nameOf(context, item);
    const remove = iconButton(fill(strings.remove, name), 'remove', () => post({ type: 'detach', id: item.id }));
    return element(
      'li',
      { class: 'context-chip' },
      labelOf(context, item),
      ...outsideOf(context, item),
      ' ',
      sizeOf(context, item),
      remove,
    );
  };

  list.addEventListener('keydown', (event) => {
    const all = buttons();
    const at = all.findIndex((button) => button === event.target);
    if (at < 0) return;
    if (event.key === 'Backspace' || event.key === 'Delete') all[at]?.click();
    else if (event.key === 'ArrowLeft') all[Math.max(0, at - 1)]?.focus();
    else if (event.key === 'ArrowRight') all[Math.min(all.length - 1, at + 1)]?.focus();
    else return;
    event.preventDefault();
  });

  return {
    element: list,
    update: (items) => {
      announce(items);
      const focused = buttons().findIndex((button) => button === document.activeElement);
      const before = chips;
      chips = new Map(
        items.map((item) => {
          const shown = JSON.stringify(item);
          return [shown, before.get(shown) ?? create(item)];
        }),
      );
      for (const [shown, chip] of before) if (!chips.has(shown)) chip.remove();
      // One that moves loses the focus: only what is not in its place is put there.
      for (const [index, chip] of [...chips.values()].entries()) {
        if (list.children[index] !== chip) list.insertBefore(chip, list.children[index] ?? null);
      }
      list.hidden = items.length === 0;
      if (focused < 0 || list.contains(document.activeElement)) return;
      const next = buttons()[Math.min(focused, items.length - 1)];
      if (next) context.moveFocus(next);
      else onLast();
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

function outsideOf({ strings }: PageContext, { realPath }: DraftContext): readonly HTMLElement[] {
  if (realPath === undefined) return [];
  const title = fill(strings.contextOutside, realPath);
  return [element('span', { class: 'context-outside', title }, ` → ${realPath}`)];
}

/** The folders give way first: what a file is called says more than where it is. */
function labelOf(context: PageContext, item: DraftContext): HTMLElement {
  const { kind, label } = item;
  const cut = label.lastIndexOf('/') + 1;
  const path = element(
    'span',
    { class: 'context-path' },
    element('span', { class: 'context-folder' }, label.slice(0, cut)),
    element('span', { class: 'context-name' }, label.slice(cut)),
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
