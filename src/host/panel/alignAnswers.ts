import { diffArrays } from 'diff';
import { FencedText } from '../util/fencedText';

/** A word of prose with the space after it, or a line of code. */
interface Token {
  text: string;
  /** Tokens with the same key are the same for the comparison. */
  readonly key: string;
  /** What precedes the token if it starts a line: the line break of the answer, or an added one with the indentation. */
  lineStart: string | undefined;
  /** The line break that may be added before a word of prose. */
  readonly possibleLineStart?: string | undefined;
}

/** Minimum number of equal words after a line break that shows that both answers continue with the same text. */
const minEqualWords = 3;

/** Number of different words from which two answers have so little in common that aligning them would only take time. */
const maxDifferentWords = 300;

/** Longer answers are shown as they are, because aligning them would block the extension host. In characters. */
const maxLength = 100_000;

/** Spaces, block-quote markers and a list marker. */
const linePrefix = /^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)?/;

const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });

/**
 * Returns two answers in Markdown for VS Code's diff editor, which compares lines: each sentence is on a line of its own,
 * and lines of both answers start where their words are the same. Code blocks and tables are unchanged.
 */
export function alignAnswers(left: string, right: string): readonly [left: string, right: string] {
  if (left.length + right.length > maxLength) return [left, right];
  const [leftTokens, rightTokens] = [tokensOf(left), tokensOf(right)];
  // `diffArrays` returns undefined above `maxEditLength`. A callback would make it slow, because it waits for many timers.
  const changes = diffArrays([...leftTokens], [...rightTokens], {
    comparator: (one, other) => one.key === other.key,
    maxEditLength: maxDifferentWords,
  });
  let [leftIndex, rightIndex] = [0, 0];
  for (const { added, removed, count } of changes ?? []) {
    if (!added && !removed)
      alignRun(leftTokens.slice(leftIndex, leftIndex + count), rightTokens.slice(rightIndex, rightIndex + count));
    if (!added) leftIndex += count;
    if (!removed) rightIndex += count;
  }
  return [textOf(leftTokens), textOf(rightTokens)];
}

/**
 * Where one answer starts a line, adds a line break before the same word of the other.
 * @param right has the same tokens as `left`
 */
function alignRun(left: readonly Token[], right: readonly Token[]): void {
  left.slice(0, left.length - minEqualWords + 1).forEach((token, index) => {
    const other = right[index];
    if (!other) return;
    if (other.lineStart !== undefined) token.lineStart ??= token.possibleLineStart;
    if (token.lineStart !== undefined) other.lineStart ??= other.possibleLineStart;
  });
}

function tokensOf(text: string): readonly Token[] {
  const fenced = new FencedText();
  const isInCode = (): boolean => fenced.interruption !== undefined;
  return text.split(/\r?\n/).flatMap((line, index) => {
    const lineStart = index === 0 ? '' : '\n';
    const wasCode = isInCode();
    fenced.push(`${line}\n`);
    const isCode = wasCode || isInCode();
    // A line that is indented so far may be code, and a line that starts with a bar may belong to a table.
    return isCode || /^(?: {4}|\t|\s*\|)/.test(line)
      ? [{ text: line, key: `\n${line.trimEnd()}`, lineStart }]
      : wordsOf(line, lineStart);
  });
}

function wordsOf(line: string, lineStart: string): readonly Token[] {
  const [prefix = ''] = linePrefix.exec(line) ?? [];
  const content = line.slice(prefix.length);
  if (content === '') return [{ text: prefix, key: `\n${prefix.trim()}`, lineStart }];
  const starts = sentenceStarts(content);
  const possibleLineStart = `\n${prefix.replace(/[^\s>]/g, ' ')}`;
  const tokens: Token[] = [];
  for (const { segment, index } of words.segment(content)) {
    const last = tokens.at(-1);
    // The first word of a sentence may also be within one.
    const key = segment.toLowerCase();
    if (!last) tokens.push({ text: prefix + segment, key, lineStart });
    else if (segment.trim() === '') last.text += segment;
    else {
      const ownStart = starts.has(index) ? possibleLineStart : undefined;
      tokens.push({ text: segment, key, lineStart: ownStart, possibleLineStart });
    }
  }
  return tokens;
}

/** Returns the offsets of the sentences. A mark such as `**` or a bracket after a sentence belongs to it. */
function sentenceStarts(text: string): ReadonlySet<number> {
  const offsets = [...sentences.segment(text)].map(({ index }) => index);
  return new Set(
    offsets.filter(
      (offset) => /[\s。！？…]/.test(text[offset - 1] ?? '') && !/[*_`)\]"”’」）]/.test(text[offset] ?? ''),
    ),
  );
}

function textOf(tokens: readonly Token[]): string {
  return tokens
    .map(({ text, lineStart }, index) => {
      const next = tokens[index + 1];
      // The spaces before an added line break would be differences. Those before the answer's own may be a line break.
      const isAdded = next?.lineStart !== undefined && next.lineStart === next.possibleLineStart;
      return (lineStart ?? '') + (isAdded ? text.trimEnd() : text);
    })
    .join('');
}
