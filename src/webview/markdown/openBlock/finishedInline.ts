import type { Token } from 'markdown-it';

/** Where a paragraph may be cut: between words, or between two characters of a script that is written without spaces. */
const BEFORE = /[ \n]/;
const AFTER = /[A-Za-z0-9\u3041-\u9fff]/;
const UNSPACED = /[\u3001-\u9fff]/;

/** With one of these a word can belong to a link, an entity or an escape that began before it. */
const REACHES_ON = /[:<&\\@]/;

/** The last place from `longest` back to `shortest` where `content` may be cut; 0: none. */
export function lastCut(content: string, shortest: number, longest: number): number {
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
