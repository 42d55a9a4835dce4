import type { RenderedBlock } from '../blockRenderer';
import { CHUNK_LENGTH } from '../codeBlock';
import { highlightedLanguage } from '../morph';
import type { ElementSpec, NodeSpec } from '../tree';

/**
 * Matches text without Markdown syntax. When its characters are appended to a line that has already started, they can't
 * be part of a marker, link, entity or escape, and can't turn the line into a different block.
 */
const PLAIN_TEXT = /^[\p{L}\p{M}\p{N} ,.;'’“”–—，。、；-]*$/u;

const LETTER = /\p{L}/u;

/**
 * Appends plain text to the last text node of the last block without parsing it. The text is parsed later, together
 * with the text after it.
 */
export class AppendFastPath {
  private readonly acceptedTexts: string[] = [];
  private length = 0;
  /** The texts that this fast path has rendered. Trailing spaces are not rendered until a word follows. */
  private readonly renderedTexts: string[] = [];

  private constructor(
    private readonly block: RenderedBlock,
    private readonly node: Text,
    private readonly kind: 'prose' | 'code',
    /** Maximum number of characters that are appended before the block is parsed again. */
    private readonly maxLength: number,
    /** The character that the closing fence consists of, such as a backtick. Empty for prose. */
    private readonly fenceCharacter: string,
    /** Spaces at the end of the block that are not rendered until a word follows. */
    private trailingSpaces: string,
  ) {}

  /**
   * Returns a fast path for a block, or undefined if text can't be appended to the block without parsing.
   * @param maxLength maximum number of characters that are appended before the block is parsed again
   */
  static create(block: RenderedBlock, maxLength: number): AppendFastPath | undefined {
    const { element, spec, text } = block;
    const last = spec && findLastText(spec);
    const node = element && findLastTextNode(element);
    if (last === undefined || !node || (node.parentElement && highlightedLanguage.has(node.parentElement)))
      return undefined;
    const [{ type, markup, content } = noToken] = block.block.tokens;
    if (type === 'fence') {
      if (!isOpenCode(text, content, markup.charAt(0))) return undefined;
      return new AppendFastPath(block, node, 'code', CHUNK_LENGTH - last.length, markup.charAt(0), '');
    }
    const spaces = trailingSpacesOfProse(block);
    return spaces === undefined ? undefined : new AppendFastPath(block, node, 'prose', maxLength, '', spaces);
  }

  /** Renders the text. Returns false, and renders nothing, if the text must be parsed. */
  tryAppend(text: string): boolean {
    const length = this.length + text.length;
    if (
      length > this.maxLength ||
      !(this.kind === 'code' ? !text.includes(this.fenceCharacter) : PLAIN_TEXT.test(text))
    )
      return false;
    this.acceptedTexts.push(text);
    this.length = length;
    const pending = this.trailingSpaces + text;
    const rendered = this.kind === 'code' ? pending : pending.trimEnd();
    this.trailingSpaces = pending.slice(rendered.length);
    if (rendered === '') return true;
    this.renderedTexts.push(rendered);
    this.node.appendData(rendered);
    return true;
  }

  /** Returns the block with all text that this fast path has accepted. */
  get extendedBlock(): RenderedBlock {
    const { block } = this;
    if (this.length === 0) return block;
    return {
      ...block,
      text: block.text + this.acceptedTexts.join(''),
      block: { ...block.block, end: block.block.end + this.length },
      spec: block.spec && withAppendedText(block.spec, this.renderedTexts.join('')),
    };
  }
}

const noToken = { type: '', markup: '', content: '' };

/**
 * Returns whether the text after the opening fence can be used verbatim as the code: no indentation has to be removed,
 * and the last line can't become the closing fence.
 */
function isOpenCode(text: string, content: string, marker: string): boolean {
  const code = text.indexOf('\n') + 1;
  const lastLine = text.slice(text.lastIndexOf('\n') + 1);
  return code > 0 && code + content.length === text.length && !lastLine.includes(marker);
}

/**
 * Returns the spaces at the end of a paragraph or heading. Returns undefined for other blocks, and if the last word is
 * not plain text.
 */
function trailingSpacesOfProse({ block, text }: RenderedBlock): string | undefined {
  const { tokens } = block;
  const index = tokens.findLastIndex(({ nesting }) => nesting >= 0);
  const [inline, close] = [tokens[index], tokens[index + 1]];
  if (inline?.type !== 'inline' || (close?.type !== 'paragraph_close' && close?.type !== 'heading_close'))
    return undefined;
  const { content } = inline;
  const line = content.slice(content.lastIndexOf('\n') + 1);
  const word = line.slice(line.lastIndexOf(' ') + 1);
  // Content that starts with a bracket may become a link definition, so it is always parsed.
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
