import { diffArrays } from 'diff';
import { FencedText } from '../util/fencedText';

/** A word of prose with the space after the word, or a whole line of code. */
interface Token {
  text: string;
  /**
   * Text of the token for comparisons: two tokens with the same key are equal. For example, the key of a word is in
   * lower case.
   */
  readonly key: string;
  /**
   * Line break before the token if the token starts a line: a line break of the answer itself, or an added line break
   * with the indentation.
   */
  lineStart: string | undefined;
  /** Line break with indentation that can be added before a word of prose. Absent where no line break is permitted. */
  readonly possibleLineStart?: string | undefined;
}

/** A line break is added only before at least this many equal words. Fewer equal words might be a coincidence. */
const minEqualWords = 3;

/**
 * Maximum number of different words in two answers. If there are more, the answers have so little in common that
 * aligning them would only waste time.
 */
const maxDifferentWords = 300;

/**
 * Maximum total length of two answers, in characters. Longer answers are shown unchanged, because aligning them would
 * block the extension host.
 */
const maxLength = 100_000;

/** Matches the spaces, block-quote markers and list marker at the start of a Markdown line. */
const linePrefix = /^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)?/;

const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });

/**
 * Prepares two Markdown answers for VS Code's diff editor, which compares lines. Each sentence gets its own line. Where
 * the answers contain the same words, both answers get the same line breaks. Code blocks and tables are unchanged.
 */
export function alignAnswers(left: string, right: string): readonly [left: string, right: string] {
  if (left.length + right.length > maxLength) return [left, right];
  const [leftTokens, rightTokens] = [tokensOf(left), tokensOf(right)];
  // If there are more than `maxEditLength` differences, `diffArrays` returns undefined. No callback is passed, because
  // `diffArrays` would then wait for many timers.
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
 * Adds line breaks to a part that two answers have in common. If one answer starts a new line at a word, the other
 * answer also starts a new line there.
 * @param right the part in the other answer, with the same tokens as `left`
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
    // Code and tables are not split into words. A line with four leading spaces might be code, and a line that starts
    // with a bar might belong to a table.
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
    // The comparison ignores case, because a word can start a sentence in one answer and be in the middle of a sentence
    // in the other answer.
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

/**
 * Returns the offsets at which sentences start. A mark such as `**` or a closing bracket after a sentence belongs to
 * that sentence.
 */
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
      // Spaces before an added line break are removed, because the diff editor would show them as differences. Spaces
      // before the answer's own line break are kept, because they can mean a line break in Markdown.
      const isAdded = next?.lineStart !== undefined && next.lineStart === next.possibleLineStart;
      return (lineStart ?? '') + (isAdded ? text.trimEnd() : text);
    })
    .join('');
}
