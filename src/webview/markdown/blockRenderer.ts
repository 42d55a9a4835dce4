import type { MarkdownIt } from 'markdown-it';
import type { Block } from './blocks';
import { blockToTree } from './blockToTree';
import { inlineToTree } from './inlineToTree';
import { createElement, patchElement } from './morph';
import { referenceRecord, type Lookups, type Reference, type ReferenceScope } from './references';
import type { ElementSpec, Spec } from './tree';

export interface BlockSource {
  readonly block: Block;
  /** The same source shows the same, as long as its labels mean the same. */
  readonly text: string;
  /** Code that reaches this line of the parsed text may still grow; Infinity: none. */
  readonly openFromLine: number;
}

/** A block and what is shown of it. */
export interface RenderedBlock extends BlockSource {
  readonly spec: ElementSpec | undefined;
  readonly element: Element | undefined;
  readonly lookups: Lookups;
  /** Inline content that asked for no label, by its source. */
  readonly inlines: ReadonlyMap<string, readonly Spec[]>;
}

/** Renders blocks, each onto what was shown in its place before. */
export class BlockRenderer {
  constructor(
    private readonly parser: MarkdownIt,
    private readonly toolbar: ElementSpec,
    private readonly document: Document,
  ) {}

  render(source: BlockSource, previous: RenderedBlock | undefined, scope: ReferenceScope): RenderedBlock {
    if (previous && showsTheSame(source, previous, scope)) return { ...previous, ...source };
    const lookups = new Map<string, Reference | undefined>();
    const inlines = new Map<string, readonly Spec[]>();
    const spec = blockToTree(source.block.tokens, {
      inline: (content) => {
        const known = inlines.get(content) ?? previous?.inlines.get(content);
        if (known) inlines.set(content, known);
        return known ?? this.inline(content, scope, lookups, inlines);
      },
      language: (info) => this.language(info),
      toolbar: this.toolbar,
      openFromLine: source.openFromLine,
    });
    return { ...source, spec, element: this.show(spec, previous), lookups, inlines };
  }

  private inline(
    content: string,
    scope: ReferenceScope,
    lookups: Map<string, Reference | undefined>,
    inlines: Map<string, readonly Spec[]>,
  ): readonly Spec[] {
    const asked = new Map<string, Reference | undefined>();
    const references = referenceRecord((label) => {
      const reference = scope.read(label);
      asked.set(label, reference);
      return reference;
    });
    const [token] = this.parser.parseInline(content, { references });
    const specs = inlineToTree(token?.children ?? []);
    if (asked.size === 0) inlines.set(content, specs);
    for (const [label, reference] of asked) lookups.set(label, reference);
    return specs;
  }

  private language(info: string): string {
    return this.parser.utils.unescapeAll(info).trim().split(/\s+/, 1)[0] ?? '';
  }

  private show(spec: ElementSpec | undefined, previous: RenderedBlock | undefined): Element | undefined {
    const { spec: before, element: shown } = previous ?? {};
    if (!spec) {
      shown?.remove();
      return undefined;
    }
    return shown && before ? patchElement(shown, before, spec) : createElement(spec, this.document);
  }
}

function showsTheSame(source: BlockSource, previous: RenderedBlock, scope: ReferenceScope): boolean {
  return source.text === previous.text && !mayGrow(source) && !mayGrow(previous) && scope.sees(previous.lookups);
}

function mayGrow({ openFromLine }: BlockSource): boolean {
  return openFromLine !== Infinity;
}
