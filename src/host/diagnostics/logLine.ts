const maxLength = 10_000;

/**
 * Returns a message as one line of the log, and a stack with its indented lines. Foreign text in it can neither fake
 * another entry nor control a terminal that shows the log: line ends, control and format characters are written as
 * escapes, for instance `\n` and `\u{1b}`.
 */
export function logLine(message: string): string {
  const rest = message.length - maxLength;
  const kept = rest > 0 ? `${message.slice(0, maxLength)} … (${rest} characters more)` : message;
  return kept.replace(/(?!\t|\n +at |\nCaused by: )[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeOf);
}

function escapeOf(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
