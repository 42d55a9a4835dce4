/** A block starts a new section if it is at least this many characters after the start of the current section. */
const SECTION_LENGTH = 4000;

interface Section {
  /**
   * Offset of the section's first block in the Markdown source. Because sections are based on source offsets, their
   * boundaries don't depend on how the text was split into deltas.
   */
  readonly start: number;
  readonly element: HTMLElement;
}

interface PlacedBlock {
  readonly start: number;
  /** Element of the block. Undefined for a block that shows nothing, such as a link definition. */
  readonly element: Element | undefined;
}

/**
 * The children of an answer: sections of a few thousand characters, which the browser lays out independently
 * (`contain: content`).
 */
export class Sections {
  private readonly sections: Section[] = [];

  /** Number of leading sections whose rendering the browser may skip. */
  private skippableCount = 0;

  constructor(private readonly root: HTMLElement) {}

  /**
   * Inserts the elements of `blocks` after `last`, in order. Elements that are already in the right position are not
   * touched.
   * @param last the last element that stays where it is, or undefined if none does
   */
  placeBlocks(last: Element | undefined, blocks: readonly PlacedBlock[]): void {
    let index = this.sections.findLastIndex((section) => section.element === last?.parentElement);
    let previous = last;
    for (const { start, element } of blocks) {
      if (!element) continue;
      const current = this.sections[index];
      if (!current || start - current.start >= SECTION_LENGTH) {
        previous = undefined;
        this.startSection(++index, start);
      }
      const parent = this.sections[index]?.element;
      if (parent) placeAfter(parent, previous, element);
      previous = element;
    }
    for (const { element } of this.sections.splice(index + 1)) element.remove();
    if (this.skippableCount > this.sections.length - 1) this.showAll();
  }

  /**
   * Allows the browser to skip the rendering of all sections but the last while they are far from the viewport. Skipped
   * sections keep the height that the browser remembers. In a hidden window the sections have no height yet, so none
   * may be skipped.
   */
  allowSkipping(): void {
    if (this.root.ownerDocument.visibilityState !== 'visible') return;
    for (; this.skippableCount < this.sections.length - 1; this.skippableCount++) {
      this.sections[this.skippableCount]?.element.classList.add('md-skippable');
    }
  }

  /**
   * Makes the browser render all sections, including those far from the viewport. Call this when the answer is
   * complete, because `innerText` omits sections whose rendering is skipped.
   */
  showAll(): void {
    for (const { element } of this.sections.slice(0, this.skippableCount)) element.classList.remove('md-skippable');
    this.skippableCount = 0;
  }

  private startSection(index: number, start: number): void {
    const element = this.sections[index]?.element ?? this.createSection();
    this.sections[index] = { start, element };
  }

  private createSection(): HTMLElement {
    const element = this.root.ownerDocument.createElement('div');
    element.className = 'md-section';
    return this.root.appendChild(element);
  }
}

function placeAfter(parent: Element, previous: Element | undefined, element: Element): void {
  const inPlace = element.parentNode === parent && element.previousSibling === (previous ?? null);
  if (!inPlace) parent.insertBefore(element, previous ? previous.nextSibling : parent.firstChild);
}
