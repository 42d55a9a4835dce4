import type { MarkdownIt, Token } from 'markdown-it';
import type { Block } from './blocks';
import { blockToTree, type TaskMarks } from './blockToTree';
import { changeInside, frozenIn, type Beginning } from './frozen';
import { inlineToTree } from './inlineToTree';
import { createElement, patchElement } from './morph';
import { isFinished } from './openBlock/cutParagraph';
import { referenceRecord, type Lookups, type Reference, type ReferenceScope } from './references';
import type { ElementSpec, Spec } from './tree';

interface BlockSource {
  readonly block: Block;
  /** The same source shows the same, as long as its labels mean the same. */
  readonly text: string;
  /** Code that reaches this line of the parsed text may still grow; Infinity: none. */
  readonly openFromLine: number;
  /** Of the block, if that is frozen: what is shown of it is behind the rest already. */
  readonly beginning: Beginning | undefined;
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
    private readonly taskMarks: TaskMarks,
    private readonly document: Document,
  ) {}

  render(source: BlockSource, previous: RenderedBlock | undefined, scope: ReferenceScope): RenderedBlock {
    if (previous && showsTheSame(source, previous, scope)) return { ...previous, ...source };
    const lookups = new Map<string, Reference | undefined>();
    const inlines = new Map<string, readonly Spec[]>();
    const { beginning } = source;
    const skip = beginning?.kind === 'paragraph' ? beginning.skip : 0;
    const rest = blockToTree(source.block.tokens, {
      inline: (whole) => {
        const content = whole.slice(skip);
        const known = inlines.get(content) ?? previous?.inlines.get(content);
        if (known) inlines.set(content, known);
        return known ?? this.inline(content, scope, lookups, inlines);
      },
      language: (info) => this.language(info),
      toolbar: this.toolbar,
      taskMarks: this.taskMarks,
      openFromLine: source.openFromLine,
      loose: beginning?.kind === 'list' && beginning.loose,
    });
    const spec = rest && beginning ? behindBeginning(rest, beginning, previous?.spec) : rest;
    return { ...source, spec, element: this.show(spec, previous), lookups, inlines };
  }

  /** Inline content by itself; undefined when something in it may still go on behind it. */
  finished(content: string, scope: ReferenceScope): readonly Spec[] | undefined {
    const asked = new Map<string, Reference | undefined>();
    const tokens = this.parseInline(content, scope, asked);
    return isFinished(content, tokens, asked.size > 0) ? inlineToTree(tokens) : undefined;
  }

  private inline(
    content: string,
    scope: ReferenceScope,
    lookups: Map<string, Reference | undefined>,
    inlines: Map<string, readonly Spec[]>,
  ): readonly Spec[] {
    const asked = new Map<string, Reference | undefined>();
    const specs = inlineToTree(this.parseInline(content, scope, asked));
    if (asked.size === 0) inlines.set(content, specs);
    for (const [label, reference] of asked) lookups.set(label, reference);
    return specs;
  }

  /** @param asked gets the labels that were looked up. */
  private parseInline(
    content: string,
    scope: ReferenceScope,
    asked: Map<string, Reference | undefined>,
  ): readonly Token[] {
    const references = referenceRecord((label) => {
      const reference = scope.read(label);
      asked.set(label, reference);
      return reference;
    });
    return this.parser.parseInline(content, { references })[0]?.children ?? [];
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

function behindBeginning(rest: ElementSpec, beginning: Beginning, shown: ElementSpec | undefined): ElementSpec {
  const behind = frozenIn(shown);
  if (!behind) return rest;
  switch (beginning.kind) {
    case 'list':
      return { ...rest, attributes: beginning.attributes, behind };
    case 'paragraph':
      return { ...rest, behind };
    case 'table':
    case 'fence':
      return changeInside(rest, 2, (inside) => ({ ...inside, behind }));
  }
}
