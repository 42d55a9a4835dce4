import type { MarkdownIt } from 'markdown-it';
import { BlockRenderer, type RenderedBlock } from './blockRenderer';
import { parseBlocks, countFinalBlocks, type Block, type ParsedBlocks } from './blocks';
import { taskMarks, type TaskLabels } from './blockToTree';
import { toolbarSpec, type CodeToolbar } from './codeBlock';
import { CommittedBlocks } from './committedBlocks';
import { freezeChildren, newlyFrozenElements, thawSpec } from './frozen';
import { AppendFastPath } from './openBlock/appendFastPath';
import { findFreezePoint, continuesBlock, type FrozenPrefix } from './openBlock/frozenPrefix';
import { ReferenceScope } from './references';
import { Sections } from './sections';

interface AnswerDocumentOptions extends CodeToolbar {
  readonly labels: CodeToolbar['labels'] & TaskLabels;
  /** Minimum number of characters to freeze at a time. Freezing fewer would save no time. */
  readonly minFreezeLength: number;
  /** Called with each element that only a later link definition can still change, and again after such a change. */
  readonly onFinal: (element: Element) => void;
}

/** A flush waits one extra frame for each 2,000 characters of an unfinished list or table. */
const CHARACTERS_PER_FRAME = 2000;
const MAX_FRAMES_PER_FLUSH = 8;

/** Maximum length of a tail that is parsed with each flush, in characters. */
const CHEAP_TAIL_LENGTH = 4000;
/** The same for the last paragraph of the tail. The limit is lower, because parsing inline markup takes longer. */
const CHEAP_INLINE_LENGTH = 1000;
/**
 * Fraction by which a longer tail must grow before it is parsed again, unless a second has passed. If each new character
 * were parsed at once, the total work would be proportional to the square of the length.
 */
const REPARSE_GROWTH = 1 / 8;

/**
 * Maximum number of times that a block is thawed, which moves its frozen prefix back to the tail. After that, no part
 * of the block is frozen again.
 */
const MAX_THAWS = 3;

interface ParsedTail {
  /** The tail, preceded by the placeholder for the frozen prefix of its first block. */
  readonly text: string;
  readonly parsed: ParsedBlocks;
  readonly scope: ReferenceScope;
}

/**
 * The text of an answer and its elements. Committed blocks are not parsed again. The tail after them is parsed with
 * each flush, except for the frozen prefix of its first block.
 */
export class AnswerDocument {
  /**
   * The text received so far. Only `replace` reads it, because reading a string that was built from many pieces copies
   * it.
   */
  private source = '';
  private tail = '';
  /** Offset in `source` at which the tail starts. */
  private tailStart = 0;
  private prefix: FrozenPrefix | undefined;
  private thawCount = 0;
  /** When the tail reaches this length, in characters, the start of its first block is frozen if possible. */
  private nextFreezeLength: number;
  private openBlocks: readonly RenderedBlock[] = [];
  /** Appends plain text to the last open block without parsing it again. */
  private fastPath: AppendFastPath | undefined;
  private readonly committed: CommittedBlocks;
  private readonly renderer: BlockRenderer;
  private readonly sections: Sections;

  constructor(
    root: HTMLElement,
    private readonly parser: MarkdownIt,
    private readonly options: AnswerDocumentOptions,
  ) {
    this.nextFreezeLength = options.minFreezeLength;
    this.renderer = new BlockRenderer(parser, toolbarSpec(options), taskMarks(options.labels), root.ownerDocument);
    this.committed = new CommittedBlocks(this.renderer, parser, options.onFinal);
    this.sections = new Sections(root);
  }

  /** @param isFinal whether the answer is complete, so that all blocks are committed */
  append(text: string, isFinal: boolean): void {
    this.source += text;
    this.tail += text;
    if (!isFinal && this.fastPath?.tryAppend(text)) return;
    this.endFastPath();
    const scope = this.renderTail(isFinal);
    if (isFinal) this.committed.rerenderUnresolved(scope);
    if (isFinal) this.showAllSections();
    else this.sections.allowSkipping();
  }

  /**
   * Returns the number of frames between two flushes. For each new item or row, the browser lays out the whole list or
   * table, so a longer list or table is flushed less often. At 60 frames per second, the time between two flushes stays
   * under 1/7 s.
   */
  get framesPerFlush(): number {
    const { prefix } = this;
    if (prefix?.context.kind !== 'list' && prefix?.context.kind !== 'table') return 1;
    return Math.min(MAX_FRAMES_PER_FLUSH, 1 + Math.floor((this.tailStart - prefix.start) / CHARACTERS_PER_FRAME));
  }

  /**
   * Returns the minimum number of queued characters for a flush. Fewer characters wait for up to one second. The number
   * is greater than one only if the tail is long and can't be frozen, because each flush parses the complete tail.
   */
  get charactersPerFlush(): number {
    const inlineLength = this.openBlocks.at(-1)?.block.tokens.findLast(({ type }) => type === 'inline')?.content.length;
    const isCheap = this.tail.length <= CHEAP_TAIL_LENGTH && (inlineLength ?? 0) <= CHEAP_INLINE_LENGTH;
    return isCheap ? 1 : Math.ceil(this.tail.length * REPARSE_GROWTH);
  }

  /** Makes the browser render all sections, including those far from the viewport. */
  showAllSections(): void {
    this.sections.showAll();
  }

  /** Replaces the text. Blocks in the common prefix of the old and the new text keep their elements. */
  replace(text: string, isFinal: boolean): void {
    this.endFastPath();
    this.thaw();
    this.openBlocks = [...this.committed.rewind(commonPrefixLength(this.source, text)), ...this.openBlocks];
    this.tailStart = this.committed.end;
    this.source = text;
    this.tail = text.slice(this.tailStart);
    const scope = this.renderTail(isFinal);
    this.committed.rerenderUnresolved(scope);
  }

  private renderTail(isFinal: boolean): ReferenceScope {
    const tail = this.parseTail();
    const rendered = tail.parsed.blocks.map((block, index) => this.renderBlock(tail, block, index, isFinal));
    for (const { element } of this.openBlocks.slice(rendered.length)) element?.remove();
    this.sections.placeBlocks(
      this.committed.lastElement,
      rendered.map(({ block, element }) => ({ start: block.start, element })),
    );
    const count = isFinal ? rendered.length : countFinalBlocks(tail.parsed.blocks, tail.text);
    this.openBlocks = rendered;
    if (count > 0 || isFinal) this.commit(count, isFinal, tail.scope);
    else if (rendered.length === 1) this.freezeStart(tail);
    if (!isFinal) this.startFastPath();
    return tail.scope;
  }

  private startFastPath(): void {
    const last = this.openBlocks.at(-1);
    const isLast = last?.block.end === this.tailStart + this.tail.length;
    const maxLength = this.openBlocks.length === 1 ? this.nextFreezeLength - this.tail.length : Infinity;
    if (last && isLast) this.fastPath = AppendFastPath.create(last, maxLength);
  }

  private endFastPath(): void {
    if (this.fastPath) this.openBlocks = [...this.openBlocks.slice(0, -1), this.fastPath.extendedBlock];
    this.fastPath = undefined;
  }

  private parseTail(): ParsedTail {
    const scope = new ReferenceScope(this.committed.references);
    const text = (this.prefix?.placeholder ?? '') + this.tail;
    const parsed = parseBlocks(this.parser, text, { references: scope.createRecord() });
    if (!this.prefix || continuesBlock(this.prefix, parsed, scope)) return { text, parsed, scope };
    this.thaw();
    this.thawCount++;
    return this.parseTail();
  }

  private renderBlock(
    { text, parsed, scope }: ParsedTail,
    block: Block,
    index: number,
    isFinal: boolean,
  ): RenderedBlock {
    const { prefix } = this;
    const offset = this.tailStart - (prefix?.placeholder.length ?? 0);
    const start = prefix && index === 0 ? prefix.start : offset + block.start;
    const isLastBlock = index === parsed.blocks.length - 1;
    const source = {
      block: { ...block, start, end: offset + block.end },
      text: text.slice(block.start, block.end),
      openFromLine: isLastBlock && !isFinal ? parsed.lineCount : Infinity,
      context: index === 0 ? prefix?.context : undefined,
    };
    return this.renderer.render(source, this.openBlocks[index], scope);
  }

  /**
   * Moves the first `count` open blocks from the tail to the committed blocks. No further text can change these blocks.
   */
  private commit(count: number, isFinal: boolean, scope: ReferenceScope): void {
    const end = isFinal ? this.tailStart + this.tail.length : (this.openBlocks[count]?.block.start ?? this.tailStart);
    const newTail = this.tail.slice(end - this.tailStart);
    const [first, ...otherBlocks] = this.openBlocks.slice(0, count);
    const finalBlocks = first ? [this.thawBlock(first), ...otherBlocks] : [];
    this.prefix = undefined;
    this.thawCount = 0;
    this.nextFreezeLength = this.options.minFreezeLength;
    this.openBlocks = this.openBlocks.slice(count);
    this.tail = newTail;
    this.tailStart = end;
    this.committed.add(finalBlocks, scope);
  }

  /**
   * Freezes the only open block up to its freeze point: the last point before which no further text can change the
   * block.
   */
  private freezeStart({ text, parsed, scope }: ParsedTail): void {
    const { prefix, thawCount, options, parser } = this;
    const [rendered] = this.openBlocks;
    const [block] = parsed.blocks;
    if (!block || !rendered?.spec || !rendered.element || this.tail.length < this.nextFreezeLength) return;
    if (thawCount >= MAX_THAWS || block.definitions.length > 0 || scope.tailDefinitions.size > 0) return;
    const { spec, element } = rendered;
    if (block.start > 0) {
      this.tail = this.tail.slice(block.start);
      this.tailStart += block.start;
      return;
    }
    const open = { text, block, lineStart: parsed.lineStart, spec, context: prefix?.context };
    const point = findFreezePoint(open, parser, options.minFreezeLength, (content) =>
      this.renderer.renderSelfContained(content, scope),
    );
    const placeholderLength = prefix?.placeholder.length ?? 0;
    if (!point || point.end - placeholderLength < options.minFreezeLength) {
      this.nextFreezeLength = this.tail.length + options.minFreezeLength / 4;
      return;
    }
    const length = point.end - placeholderLength;
    this.prefix = {
      start: rendered.block.start,
      source: [...(prefix?.source ?? []), this.tail.slice(0, length)],
      placeholder: point.placeholder,
      context: point.context,
      lookups: new Map([...(prefix?.lookups ?? []), ...rendered.lookups]),
    };
    this.nextFreezeLength = options.minFreezeLength;
    this.tail = this.tail.slice(length);
    this.tailStart += length;
    const remainder = freezeChildren(spec, element, point.childrenToFreeze);
    this.openBlocks = [{ ...rendered, text: '', spec: remainder }];
    for (const node of newlyFrozenElements(spec, remainder, element)) options.onFinal(node);
  }

  /** Moves the frozen prefix back to the tail, so that it is parsed again. */
  private thaw(): void {
    const { prefix } = this;
    const [first, ...otherBlocks] = this.openBlocks;
    if (!prefix || !first) return;
    const source = prefix.source.join('');
    this.openBlocks = [this.thawBlock(first), ...otherBlocks];
    this.prefix = undefined;
    this.tail = source + this.tail;
    this.tailStart = prefix.start;
    this.nextFreezeLength = this.options.minFreezeLength;
  }

  private thawBlock(block: RenderedBlock): RenderedBlock {
    const { prefix } = this;
    if (!prefix) return block;
    const text = prefix.source.join('') + this.tail.slice(0, block.block.end - this.tailStart);
    const lookups = new Map([...prefix.lookups, ...block.lookups]);
    return { ...block, text, lookups, context: undefined, spec: block.spec && thawSpec(block.spec) };
  }
}

function commonPrefixLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}
