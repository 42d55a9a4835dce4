const space = '\\s\\p{Cc}';
const invisible = '\\p{Cf}\\p{Cs}\\p{Default_Ignorable_Code_Point}';
const modifier = '(?:\\ufe0f|\\p{Emoji_Modifier})?';
/**
 * Part of a regular expression: an emoji. Joiners and variation selectors are kept only as part of an emoji. Elsewhere,
 * they are invisible characters.
 */
const emoji = `\\p{Extended_Pictographic}${modifier}(?:\\u200d\\p{Extended_Pictographic}${modifier}){0,5}`;
/**
 * Part of a regular expression: visible characters. It matches at most 100 characters, so that a long text is not read
 * far beyond the point where it is truncated.
 */
const letters = `[^${space}${invisible}\\p{Extended_Pictographic}]{1,100}`;
const piecesSource = `(?<symbol>${emoji})|(?<blank>[${space}]+)|[${invisible}]+|(?<word>${letters})`;

let compiledPieces: RegExp | undefined;

/**
 * Compiles the pattern at the first call. Compiling takes a millisecond, and VS Code loads this file when it starts.
 */
const pieces = (): RegExp => (compiledPieces ??= new RegExp(piecesSource, 'gu'));

/**
 * Returns text from a gateway, a model or a file as a single line without hidden characters. Each sequence of
 * whitespace, line ends and control characters becomes one space. Characters without a glyph and halves of surrogate
 * pairs are removed.
 * @param maxLength the maximum length in code points. A longer text is truncated and ends with an ellipsis.
 */
export function visibleText(text: string, maxLength = Infinity): string {
  // ASCII texts without spaces need no change. They are returned at once, because a model list can contain thousands of
  // names.
  if (text.length <= maxLength && /^[!-~]*$/.test(text)) return text;
  const characters: string[] = [];
  let isSpaceDue = false;
  for (const { groups: { symbol, blank, word } = {} } of text.matchAll(pieces())) {
    const visible = symbol ?? word;
    if (visible === undefined) {
      isSpaceDue ||= blank !== undefined && characters.length > 0;
      continue;
    }
    const newCharacters = Array.from(isSpaceDue ? ` ${visible}` : visible);
    if (characters.length + newCharacters.length > maxLength) {
      // An emoji is left out as a whole, because a part of an emoji would be a different emoji.
      return truncate(symbol === undefined ? [...characters, ...newCharacters] : characters, maxLength);
    }
    characters.push(...newCharacters);
    isSpaceDue = false;
  }
  return characters.join('');
}

/** Returns text from a model with its lines and indentation, but without characters that have no glyph. */
export function withoutHiddenCharacters(text: string): string {
  return text.replace(
    pieces(),
    (_piece, symbol?: string, blank?: string, word?: string) => symbol ?? blank?.replace(/\S/g, '') ?? word ?? '',
  );
}

function truncate(characters: readonly string[], maxLength: number): string {
  return `${characters
    .slice(0, maxLength - 1)
    .join('')
    .trimEnd()}…`;
}

/**
 * Returns a locale that `Intl` accepts, or undefined if the locale of the computer should be used. Users can set any
 * text as the display language of VS Code (in `argv.json`), for instance `zh_CN`, and `Intl` throws if a language tag
 * is invalid.
 */
export function toSupportedLocale(tag: string): string | undefined {
  const isWellFormed = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(tag);
  return isWellFormed ? Intl.NumberFormat.supportedLocalesOf(tag)[0] : undefined;
}

export function timeOfDayOptions(locale: string | undefined): Intl.DateTimeFormatOptions {
  const { hour12 } = new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions();
  return { hour: hour12 ? 'numeric' : '2-digit', minute: '2-digit' };
}
