const space = '\\s\\p{Cc}';
const invisible = '\\p{Cf}\\p{Cs}\\p{Default_Ignorable_Code_Point}';
const modifier = '(?:\\ufe0f|\\p{Emoji_Modifier})?';
/** An emoji with its modifiers. Joiners and variation selectors outside of an emoji are invisible characters. */
const emoji = `\\p{Extended_Pictographic}${modifier}(?:\\u200d\\p{Extended_Pictographic}${modifier}){0,5}`;
/** Reads letters in limited runs, so that no more of a long text is read than can be shown. */
const letters = `[^${space}${invisible}\\p{Extended_Pictographic}]{1,100}`;
const pieces = new RegExp(`(?<pictured>${emoji})|(?<blank>[${space}]+)|[${invisible}]+|(?<written>${letters})`, 'gu');

/**
 * Returns foreign text as one line without anything hidden in it. White space, line ends and control characters become
 * one space. Characters without a glyph are removed, for instance those that reverse the direction of the text, and so
 * are halves of surrogate pairs.
 * @param maxLength in code points; a longer text is cut and ends with an ellipsis
 */
export function visibleText(text: string, maxLength = Infinity): string {
  const characters: string[] = [];
  let isSpaceDue = false;
  for (const { groups: { pictured, blank, written } = {} } of text.matchAll(pieces)) {
    const visible = pictured ?? written;
    if (visible === undefined) {
      isSpaceDue ||= blank !== undefined && characters.length > 0;
      continue;
    }
    const added = Array.from(isSpaceDue ? ` ${visible}` : visible);
    if (characters.length + added.length > maxLength) {
      // An emoji is not cut: a part of it would be another emoji.
      return truncate(pictured === undefined ? [...characters, ...added] : characters, maxLength);
    }
    characters.push(...added);
    isSpaceDue = false;
  }
  return characters.join('');
}

function truncate(characters: readonly string[], maxLength: number): string {
  return `${characters
    .slice(0, maxLength - 1)
    .join('')
    .trimEnd()}…`;
}

/**
 * VS Code lets people write any display language into a file, `zh_CN` for instance; `Intl` throws on a tag it can't parse.
 * @returns undefined: that of the machine
 */
export function knownLocale(tag: string): string | undefined {
  const wellFormed = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(tag);
  return wellFormed ? Intl.NumberFormat.supportedLocalesOf(tag)[0] : undefined;
}
