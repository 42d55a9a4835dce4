import { draftImages } from '../../shared/images';
import type { ConnectionView, DraftContext, DraftImage, DraftText } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, fillNodes, iconButton, setText, svgIcon } from '../util/element';
import { fillTemplate } from '../../shared/format';
import { createThumbnail } from '../util/thumbnail';
import { isFullDetail, type ImageIntake } from './imageIntake';

interface ChipActions {
  /** Called when the user has removed the last context item and the focus was on that item. */
  readonly onEmptied: () => void;
  readonly onSwitchModel: () => void;
}

export function createContextChips(
  context: PageContext,
  images: ImageIntake,
  { onEmptied, onSwitchModel }: ChipActions,
) {
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
  let connection: ConnectionView | undefined;
  let hasImages = false;
  const warningText = element('span');
  const warning = element(
    'div.context-warning',
    svgIcon('warning'),
    warningText,
    ' ',
    button(strings.switchModel, 'quiet', onSwitchModel),
  );
  warning.hidden = true;

  /** Shows or hides the warning that the model can't see the attached images. */
  const updateWarning = (): void => {
    const isNeeded = hasImages && connection?.images === false;
    setText(warningText, fillTemplate(strings.cannotSeeImages, connection?.model ?? ''));
    if (isNeeded && warning.hidden) announcer.announce(warningText.textContent);
    warning.hidden = !isNeeded;
  };

  const findButtons = (): readonly HTMLButtonElement[] => [...list.querySelectorAll('button')];

  list.addEventListener('keydown', (event) => {
    const buttons = findButtons();
    const index = buttons.findIndex((button) => button === event.target);
    if (index < 0) return;
    if (event.key === 'Backspace' || event.key === 'Delete') removeButtonBeside(buttons[index])?.click();
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
    element: element('div', list, warning),
    setConnection: (next: ConnectionView): void => {
      connection = next;
      updateWarning();
    },
    update: (items: readonly DraftContext[]): void => {
      announceAdded(items);
      hasImages = items.some(({ kind }) => kind === 'image');
      updateWarning();
      const focusedIndex = findButtons().findIndex((button) => button === document.activeElement);
      const previous = chips;
      chips = new Map(
        items.map((item) => {
          const content = JSON.stringify(item);
          return [content, previous.get(content) ?? createChip(context, images, item)];
        }),
      );
      for (const [content, chip] of previous) if (!chips.has(content)) chip.remove();
      // Moves only chips that are in a wrong position, because an element loses the focus when it is moved.
      for (const [index, chip] of [...chips.values()].entries()) {
        if (list.children[index] !== chip) list.insertBefore(chip, list.children[index] ?? null);
      }
      list.hidden = items.length === 0;
      if (chips.size > previous.size) list.scrollTop = list.scrollHeight;
      if (focusedIndex < 0 || list.contains(document.activeElement)) return;
      const buttons = findButtons();
      const next = buttons[Math.min(focusedIndex, buttons.length - 1)];
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

/** Returns the button *Remove* of the chip in which another button is. */
function removeButtonBeside(chipButton: HTMLButtonElement | undefined): HTMLButtonElement | null | undefined {
  return chipButton?.parentElement?.querySelector('button:last-of-type');
}

function createChip(context: PageContext, images: ImageIntake, item: DraftContext): HTMLElement {
  const { strings, post } = context;
  const isImage = item.kind === 'image';
  const caption = isImage ? strings.removeImage : fillTemplate(strings.remove, nameOf(context, item));
  return element(
    'li.context-chip',
    ...(isImage ? imageParts(context, images, item) : textParts(context, item)),
    iconButton(caption, 'close', () => post({ type: 'detach', id: item.id })),
  );
}

function textParts(context: PageContext, item: DraftText): readonly (Node | string)[] {
  return [labelOf(context, item), ...outsideMarkOf(context, item), ' ', sizeOf(context, item)];
}

function imageParts(context: PageContext, images: ImageIntake, image: DraftImage): readonly Node[] {
  const parts = createThumbnail(context, image, draftImages);
  if (!images.canToggleDetail(image)) return parts;
  const { fullDetail, fullDetailTooltip } = context.strings;
  const detailButton = button(fullDetail, 'quiet', () => images.toggleDetail(image));
  detailButton.title = fullDetailTooltip;
  detailButton.ariaPressed = String(isFullDetail(image));
  return [...parts, detailButton];
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
