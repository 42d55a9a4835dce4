import type { Token } from 'markdown-it';
import type { RenderedBlock } from './blockRenderer';
import type { Block } from './blocks';
import { CHUNK_LENGTH } from './codeBlock';
import { highlightedCode } from './morph';
import type { ElementSpec, NodeSpec } from './tree';

/**
 * Matches text that can be appended to a nonempty line without parsing. None of the characters can be part of a
 * Markdown marker, link, entity or escape.
 */
const PLAIN_TEXT = /^[\p{L}\p{M}\p{N} ,.;'’"“”–—，。、；-]*$/u;

const LETTER = /\p{L}/u;

/** Matches the start of a line that could be the closing fence of a code block. */
const MAY_CLOSE_FENCE = /^[ \t]*[`~]/m;

/**
 * Appends plain text to the last text node of a block without parsing. The text is parsed later, together with the text
 * after it.
 */
export class AppendFastPath {
  private accepted = '';
  private rendered = '';

  private constructor(
    private readonly rendering: RenderedBlock,
    private readonly node: Text,
    /** Last line of the code. Undefined if the block is prose. */
    private codeLine: string | undefined,
    /** Spaces at the end of prose, which are not rendered until a word follows. */
    private spaces: string,
    private readonly maxLength: number,
  ) {}

  /**
   * Returns an object that appends plain text to the last block of an answer without parsing. Returns undefined if the
   * block must be parsed.
   */
  static create(rendering: RenderedBlock, { tokens }: Block): AppendFastPath | undefined {
    const { text, spec, element } = rendering;
    const last = spec && findLastText(spec);
    const node = element && findLastTextNode(element);
    if (last === undefined || !node || highlightedCode.has(node.parentElement ?? element)) return undefined;
    const [first] = tokens;
    if (first?.type !== 'fence') {
      const spaces = trailingSpacesOfProse(tokens, text);
      return spaces === undefined ? undefined : new AppendFastPath(rendering, node, undefined, spaces, Infinity);
    }
    const codeLine = lastLineOf(text);
    // Text can be appended without parsing only if everything after the opening fence is code. This is not the case if
    // the code block is closed or indented.
    const isVerbatim = text.startsWith(first.markup) && text.length === text.indexOf('\n') + 1 + first.content.length;
    if (!isVerbatim || MAY_CLOSE_FENCE.test(codeLine)) return undefined;
    return new AppendFastPath(rendering, node, codeLine, '', CHUNK_LENGTH - last.length);
  }

  tryAppend(text: string): boolean {
    if (this.accepted.length + text.length > this.maxLength) return false;
    const { codeLine } = this;
    if (codeLine === undefined ? !PLAIN_TEXT.test(text) : MAY_CLOSE_FENCE.test(codeLine + text)) return false;
    this.accepted += text;
    const pending = this.spaces + text;
    const addition = codeLine === undefined ? pending.trimEnd() : pending;
    this.spaces = pending.slice(addition.length);
    if (codeLine !== undefined) this.codeLine = lastLineOf(codeLine + text);
    this.rendered += addition;
    if (addition !== '') this.node.appendData(addition);
    return true;
  }

  get extendedBlock(): RenderedBlock {
    const { rendering, accepted, rendered } = this;
    if (accepted === '') return rendering;
    const spec = rendering.spec && withAppendedText(rendering.spec, rendered);
    return { ...rendering, text: rendering.text + accepted, spec };
  }
}

function lastLineOf(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1);
}

/**
 * Returns the spaces at the end of a paragraph or heading. Returns undefined for other blocks, or if the last word is
 * not plain text.
 */
function trailingSpacesOfProse(tokens: readonly Token[], text: string): string | undefined {
  const index = tokens.findLastIndex(({ nesting }) => nesting >= 0);
  const [inline, close] = [tokens[index], tokens[index + 1]];
  const isProse = close?.type === 'paragraph_close' || close?.type === 'heading_close';
  if (inline?.type !== 'inline' || !isProse) return undefined;
  const { content } = inline;
  const line = lastLineOf(content);
  const word = line.slice(line.lastIndexOf(' ') + 1);
  // Text that starts with a bracket could become a link definition, so it is always parsed.
  if (content.startsWith('[') || !LETTER.test(line) || !PLAIN_TEXT.test(word)) return undefined;
  const end = text.trimEnd();
  const spaces = text.slice(end.length);
  return end.endsWith(word) && /^ *$/.test(spaces) ? spaces : undefined;
}

function findLastText(spec: ElementSpec): string | undefined {
  let last: NodeSpec | undefined = spec;
  while (typeof last === 'object') last = last.children.at(-1);
  return last;
}

function findLastTextNode(element: Element): Text | undefined {
  let last: Node | null = element;
  while (last?.nodeType === 1) last = last.lastChild;
  return last?.nodeType === 3 ? (last as Text) : undefined;
}

function withAppendedText(spec: ElementSpec, text: string): ElementSpec {
  const last = spec.children.at(-1);
  if (last === undefined) return spec;
  const grown = typeof last === 'string' ? last + text : withAppendedText(last, text);
  return { ...spec, children: [...spec.children.slice(0, -1), grown] };
}
