import type { MarkdownIt, Token } from 'markdown-it';
import type { Block } from './blocks';
import { blockToTree, type TaskMarks } from './blockToTree';
import { changeLastDescendant, findFrozenNodes, type PrefixContext } from './frozen';
import { inlineToTree } from './inlineToTree';
import { createElement, patchElement } from './morph';
import { isSelfContained, markupLength } from './openBlock/paragraphFreezePoint';
import { createReferenceRecord, type Lookups, type Reference, type ReferenceScope } from './references';
import { pushText, type ElementSpec, type NodeSpec } from './tree';

interface BlockSource {
  readonly block: Block;
  /**
   * Markdown source of the block. If neither the source nor the link definitions that it uses change, the elements
   * don't change either.
   */
  readonly text: string;
  /**
   * Line number in the parsed text. A code block that ends at this line or later may still grow. Infinity if no code
   * block can grow.
   */
  readonly openFromLine: number;
  /**
   * What the parser must know about the frozen prefix of the block, if there is one. The elements of the prefix already
   * exist.
   */
  readonly context: PrefixContext | undefined;
}

/** A block with the element that shows it. */
export interface RenderedBlock extends BlockSource {
  readonly spec: ElementSpec | undefined;
  readonly element: Element | undefined;
  readonly lookups: Lookups;
  /** Rendered inline content that uses no link label. The key is the source of the content. */
  readonly inlineCache: ReadonlyMap<string, readonly NodeSpec[]>;
}

/** Maximum number of contents to remember that were not self-contained. */
const MAX_OPEN_CONTENTS = 20;

/** Renders blocks. If a block has been rendered before, its existing element is patched. */
export class BlockRenderer {
  /** Contents that were not self-contained, so that they are not parsed again for the same answer. */
  private readonly openContents = new Set<string>();

  constructor(
    private readonly parser: MarkdownIt,
    private readonly toolbar: ElementSpec,
    private readonly taskMarks: TaskMarks,
    private readonly document: Document,
  ) {}

  render(source: BlockSource, previous: RenderedBlock | undefined, scope: ReferenceScope): RenderedBlock {
    if (previous && isUnchanged(source, previous, scope)) return { ...previous, ...source };
    const lookups = new Map<string, Reference | undefined>();
    const inlineCache = new Map<string, readonly NodeSpec[]>();
    const { context } = source;
    const skip = context?.kind === 'paragraph' ? context.skip : 0;
    const remainder = blockToTree(source.block.tokens, {
      renderInline: (fullContent) => {
        const content = fullContent.slice(skip);
        const length = markupLength(content, (part) => this.renderSelfContained(part, scope));
        const markup = content.slice(0, length);
        const cached = inlineCache.get(markup) ?? previous?.inlineCache.get(markup);
        if (cached) inlineCache.set(markup, cached);
        const specs = cached ?? this.renderInline(markup, scope, lookups, inlineCache);
        return length < content.length ? withText(specs, content.slice(length)) : specs;
      },
      parseLanguage: (info) => this.parseLanguage(info),
      toolbar: this.toolbar,
      taskMarks: this.taskMarks,
      openFromLine: source.openFromLine,
      loose: context?.kind === 'list' && context.loose,
    });
    const spec = remainder && context ? attachFrozenNodes(remainder, context, previous?.spec) : remainder;
    return { ...source, spec, element: this.updateElement(spec, previous), lookups, inlineCache };
  }

  /**
   * Renders part of a paragraph on its own. Returns undefined if the text after that part may change its meaning, for
   * example by closing a marker.
   */
  renderSelfContained(content: string, scope: ReferenceScope): readonly NodeSpec[] | undefined {
    if (this.openContents.has(content)) return undefined;
    const lookups = new Map<string, Reference | undefined>();
    const tokens = this.parseInline(content, scope, lookups);
    if (isSelfContained(content, tokens, lookups.size > 0)) return inlineToTree(tokens);
    if (this.openContents.size >= MAX_OPEN_CONTENTS) this.openContents.clear();
    this.openContents.add(content);
    return undefined;
  }

  private renderInline(
    content: string,
    scope: ReferenceScope,
    lookups: Map<string, Reference | undefined>,
    inlineCache: Map<string, readonly NodeSpec[]>,
  ): readonly NodeSpec[] {
    const contentLookups = new Map<string, Reference | undefined>();
    const specs = inlineToTree(this.parseInline(content, scope, contentLookups));
    if (contentLookups.size === 0) inlineCache.set(content, specs);
    for (const [label, reference] of contentLookups) lookups.set(label, reference);
    return specs;
  }

  /** @param lookups the link labels that the content uses are added to this map */
  private parseInline(
    content: string,
    scope: ReferenceScope,
    lookups: Map<string, Reference | undefined>,
  ): readonly Token[] {
    const references = createReferenceRecord((label) => {
      const reference = scope.lookUp(label);
      lookups.set(label, reference);
      return reference;
    });
    return this.parser.parseInline(content, { references })[0]?.children ?? [];
  }

  private parseLanguage(info: string): string {
    return this.parser.utils.unescapeAll(info).trim().split(/\s+/, 1)[0] ?? '';
  }

  private updateElement(spec: ElementSpec | undefined, previous: RenderedBlock | undefined): Element | undefined {
    const { spec: before, element } = previous ?? {};
    if (!spec) {
      element?.remove();
      return undefined;
    }
    return element && before ? patchElement(element, before, spec) : createElement(spec, this.document);
  }
}

function withText(specs: readonly NodeSpec[], text: string): readonly NodeSpec[] {
  const extended = [...specs];
  pushText(extended, text);
  return extended;
}

function isUnchanged(source: BlockSource, previous: RenderedBlock, scope: ReferenceScope): boolean {
  return source.text === previous.text && !mayGrow(source) && !mayGrow(previous) && scope.resolvesTo(previous.lookups);
}

function mayGrow({ openFromLine }: BlockSource): boolean {
  return openFromLine !== Infinity;
}

function attachFrozenNodes(
  remainder: ElementSpec,
  context: PrefixContext,
  previous: ElementSpec | undefined,
): ElementSpec {
  const frozen = findFrozenNodes(previous);
  if (!frozen) return remainder;
  switch (context.kind) {
    case 'list':
      return { ...remainder, attributes: context.attributes, frozen };
    case 'paragraph':
      return { ...remainder, frozen };
    case 'table':
    case 'fence':
      return changeLastDescendant(remainder, 2, (inside) => ({ ...inside, frozen }));
  }
}
