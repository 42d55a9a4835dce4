import type { Token } from 'markdown-it';
import type { Cut, OpenBlock } from '../frozen';
import type { Spec } from '../tree';

/** Inline content by itself; undefined when something in it may still go on behind it. */
export type RenderFinished = (content: string) => readonly Spec[] | undefined;

/** May be link definitions, or become some. */
const MAY_DEFINE = /^\s*\[/;

/**
 * Inline content is final up to a place between two words that no mark reaches across. A letter stands in for it: the
 * line then is what it was, the middle of a paragraph, and nothing at its beginning is taken for a marker.
 * @param patience characters that are not worth a cut.
 */
export function cutParagraph(open: OpenBlock, patience: number, render: RenderFinished): Cut | undefined {
  const { text, block, beginning } = open;
  const content = block.tokens.find(({ type }) => type === 'inline')?.content ?? '';
  const start = text.indexOf(content);
  const skip = beginning?.kind === 'paragraph' ? beginning.skip : 0;
  if (start < 0 || (!beginning && MAY_DEFINE.test(content))) return undefined;
  const latest = lastCut(content, skip + patience, Infinity);
  const places = [latest, lastCut(content, skip + patience, (skip + latest) / 2)];
  for (const place of places) {
    const cut = place > skip && isWithinText(content, place) ? cutAt(place, content, skip, open, render) : undefined;
    if (cut) return { ...cut, end: start + place };
  }
  return undefined;
}

/**
 * What is before it in its line must have made that line part of the paragraph, and must not be a cell: the line may
 * become a table's header yet, and then cells are counted.
 */
function isWithinText(content: string, place: number): boolean {
  const part = content.slice(content.lastIndexOf('\n', place - 1) + 1, place);
  return part === '' || (part.trim() !== '' && !part.includes('|'));
}

function cutAt(
  place: number,
  content: string,
  skip: number,
  { spec }: OpenBlock,
  render: RenderFinished,
): Omit<Cut, 'end'> | undefined {
  const specs = render(content.slice(skip, place));
  const last = specs?.at(-1);
  const count = (specs?.length ?? 0) - 1;
  const shown = spec.children[count];
  if (typeof last !== 'string' || typeof shown !== 'string' || !shown.startsWith(last)) return undefined;
  const space = /\s/.exec(content.charAt(place - 1))?.[0] ?? '';
  const standIn = `p${space}`;
  return {
    standIn,
    beginning: { kind: 'paragraph', skip: standIn.length },
    final: { depth: 0, count, text: last.length },
  };
}

/** Where a paragraph may be cut: between words, or between two characters of a script that is written without spaces. */
const BEFORE = /[ \n]/;
const AFTER = /[A-Za-z0-9\u3041-\u9fff]/;
const UNSPACED = /[\u3001-\u9fff]/;

/** With one of these a word can belong to a link, an entity or an escape that began before it. */
const REACHES_ON = /[:<&\\@]/;

/** The last place from `longest` back to `shortest` where `content` may be cut; 0: none. */
function lastCut(content: string, shortest: number, longest: number): number {
  const reachesOn = REACHES_ON.test(content);
  for (let end = Math.min(longest, content.length - 1); end >= shortest && end > 0; end--) {
    const [before, after] = [content.charAt(end - 1), content.charAt(end)];
    if (!AFTER.test(after)) continue;
    if (BEFORE.test(before)) return end;
    if (!reachesOn && UNSPACED.test(before) && UNSPACED.test(after)) return end;
  }
  return 0;
}

/**
 * Whether nothing in `content`, which was parsed by itself into `tokens`, waits for what comes behind it. What has
 * found its partner is a token of its own; a mark that is still text may find one, except where it can never open:
 * with spaces or letters on both sides. Escapes and entities become text, too, so with them no mark is trusted.
 *
 * @param asked whether it has asked for a link definition: `[a]` may go on as `[a](b)` or `[a][b]`.
 */
export function isFinished(content: string, tokens: readonly Token[], asked: boolean): boolean {
  const texts = tokens.filter(({ type }) => type === 'text').map((token) => token.content);
  const marked = texts.filter((text) => /[`*_~[\]]/.test(text));
  if (marked.length === 0) return !asked || !hasLinkEnd(content);
  if (/[\\&]/.test(content) || marked.some((text) => text.includes('`'))) return false;
  if (!marked.every((text) => !/[*_~]/.test(text.replace(INERT, '')))) return false;
  if (!asked && !marked.some((text) => /[[\]]/.test(text))) return true;
  const isPlain = !hasLinkEnd(content) && !content.includes('<') && !tokens.some(({ type }) => type === 'link_open');
  return isPlain && isBalanced(texts.join(''));
}

const INERT = /(?<=[ \n])\*+(?=[ \n])|(?<=[A-Za-z0-9])_+(?=[A-Za-z0-9])|(?<=[^~])~(?=[^~])/g;

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
