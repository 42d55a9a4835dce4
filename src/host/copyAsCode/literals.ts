/*
 * The functions in this file write text as string literals. Quotes, backslashes and control characters are escaped as
 * in JSON, because JavaScript and Python read JSON escapes in the same way. Invisible characters and line separators
 * are escaped as well. An unpaired surrogate, which UTF-8 can't represent, becomes U+FFFD.
 */

/**
 * Matches characters that can make code look different from what it does: C1 control characters, line and paragraph
 * separators, and characters that set the direction of text or join characters.
 */
const invisible = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Replaces the invisible characters of a JSON document with escapes, which are valid in both JSON and JavaScript. */
export function escapeInvisible(json: string): string {
  return json.replace(invisible, (character) => Array.from(character.split(''), unitEscape).join(''));
}

/**
 * Returns a JSON value as a JavaScript literal. The literal is also safe in an HTML page, because it can't end a script
 * element.
 */
export function javaScriptLiteral(value: unknown): string {
  const wellFormed = typeof value === 'string' ? value.toWellFormed() : value;
  return escapeInvisible(JSON.stringify(wellFormed)).replace(/<\/(?=script)/gi, '<\\/');
}

/**
 * Returns a Python string literal. A character beyond U+FFFF becomes a single long escape, because Python would read
 * two escaped surrogates as two characters.
 */
export function pythonLiteral(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(invisible, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : unitEscape(character);
  });
}

/**
 * Returns a string literal for POSIX shells. Only single quotes are escaped, because no other character has a special
 * meaning between single quotes.
 */
export function shellLiteral(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Splits a text after each line break, so that the copied code has one line for each line of text. */
export function linesOf(text: string): readonly string[] {
  return text.split(/(?<=\n)/);
}

function unitEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
