import type { RenderedBlock } from '../blockRenderer';
import { CHUNK_LENGTH } from '../codeBlock';
import { highlightedLanguage } from '../morph';
import type { ElementSpec, Spec } from '../tree';

/**
 * Characters that mean nothing in a line which has begun with something else: neither a mark, nor a part of a link, an
 * entity or an escape, nor what makes another block of the line.
 */
const PLAIN_TEXT = /^[\p{L}\p{M}\p{N} ,.;'’“”–—，。、；-]*$/u;

const LETTER = /\p{L}/u;

/** Text that only makes the last text of the last block longer: it is shown as it comes and parsed with what follows. */
export class AppendFastPath {
  private readonly acceptedTexts: string[] = [];
  private length = 0;
  /** What of it is shown: spaces wait for a word behind them. */
  private readonly renderedTexts: string[] = [];

  private constructor(
    private readonly block: RenderedBlock,
    private readonly node: Text,
    private readonly kind: 'prose' | 'code',
    /** Characters until it has to be parsed again. */
    private readonly maxLength: number,
    /** Of code: what may close it. */
    private readonly fenceCharacter: string,
    /** In the source behind what is shown. */
    private trailingSpaces: string,
  ) {}

  /** @param maxLength characters until there is a reason to parse again, whatever they are. */
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

  /** @returns false: it is more than that. */
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

  /** The block with all that was taken. */
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

/** Nothing but code is behind its first line, with nothing cut off, and the last line doesn't look like its end. */
function isOpenCode(text: string, content: string, marker: string): boolean {
  const code = text.indexOf('\n') + 1;
  const lastLine = text.slice(text.lastIndexOf('\n') + 1);
  return code > 0 && code + content.length === text.length && !lastLine.includes(marker);
}

/** The spaces at the end of a paragraph or heading whose last line is prose as far as its last word. */
function trailingSpacesOfProse({ block, text }: RenderedBlock): string | undefined {
  const { tokens } = block;
  const index = tokens.findLastIndex(({ nesting }) => nesting >= 0);
  const [inline, close] = [tokens[index], tokens[index + 1]];
  if (inline?.type !== 'inline' || (close?.type !== 'paragraph_close' && close?.type !== 'heading_close'))
    return undefined;
  const { content } = inline;
  const line = content.slice(content.lastIndexOf('\n') + 1);
  const word = line.slice(line.lastIndexOf(' ') + 1);
  // It may be a link definition, or become one.
  if (content.startsWith('[') || !LETTER.test(line) || !PLAIN_TEXT.test(word)) return undefined;
  const end = text.trimEnd();
  const spaces = text.slice(end.length);
  return end.endsWith(word) && /^ *$/.test(spaces) ? spaces : undefined;
}

function findLastText(spec: ElementSpec): string | undefined {
  let last: Spec | undefined = spec;
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
