import type { MarkdownIt } from 'markdown-it';
import type { Block } from './blocks';
import { blockToTree } from './blockToTree';
import { createToolbars, type AnswerControls } from './codeBlock';
import { firstChars } from '../../shared/protocol';
import { inlineToTree, type RenderMath } from './inlineToTree';
import { createElement, patchElement } from './morph';
import type { Lookups, References } from './references';
import { pushNodes, type ElementSpec, type NodeSpec } from './tree';

/**
 * Rendered piece of inline content. The piece is rendered again only if the definition of one of its link labels
 * changes.
 */
interface RenderedInline {
  readonly specs: readonly NodeSpec[];
  readonly lookups: Lookups;
}

export interface RenderedBlock {
  readonly start: number;
  readonly text: string;
  /** Whether the block ends with a code block that can still grow. */
  readonly mayGrow: boolean;
  /**
   * Description of the block's element. A link definition is not visible, so its description and its element are
   * undefined.
   */
  readonly spec: ElementSpec | undefined;
  readonly element: Element | undefined;
  readonly lookups: Lookups;
  /** Rendered inline content of an open block, keyed by its Markdown source. */
  readonly inlines: ReadonlyMap<string, RenderedInline>;
}

export interface BlockSource {
  readonly start: number;
  readonly text: string;
  readonly tokens: Block['tokens'];
  /**
   * Line number in the parsed text. A code block that ends at this line or later might still grow. Infinity if no code
   * block can grow.
   */
  readonly openFromLine: number;
}

export type RenderBlock = ReturnType<typeof createBlockRenderer>;

/** Returns a function that renders a Markdown block, or updates the element of the block's previous rendering. */
export function createBlockRenderer(parser: MarkdownIt, controls: AnswerControls, renderMath: RenderMath) {
  const toolbarFor = createToolbars(controls);

  const renderInline = (content: string, references: References): RenderedInline => {
    const lookups = new Map();
    const [inline] = parser.parseInline(content, { references: references.record(lookups) });
    return { specs: inlineToTree(inline?.children ?? [], renderMath), lookups };
  };

  const updateElement = (
    spec: ElementSpec | undefined,
    { spec: before, element }: Partial<RenderedBlock> = {},
  ): Element | undefined => {
    if (spec) return element && before ? patchElement(element, before, spec) : createElement(spec);
    element?.remove();
    return undefined;
  };

  return (
    { start, text, tokens, openFromLine }: BlockSource,
    previous: RenderedBlock | undefined,
    references: References,
  ): RenderedBlock => {
    const mayGrow = openFromLine !== Infinity;
    const isUnchanged = text === previous?.text && !mayGrow && !previous.mayGrow;
    if (isUnchanged && references.resolveTo(previous.lookups)) return { ...previous, start };
    const inlines = new Map<string, RenderedInline>();
    const spec = blockToTree(tokens, {
      renderInline: (content) => {
        const specs: NodeSpec[] = [];
        for (const piece of splitInline(content)) {
          const knownInline = inlines.get(piece) ?? previous?.inlines.get(piece);
          const inline =
            knownInline && references.resolveTo(knownInline.lookups) ? knownInline : renderInline(piece, references);
          inlines.set(piece, inline);
          pushNodes(specs, inline.specs);
        }
        return specs;
      },
      renderMath,
      unescape: (info) => parser.utils.unescapeAll(info),
      toolbarFor,
      labels: controls.labels,
      openFromLine,
    });
    const element = updateElement(spec, previous);
    const lookups = new Map([...inlines.values()].flatMap((inline) => [...inline.lookups]));
    return { start, text, mayGrow, spec, element, lookups, inlines };
  };
}

/**
 * Maximum length of inline content that is parsed at once, in characters. For hostile content, the parsing time grows
 * with the square of the length.
 */
const MAX_INLINE_LENGTH = 4000;

/** Matches the text up to the last boundary between two sentences or lines. */
const SENTENCES = /^[^]*(?:\n *|[.!?] +|[。！？])/;

const WORDS = /^[^]* /;

/**
 * Splits long inline content into pieces that are parsed separately, if possible between two sentences. Markup that
 * extends beyond the end of a piece is shown as text. The end of a piece depends only on the text before it, so a
 * streamed answer is split like a complete answer.
 */
function splitInline(content: string): readonly string[] {
  const pieces: string[] = [];
  let rest = content;
  while (rest.length > MAX_INLINE_LENGTH) {
    const longest = firstChars(rest, MAX_INLINE_LENGTH);
    const piece = (SENTENCES.exec(longest) ?? WORDS.exec(longest))?.[0] ?? longest;
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...pieces, rest];
}
