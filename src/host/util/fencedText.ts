interface Fence {
  readonly indent: string;
  readonly marker: string;
  readonly info: string;
}

/**
 * Maximum length of a line that can be a code fence, in characters. With this limit, checking a long line takes
 * constant time.
 */
const maxFenceChars = 1000;

/**
 * Matches a line that is a code fence, or can become one when the rest of the line arrives. The line consists of
 * whitespace, blockquote and list markers, then backticks or tildes, then the info string. After backticks, the info
 * string must not contain a backtick: otherwise, the line would start with inline code.
 */
const fencePattern = /^(?<prefix>(?:[\s>]|[-*+](?=\s)|\d{1,9}[.)](?=\s))*)(?<marker>`+(?=[^`]*$)|~+)(?<info>.*)$/s;

/**
 * Splits streamed Markdown into pieces, so that a chat can show other content, such as a notice about a retry, between
 * two pieces. Each line of code is held back until it is complete, because a notice would break an incomplete line in
 * two.
 */
export class FencedText {
  private line = '';
  private buffered = '';
  private fence: Fence | undefined;

  /**
   * Adds streamed Markdown.
   * @returns the text that can be shown now
   */
  push(text: string): string {
    const pieces = text.split('\n');
    const remainder = pieces.pop() ?? '';
    for (const piece of pieces) this.endLine(piece);
    const output = pieces.length > 0 ? this.flush() + text.slice(0, text.length - remainder.length) : '';
    if (this.line.length <= maxFenceChars) this.line += remainder;
    this.buffered += remainder;
    return this.fence || parseFence(this.line) ? output : output + this.flush();
  }

  flush(): string {
    const text = this.buffered;
    this.buffered = '';
    return text;
  }

  /**
   * Returns lines that close the open code block and open it again, so that a chat can show other content between the
   * two parts. Returns undefined if no code block is open.
   */
  get interruption(): { readonly close: string; readonly open: string } | undefined {
    if (!this.fence) return undefined;
    const { indent, marker, info } = this.fence;
    return { close: `${indent}${marker}\n`, open: `${marker}${info}\n` };
  }

  private endLine(remainder: string): void {
    const parts = parseFence(this.line + remainder);
    this.line = '';
    if (!parts || parts.marker.length < 3) return;
    const { prefix, marker, info } = parts;
    if (!this.fence) {
      this.fence = { indent: prefix.replace(/[^\s>]/g, ' '), marker, info: info.trimEnd() };
    } else if (marker.startsWith(this.fence.marker) && info.trim() === '' && /^[\s>]*$/.test(prefix)) {
      this.fence = undefined;
    }
  }
}

function parseFence(line: string) {
  if (line.length > maxFenceChars) return undefined;
  const { prefix = '', marker = '', info = '' } = fencePattern.exec(line)?.groups ?? {};
  const isPossible = marker.length >= 3 || (marker !== '' && info === '');
  return isPossible ? { prefix, marker, info } : undefined;
}
