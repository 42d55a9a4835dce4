import type { MarkdownIt } from 'markdown-it';
import { BlockRenderer, type RenderedBlock } from './blockRenderer';
import { parseBlocks, settledCount, type Block, type ParsedBlocks } from './blocks';
import { taskMarks, type TaskLabels } from './blockToTree';
import { toolbarSpec, type CodeToolbar } from './codeBlock';
import { CommittedBlocks } from './committedBlocks';
import { freeze, frozenSince, whole } from './frozen';
import { Growth } from './openBlock/appendFastPath';
import { cutOf, continuesBlock, type Head } from './openBlock/frozenPrefix';
import { ReferenceScope } from './references';
import { Sections } from './sections';

interface AnswerDocumentOptions extends CodeToolbar {
  readonly labels: CodeToolbar['labels'] & TaskLabels;
  /** Characters of an open block that are rather parsed with each flush than frozen. */
  readonly patience: number;
  /** Called with an element that is final, or final again after a late definition. */
  readonly settled: (element: Element) => void;
}

/** Characters of an open list or table for each of which a flush waits for one more frame. */
const FRAME_LENGTH = 2000;
const MAX_FRAMES = 8;

/** Characters of an open tail that are cheap enough to parse with each flush. */
const CHEAP_LENGTH = 4000;
/**
 * A longer tail is parsed again only when it has grown by this fraction, so that the total work stays proportional to
 * the text.
 */
const GROWTH_PART = 1 / 8;

/** How often a frozen beginning may turn out to be needed before the block is parsed as a whole each time. */
const MAX_THAWS = 3;

interface Tail {
  /** The open text, behind what stands in for the frozen beginning of its first block. */
  readonly text: string;
  readonly parsed: ParsedBlocks;
  readonly scope: ReferenceScope;
}

/**
 * The text so far and what is shown of it: committed blocks, which are not parsed again, and the open tail behind them,
 * which is parsed as a whole each time, except for the frozen beginning of its first block.
 */
export class AnswerDocument {
  /** Only ever appended to while streaming: reading a string that grows piece by piece copies all of it. */
  private source = '';
  private tail = '';
  /** Where the tail starts in the source. */
  private tailStart = 0;
  private head: Head | undefined;
  private thaws = 0;
  /** Length of the tail at which freezing is worth the next try. */
  private nextTry: number;
  private open: readonly RenderedBlock[] = [];
  /** Of the last open block. */
  private growth: Growth | undefined;
  private readonly committed: CommittedBlocks;
  private readonly renderer: BlockRenderer;
  private readonly sections: Sections;

  constructor(
    root: HTMLElement,
    private readonly parser: MarkdownIt,
    private readonly options: AnswerDocumentOptions,
  ) {
    this.nextTry = options.patience;
    this.renderer = new BlockRenderer(parser, toolbarSpec(options), taskMarks(options.labels), root.ownerDocument);
    this.committed = new CommittedBlocks(this.renderer, parser, options.settled);
    this.sections = new Sections(root);
  }

  /** @param final no more text will come: everything is committed. */
  append(text: string, final: boolean): void {
    this.source += text;
    this.tail += text;
    if (!final && this.growth?.tryAppend(text)) return;
    this.endGrowth();
    const scope = this.renderTail(final);
    if (final) this.committed.settle(scope);
    if (final) this.wake();
    else this.sections.rest();
  }

  /**
   * For each item or row the browser goes through all of a list or table: what a flush costs grows with its length, so
   * the longer it is, the rarer they are. At 60 frames a second never rarer than each seventh of one.
   */
  get framesPerFlush(): number {
    const { head } = this;
    if (head?.beginning.kind !== 'list' && head?.beginning.kind !== 'table') return 1;
    return Math.min(MAX_FRAMES, 1 + Math.floor((this.tailStart - head.start) / FRAME_LENGTH));
  }

  /**
   * Number of new characters for which a flush is worth its cost. Most blocks are frozen as they grow, and their tail
   * stays short, but a long tail that can't be frozen is parsed as a whole with each flush.
   */
  get charactersPerFlush(): number {
    return this.tail.length <= CHEAP_LENGTH ? 1 : Math.ceil(this.tail.length * GROWTH_PART);
  }

  /** No more is coming, whether or not it was all. */
  wake(): void {
    this.sections.wake();
  }

  /** All of the text, instead of what was there; what both have in common at the beginning stays in place. */
  replace(text: string, final: boolean): void {
    this.endGrowth();
    this.thaw();
    this.open = [...this.committed.rewind(commonLength(this.source, text)), ...this.open];
    this.tailStart = this.committed.end;
    this.source = text;
    this.tail = text.slice(this.tailStart);
    const scope = this.renderTail(final);
    this.committed.settle(scope);
  }

  private renderTail(final: boolean): ReferenceScope {
    const tail = this.parseTail();
    const rendered = tail.parsed.blocks.map((block, index) => this.render(tail, block, index, final));
    for (const { element } of this.open.slice(rendered.length)) element?.remove();
    this.sections.place(
      this.committed.lastElement,
      rendered.map(({ block, element }) => ({ start: block.start, element })),
    );
    const count = final ? rendered.length : settledCount(tail.parsed.blocks, tail.text);
    this.open = rendered;
    if (count > 0 || final) this.commit(count, final, tail.scope);
    else if (rendered.length === 1) this.freeze(tail);
    if (!final) this.beginGrowth();
    return tail.scope;
  }

  private beginGrowth(): void {
    const last = this.open.at(-1);
    const isLast = last?.block.end === this.tailStart + this.tail.length;
    const room = this.open.length === 1 ? this.nextTry - this.tail.length : Infinity;
    if (last && isLast) this.growth = Growth.of(last, room);
  }

  private endGrowth(): void {
    if (this.growth) this.open = [...this.open.slice(0, -1), this.growth.grown];
    this.growth = undefined;
  }

  private parseTail(): Tail {
    const scope = new ReferenceScope(this.committed.references);
    const text = (this.head?.standIn ?? '') + this.tail;
    const parsed = parseBlocks(this.parser, text, { references: scope.record() });
    if (!this.head || continuesBlock(this.head, parsed, scope)) return { text, parsed, scope };
    this.thaw();
    this.thaws++;
    return this.parseTail();
  }

  private render({ text, parsed, scope }: Tail, block: Block, index: number, final: boolean): RenderedBlock {
    const { head } = this;
    const offset = this.tailStart - (head?.standIn.length ?? 0);
    const start = head && index === 0 ? head.start : offset + block.start;
    const last = index === parsed.blocks.length - 1;
    const source = {
      block: { ...block, start, end: offset + block.end },
      text: text.slice(block.start, block.end),
      openFromLine: last && !final ? parsed.lineCount : Infinity,
      beginning: index === 0 ? head?.beginning : undefined,
    };
    return this.renderer.render(source, this.open[index], scope);
  }

  /** The first `count` open blocks can't be changed by more text: they are the tail no longer. */
  private commit(count: number, final: boolean, scope: ReferenceScope): void {
    const end = final ? this.tailStart + this.tail.length : (this.open[count]?.block.start ?? this.tailStart);
    const rest = this.tail.slice(end - this.tailStart);
    const [first, ...others] = this.open.slice(0, count);
    const settled = first ? [this.wholeBlock(first), ...others] : [];
    this.head = undefined;
    this.thaws = 0;
    this.nextTry = this.options.patience;
    this.open = this.open.slice(count);
    this.tail = rest;
    this.tailStart = end;
    this.committed.add(settled, scope);
  }

  /** Takes what is final at the beginning of the only open block out of the tail. */
  private freeze({ text, parsed, scope }: Tail): void {
    const { head, thaws, options, parser } = this;
    const [rendered] = this.open;
    const [block] = parsed.blocks;
    if (!block || !rendered?.spec || !rendered.element || this.tail.length < this.nextTry) return;
    if (thaws >= MAX_THAWS || block.definitions.length > 0 || scope.found.size > 0) return;
    const { spec, element } = rendered;
    if (block.start > 0) {
      this.tail = this.tail.slice(block.start);
      this.tailStart += block.start;
      return;
    }
    const open = { text, block, lineStart: parsed.lineStart, spec, beginning: head?.beginning };
    const cut = cutOf(open, parser, options.patience, (content) => this.renderer.finished(content, scope));
    const standIn = head?.standIn.length ?? 0;
    if (!cut || cut.end - standIn < options.patience) {
      this.nextTry = this.tail.length + options.patience / 4;
      return;
    }
    const length = cut.end - standIn;
    this.head = {
      start: rendered.block.start,
      source: [...(head?.source ?? []), this.tail.slice(0, length)],
      standIn: cut.standIn,
      beginning: cut.beginning,
      lookups: new Map([...(head?.lookups ?? []), ...rendered.lookups]),
    };
    this.nextTry = options.patience;
    this.tail = this.tail.slice(length);
    this.tailStart += length;
    const rest = freeze(spec, element, cut.final);
    this.open = [{ ...rendered, text: '', spec: rest }];
    for (const node of frozenSince(spec, rest, element)) options.settled(node);
  }

  /** Makes the frozen beginning part of the tail again. */
  private thaw(): void {
    const { head } = this;
    const [first, ...others] = this.open;
    if (!head || !first) return;
    const source = head.source.join('');
    this.open = [this.wholeBlock(first), ...others];
    this.head = undefined;
    this.tail = source + this.tail;
    this.tailStart = head.start;
    this.nextTry = this.options.patience;
  }

  private wholeBlock(block: RenderedBlock): RenderedBlock {
    const { head } = this;
    if (!head) return block;
    const text = head.source.join('') + this.tail.slice(0, block.block.end - this.tailStart);
    const lookups = new Map([...head.lookups, ...block.lookups]);
    return { ...block, text, lookups, beginning: undefined, spec: block.spec && whole(block.spec) };
  }
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}
