/**
 * Text as string literals. Half a character becomes U+FFFD: it has no form in UTF-8. Quotes, backslashes and control characters are escaped the way JSON does it, which JavaScript
 * and Python read alike; what a person could not see, or what an editor takes for a line end, is escaped besides.
 */

/** C1 controls, directions and joiners of text (which can make code look like other code), line and paragraph separators. */
const unseen = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** For a JSON document; escapes that JavaScript understands as well. */
export function escapeUnseen(json: string): string {
  return json.replace(unseen, (character) => Array.from(character.split(''), unitEscape).join(''));
}

/** Safe inside a page as well: nothing in it ends a script element. */
export function javaScriptLiteral(text: string): string {
  return escapeUnseen(JSON.stringify(text.toWellFormed())).replace(/<\/(?=script)/gi, '<\\/');
}

/** Python reads a surrogate pair as two halves: beyond the first 65,536 there is an escape of its own. */
export function pythonLiteral(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(unseen, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : unitEscape(character);
  });
}

/** For POSIX shells: between single quotes nothing means anything but a single quote. */
export function shellLiteral(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A line of text to a line of code. */
export function linesOf(text: string): readonly string[] {
  return text.split(/(?<=\n)/);
}

function unitEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
