/** Characters of source after which the next block begins a new section. */
const SECTION_LENGTH = 4000;

interface Section {
  /** Where its first block starts in the source: which block begins a section depends on the text alone. */
  readonly start: number;
  readonly element: HTMLElement;
}

interface PlacedBlock {
  readonly start: number;
  /** undefined: it shows nothing. */
  readonly element: Element | undefined;
}

/**
 * The children of an answer: boxes of a few thousand characters, each of which the browser can lay out without the
 * others (`contain: content`).
 */
export class Sections {
  private readonly sections: Section[] = [];

  /** So many of the first ones rest. */
  private skippableCount = 0;

  constructor(private readonly root: HTMLElement) {}

  /**
   * Puts `blocks` behind `last`, in order; one that is in place isn't touched.
   * @param last the last element that stays where it is; undefined: none does.
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
   * Lets the browser skip what is far from view while more arrives; it remembers the heights of all but the last one.
   * Not in a window that isn't shown: nothing has a height there yet.
   */
  allowSkipping(): void {
    if (this.root.ownerDocument.visibilityState !== 'visible') return;
    for (; this.skippableCount < this.sections.length - 1; this.skippableCount++) {
      this.sections[this.skippableCount]?.element.classList.add('md-skippable');
    }
  }

  /** `innerText` leaves out what is skipped: nothing is when the answer is whole. */
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
