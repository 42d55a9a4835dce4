import type { MarkdownIt } from 'markdown-it';
import { AppendFastPath } from './appendFastPath';
import { createBlockRenderer, type RenderBlock, type RenderedBlock } from './blockRenderer';
import { countFinalBlocks, parseBlocks, type Block } from './blocks';
import type { AnswerControls } from './codeBlock';
import type { RenderMath } from './inlineToTree';
import { References } from './references';
import { element } from '../util/element';

interface AnswerDocumentOptions extends AnswerControls {
  /**
   * Called with the element of each committed block (a block that no further text can change). Called again if a later
   * link definition has changed the element.
   */
  readonly onFinal: (element: Element) => void;
  readonly renderMath: RenderMath;
}

/**
 * Rendered Markdown of an answer. Committed blocks, which no further text can change, are not parsed again. The open
 * blocks after them are parsed again when text is added.
 */
export class AnswerDocument {
  private tail = '';
  /** Offset in the complete source at which the tail (the source of the open blocks) starts. */
  private tailStart = 0;
  private open: readonly RenderedBlock[] = [];
  private committed: RenderedBlock[] = [];
  private references = new References();
  /** Appends plain text to the last open block without parsing the block again. */
  private fastPath: AppendFastPath | undefined;
  private readonly renderBlock: RenderBlock;
  private readonly sections: Sections;

  constructor(
    root: HTMLElement,
    private readonly parser: MarkdownIt,
    private readonly options: AnswerDocumentOptions,
  ) {
    this.renderBlock = createBlockRenderer(parser, options, options.renderMath);
    this.sections = new Sections(root);
  }

  /** Number of characters in the open blocks, which `append` parses again. */
  get openLength(): number {
    return this.tail.length;
  }

  /** Renders additional plain text without parsing. Returns false, and renders nothing, if the text must be parsed. */
  tryAppendPlainText(text: string): boolean {
    if (!this.fastPath?.tryAppend(text)) return false;
    this.tail += text;
    return true;
  }

  /**
   * Adds text and parses the open blocks again.
   * @param isFinal whether the answer is complete, so that all blocks are committed
   */
  append(text: string, isFinal: boolean): void {
    this.tail += text;
    this.renderTail(isFinal);
  }

  /** Replaces the complete text. Blocks at the start that are equal to the previous blocks keep their elements. */
  replace(text: string): void {
    this.open = [...this.committed, ...this.open];
    this.committed = [];
    this.references = new References();
    this.tail = text;
    this.tailStart = 0;
    this.renderTail(false);
  }

  private renderTail(isFinal: boolean): void {
    const { tail, fastPath } = this;
    const before = fastPath ? [...this.open.slice(0, -1), fastPath.extendedBlock] : this.open;
    const references = new References(this.references);
    const { blocks, lineCount } = parseBlocks(this.parser, tail, references);
    this.open = blocks.map((block, index) => {
      const isOpen = index === blocks.length - 1 && !isFinal;
      const source = {
        start: this.tailStart + block.start,
        text: tail.slice(block.start, block.end),
        tokens: block.tokens,
        openFromLine: isOpen ? lineCount : Infinity,
      };
      return this.renderBlock(source, before[index], references);
    });
    for (const { element } of before.slice(blocks.length)) element?.remove();
    const lastInPlace = this.committed.findLast(({ element }) => element)?.element;
    this.sections.placeBlocks(lastInPlace, this.open);
    this.fastPath = isFinal ? undefined : this.createFastPath(blocks.at(-1));
    const count = isFinal ? blocks.length : countFinalBlocks(blocks, tail);
    this.commit(blocks.slice(0, count), references);
    if (isFinal) this.rerenderCommitted();
    // If no block is open, only blank lines follow the last block. The last of these lines is kept, because more text
    // might extend it.
    const end = blocks[count]?.start ?? (isFinal ? tail.length : tail.lastIndexOf('\n') + 1);
    this.tail = tail.slice(end);
    this.tailStart += end;
  }

  private createFastPath(block: Block | undefined): AppendFastPath | undefined {
    const last = this.open.at(-1);
    return last && block?.end === this.tail.length ? AppendFastPath.create(last, block) : undefined;
  }

  /**
   * Commits blocks that no further text can change, and the link definitions in them.
   * @param blocks the first of the open blocks
   */
  private commit(blocks: readonly Block[], references: References): void {
    for (const label of blocks.flatMap(({ definitions }) => definitions)) {
      const reference = references.lookUp(label);
      if (reference) this.references.define(label, reference);
    }
    const rendered = this.open.slice(0, blocks.length);
    this.open = this.open.slice(blocks.length);
    this.committed.push(...rendered.map((block) => ({ ...block, inlines: noInlines })));
    for (const { element } of rendered) if (element) this.options.onFinal(element);
  }

  /** Renders a committed block again if a later link definition has changed its links. */
  private rerenderCommitted(): void {
    this.committed.forEach((block, index) => {
      if (this.references.resolveTo(block.lookups)) return;
      const tokens = parseBlocks(this.parser, block.text, new References()).blocks[0]?.tokens ?? [];
      const rendered = this.renderBlock({ ...block, tokens, openFromLine: Infinity }, block, this.references);
      this.committed[index] = { ...rendered, inlines: noInlines };
      if (rendered.element) this.options.onFinal(rendered.element);
    });
  }
}

/** Committed blocks don't keep their rendered inline content. This saves memory. */
const noInlines: RenderedBlock['inlines'] = new Map();

/**
 * Number of characters after which a block starts a new section. Long sections are slow, because the browser paints the
 * growing section again for each frame. Many sections are slow, because the browser checks for each section whether it
 * is in view.
 */
const SECTION_LENGTH = 2000;

interface Section {
  /**
   * Offset of the section in the source of the answer. A block that starts far enough from this offset begins the next
   * section. Sections therefore don't depend on how the text was split into deltas.
   */
  readonly start: number;
  readonly element: HTMLElement;
}

/** Sections of an answer, of about two thousand characters each. The browser lays out each section independently. */
class Sections {
  private readonly sections: Section[] = [];

  constructor(private readonly root: HTMLElement) {}

  /**
   * Inserts the elements of blocks after the element `last`, or at the start if `last` is undefined. An element that is
   * already in the right position is not moved.
   */
  placeBlocks(last: Element | undefined, blocks: readonly RenderedBlock[]): void {
    let index = this.sections.findLastIndex((section) => section.element === last?.parentElement);
    let previous = last;
    for (const { start, element: child } of blocks) {
      if (!child) continue;
      const current = this.sections[index];
      if (!current || start - current.start >= SECTION_LENGTH) {
        previous = undefined;
        index++;
        this.sections[index] = {
          start,
          element: this.sections[index]?.element ?? this.root.appendChild(element('div.md-section')),
        };
      }
      const parent = this.sections[index]?.element;
      const isInPlace = child.parentNode === parent && child.previousSibling === (previous ?? null);
      if (!isInPlace) parent?.insertBefore(child, previous ? previous.nextSibling : parent.firstChild);
      previous = child;
    }
    for (const section of this.sections.splice(index + 1)) section.element.remove();
  }
}
