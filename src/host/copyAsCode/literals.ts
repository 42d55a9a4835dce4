/*
 * These functions write text as string literals. Quotes, backslashes and control characters are escaped as in JSON,
 * which JavaScript and Python read in the same way. Invisible characters and line separators are escaped as well. Half
 * a surrogate pair, which UTF-8 can't represent, becomes U+FFFD.
 */

/**
 * C1 control characters, line and paragraph separators, and characters that set the direction of text or join
 * characters, which can make code look like different code.
 */
const invisible = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Replaces the invisible characters of a JSON document by escapes, which JavaScript understands as well. */
export function escapeInvisible(json: string): string {
  return json.replace(invisible, (character) => Array.from(character.split(''), unitEscape).join(''));
}

/** Returns a JavaScript string literal. It is also safe within a page, because it can't end a script element. */
export function javaScriptLiteral(text: string): string {
  return escapeInvisible(JSON.stringify(text.toWellFormed())).replace(/<\/(?=script)/gi, '<\\/');
}

/**
 * Returns a Python string literal. Characters beyond U+FFFF have a long escape, because Python would read two escaped
 * surrogates as two characters.
 */
export function pythonLiteral(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(invisible, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : unitEscape(character);
  });
}

/** Returns a literal for POSIX shells, in which only a single quote has a meaning between single quotes. */
export function shellLiteral(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Splits a text into lines that keep their line breaks, so that each line of text becomes a line of code. */
export function linesOf(text: string): readonly string[] {
  return text.split(/(?<=\n)/);
}

function unitEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
