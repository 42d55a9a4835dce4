import type { Token } from 'markdown-it';
import type { FreezePoint, OpenBlock } from '../frozen';
import type { NodeSpec } from '../tree';

/**
 * Renders part of a paragraph on its own. Returns undefined if the text after that part may change its meaning, for
 * example by closing a marker.
 */
export type RenderSelfContained = (content: string) => readonly NodeSpec[] | undefined;

/** Matches the start of a paragraph that may become a link definition. */
const MAY_DEFINE = /^\s*\[/;

/**
 * Maximum length of inline content without a freeze point, in characters. The text after it is rendered without markup.
 * Otherwise, the parser would read the same characters again and again, because an open marker could still be closed.
 */
export const MAX_OPEN_LENGTH = 4000;

/** Default minimum number of characters to freeze at a time. Freezing fewer would save no time. */
export const MIN_FREEZE_LENGTH = 400;

/**
 * Returns the length of the start of `content` that is parsed for markup: all of it, or up to {@link MAX_OPEN_LENGTH}
 * characters after its last freeze point. More text after that length doesn't change the result.
 */
export function markupLength(content: string, render: RenderSelfContained): number {
  if (content.length <= MAX_OPEN_LENGTH) return content.length;
  return Math.min(content.length, findLastFreezePoint(content, MIN_FREEZE_LENGTH, render) + MAX_OPEN_LENGTH);
}

/**
 * Finds a boundary between two words up to which a paragraph can be frozen, because no markup spans the boundary. The
 * placeholder is a letter, so that the parser treats the remaining text as the middle of a paragraph and finds no block
 * marker at its start.
 * @param minLength minimum number of characters to freeze
 */
export function findParagraphFreezePoint(
  open: OpenBlock,
  minLength: number,
  render: RenderSelfContained,
): FreezePoint | undefined {
  const { text, block, context } = open;
  const content = block.tokens.find(({ type }) => type === 'inline')?.content ?? '';
  const start = text.indexOf(content);
  const skip = context?.kind === 'paragraph' ? context.skip : 0;
  if (start < 0 || (!context && MAY_DEFINE.test(content))) return undefined;
  const boundary = skip + findLastFreezePoint(content.slice(skip), minLength, render);
  if (boundary === skip) return undefined;
  const point = freezePointAt(boundary, content, skip, open, render);
  return point && { ...point, end: start + boundary };
}

/**
 * Returns the offset of the last freeze point in `content`, or 0 if there is none. Each freeze point is found from the
 * text near the previous one, and not from all text that has arrived, so that an answer that arrives in pieces has the
 * same freeze points as a complete answer.
 */
function findLastFreezePoint(content: string, minLength: number, render: RenderSelfContained): number {
  for (let start = 0; ;) {
    const next = findNextFreezePoint(content, start, minLength, render);
    if (next === 0) return start;
    start = next;
  }
}

/**
 * Tries the last boundary of a text after `start` that is a little longer than `minLength`, and then of texts that are
 * twice as long each. Returns 0 if there is no freeze point.
 */
function findNextFreezePoint(content: string, start: number, minLength: number, render: RenderSelfContained): number {
  for (
    let length = Math.ceil(minLength * 1.25);
    length <= MAX_OPEN_LENGTH && start + length < content.length;
    length *= 2
  ) {
    const boundary = findLastBoundary(content, start, start + minLength, start + length);
    if (boundary > 0 && isWithinProse(content, boundary) && render(content.slice(start, boundary))) return boundary;
  }
  return 0;
}

/**
 * Returns whether the line that contains the boundary already belongs to the paragraph and has no table cells before
 * the boundary. A line with cells may still become the header of a table, so no freeze point may be in it.
 */
function isWithinProse(content: string, boundary: number): boolean {
  const part = content.slice(content.lastIndexOf('\n', boundary - 1) + 1, boundary);
  return part === '' || (part.trim() !== '' && !part.includes('|'));
}

function freezePointAt(
  boundary: number,
  content: string,
  skip: number,
  { spec }: OpenBlock,
  render: RenderSelfContained,
): Omit<FreezePoint, 'end'> | undefined {
  const specs = render(content.slice(skip, boundary));
  const last = specs?.at(-1);
  const count = (specs?.length ?? 0) - 1;
  const current = spec.children[count];
  if (typeof last !== 'string' || typeof current !== 'string' || !current.startsWith(last)) return undefined;
  const space = /\s/.exec(content.charAt(boundary - 1))?.[0] ?? '';
  const placeholder = `p${space}`;
  return {
    placeholder,
    context: { kind: 'paragraph', skip: placeholder.length },
    childrenToFreeze: { depth: 0, count, textLength: last.length },
  };
}

// A paragraph can be frozen up to a boundary: a space before a word, or the point between two characters of a script
// that is written without spaces.
const BOUNDARY_SPACE = /[ \n]/;
const WORD_START = /[A-Za-z0-9\u3041-\u9fff]/;
const UNSPACED = /[\u3001-\u9fff]/;

/** Matches characters with which a link, an entity or an escape can extend over a boundary without spaces. */
const MAY_SPAN_WORDS = /[:<&\\@]/;

/**
 * Returns the offset of the last boundary in `content` from `min` to `max`, or 0 if there is none.
 * @param start offset of the freeze point before the boundary
 */
function findLastBoundary(content: string, start: number, min: number, max: number): number {
  const maySpanWords = MAY_SPAN_WORDS.test(content.slice(start, max));
  for (let end = max; end >= min && end > 0; end--) {
    const [before, after] = [content.charAt(end - 1), content.charAt(end)];
    if (!WORD_START.test(after)) continue;
    if (BOUNDARY_SPACE.test(before)) return end;
    if (!maySpanWords && UNSPACED.test(before) && UNSPACED.test(after)) return end;
  }
  return 0;
}

/**
 * Returns whether text after `content` can't change its meaning. `tokens` are the result of parsing `content` on its
 * own. A closed marker, such as the second `**`, has become a token. An open marker is still text, and later text may
 * close it unless it has spaces or letters on both sides. Escaped characters are text too and look like open markers,
 * so content with an escape or entity and a marker is never self-contained.
 *
 * @param hasLookups whether the content uses a link label; `[a]` may still continue as `[a](b)` or `[a][b]`
 */
export function isSelfContained(content: string, tokens: readonly Token[], hasLookups: boolean): boolean {
  const texts = tokens.filter(({ type }) => type === 'text').map((token) => token.content);
  const textsWithMarkers = texts.filter((text) => /[`*_~[\]]/.test(text));
  if (textsWithMarkers.length === 0) return !hasLookups || !hasLinkEnd(content);
  if (/[\\&]/.test(content) || textsWithMarkers.some((text) => text.includes('`'))) return false;
  if (!textsWithMarkers.every((text) => !/[*_~]/.test(text.replace(LITERAL_MARKERS, '')))) return false;
  if (!hasLookups && !textsWithMarkers.some((text) => /[[\]]/.test(text))) return true;
  const isPlain = !hasLinkEnd(content) && !content.includes('<') && !tokens.some(({ type }) => type === 'link_open');
  return isPlain && isBalanced(texts.join(''));
}

const LITERAL_MARKERS = /(?<=[ \n])\*+(?=[ \n])|(?<=[A-Za-z0-9])_+(?=[A-Za-z0-9])|(?<=[^~])~(?=[^~])/g;

function hasLinkEnd(content: string): boolean {
  return content.includes('](') || content.includes('][');
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const bracket of text.match(/[[\]]/g) ?? []) {
    depth += bracket === '[' ? 1 : -1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
