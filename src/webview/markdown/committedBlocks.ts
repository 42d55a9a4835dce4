import type { MarkdownIt } from 'markdown-it';
import type { BlockRenderer, RenderedBlock } from './blockRenderer';
import { parseBlocks } from './blocks';
import type { Reference, ReferenceScope } from './references';

/**
 * Number of unchanged blocks before the first changed one that are rendered again when the text is replaced, because
 * they may depend on the text after them.
 */
const REWIND_MARGIN = 3;

interface CommittedBlock extends RenderedBlock {
  /** Link definitions in the block that take effect, because no earlier block has defined the same label. */
  readonly effectiveDefinitions: ReadonlyMap<string, Reference>;
}

/**
 * Blocks whose source no longer changes. Their elements change only when a link label that they use is defined later.
 * Blocks that use undefined labels are therefore remembered by label.
 */
export class CommittedBlocks {
  private readonly blocks: CommittedBlock[] = [];
  private readonly definitions = new Map<string, Reference>();
  /** For each link label that no committed block defines, the indices of the blocks that use the label. */
  private readonly unresolved = new Map<string, Set<number>>();

  /**
   * @param onFinal called with the element of each added block, and again when a later link definition has changed it
   */
  constructor(
    private readonly renderer: BlockRenderer,
    private readonly parser: MarkdownIt,
    private readonly onFinal: (element: Element) => void,
  ) {}

  get references(): ReadonlyMap<string, Reference> {
    return this.definitions;
  }

  /** Offset in the source at which the last committed block ends, or 0 if there is none. */
  get end(): number {
    return this.blocks.at(-1)?.block.end ?? 0;
  }

  get lastElement(): Element | undefined {
    return this.blocks.findLast(({ element }) => element)?.element;
  }

  /**
   * Appends blocks. If they define link labels that earlier blocks use, those earlier blocks are rendered again.
   * @param scope the link definitions with which `rendered` was rendered
   */
  add(rendered: readonly RenderedBlock[], scope: ReferenceScope): void {
    const labels: string[] = [];
    const first = this.blocks.length;
    for (const block of rendered) {
      const defined = this.define(block.block.definitions, scope);
      labels.push(...defined.keys());
      this.blocks.push({ ...withoutCaches(block), effectiveDefinitions: defined });
      if (block.element) this.onFinal(block.element);
    }
    for (let index = first; index < this.blocks.length; index++) this.trackUnresolved(index);
    for (const label of labels) {
      this.rerenderUsersOf(label, scope);
      this.unresolved.delete(label);
    }
  }

  /**
   * Renders a committed block again if it uses a link label whose definition in the tail has changed since the block
   * was rendered.
   */
  rerenderUnresolved(scope: ReferenceScope): void {
    for (const label of [...this.unresolved.keys()]) this.rerenderUsersOf(label, scope);
  }

  /** Removes and returns the blocks that may depend on the source after its first `length` characters. */
  rewind(length: number): readonly RenderedBlock[] {
    const changed = this.blocks.findIndex(({ block }) => block.end > length);
    const keptCount = Math.max(0, (changed < 0 ? this.blocks.length : changed) - REWIND_MARGIN);
    const dropped = this.blocks.splice(keptCount);
    this.definitions.clear();
    for (const { effectiveDefinitions: defined } of this.blocks)
      for (const [label, value] of defined) this.definitions.set(label, value);
    this.unresolved.clear();
    for (let index = 0; index < keptCount; index++) this.trackUnresolved(index);
    return dropped;
  }

  private define(labels: readonly string[], scope: ReferenceScope): ReadonlyMap<string, Reference> {
    const defined = new Map<string, Reference>();
    for (const label of labels) {
      const reference = scope.tailDefinitions.get(label);
      if (!reference || this.definitions.has(label)) continue;
      this.definitions.set(label, reference);
      defined.set(label, reference);
    }
    return defined;
  }

  private trackUnresolved(index: number): void {
    for (const label of this.blocks[index]?.lookups.keys() ?? []) {
      if (this.definitions.has(label)) continue;
      const indices = this.unresolved.get(label) ?? new Set();
      this.unresolved.set(label, indices.add(index));
    }
  }

  private rerenderUsersOf(label: string, scope: ReferenceScope): void {
    for (const index of this.unresolved.get(label) ?? []) {
      const block = this.blocks[index];
      if (!block || scope.resolvesTo(block.lookups)) continue;
      const tokens = parseBlocks(this.parser, block.text, {}).blocks[0]?.tokens ?? [];
      const source = { ...block, block: { ...block.block, tokens } };
      const rendered = this.renderer.render(source, block, scope);
      this.blocks[index] = { ...block, ...withoutCaches(rendered) };
      this.trackUnresolved(index);
      if (rendered.element) this.onFinal(rendered.element);
    }
  }
}

const noInlines: RenderedBlock['inlineCache'] = new Map();

/** Drops the tokens and the inline cache of a block to free memory. They can be restored from the text of the block. */
function withoutCaches(block: RenderedBlock): RenderedBlock {
  return { ...block, block: { ...block.block, tokens: [] }, inlineCache: noInlines };
}
