import type { RenderedBlock } from './blockRenderer';

/** A block starts a new section if it is at least this many characters after the start of the current section. */
const SECTION_LENGTH = 4000;

interface Section {
  /** Offset in the source, so that the boundaries of sections don't depend on how the text was split into deltas. */
  readonly start: number;
  readonly element: HTMLElement;
}

/** The children of an answer: sections of a few thousand characters, which the browser lays out independently. */
export class Sections {
  private readonly sections: Section[] = [];

  constructor(private readonly root: HTMLElement) {}

  /**
   * Inserts the elements of `blocks` after `last`, in order. Elements that are already in the right position are not
   * touched.
   * @param last the last element that stays where it is, or undefined if none does
   */
  placeBlocks(last: Element | undefined, blocks: readonly RenderedBlock[]): void {
    let index = this.sections.findLastIndex((section) => section.element === last?.parentElement);
    let previous = last;
    for (const { start, element } of blocks) {
      if (!element) continue;
      const current = this.sections[index];
      if (!current || start - current.start >= SECTION_LENGTH) {
        previous = undefined;
        index++;
        this.sections[index] = { start, element: this.sections[index]?.element ?? this.createSection() };
      }
      const parent = this.sections[index]?.element;
      const isInPlace = element.parentNode === parent && element.previousSibling === (previous ?? null);
      if (!isInPlace) parent?.insertBefore(element, previous ? previous.nextSibling : parent.firstChild);
      previous = element;
    }
    for (const { element } of this.sections.splice(index + 1)) element.remove();
  }

  private createSection(): HTMLElement {
    const element = this.root.ownerDocument.createElement('div');
    element.className = 'md-section';
    return this.root.appendChild(element);
  }
}
