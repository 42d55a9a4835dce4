/** A code block that is open: where it goes on in another part of the chat, it must be opened once more. */
interface Fence {
  readonly indent: string;
  readonly marker: string;
  readonly info: string;
}

const fenceLine = /^((?:\s|>|[-*+]\s|\d{1,9}[.)]\s)*)(`{3,}|~{3,})(.*)$/;
const maybeFence = /^(?:\s|>|[-*+]\s|\d{1,9}[.)]\s)*(?:`{1,2}|~{1,2}|`{3,}[^`]*|~{3,}.*)$/;

/**
 * Markdown that comes in pieces, as it can be shown in a chat where something else may come between any two of them. A
 * line of code is shown when it is whole: its halves in two code blocks would be two lines.
 */
export class FencedText {
  /** The last line, as far as it has come. */
  private line = '';
  /** So much of it is shown. */
  private shown = 0;
  private fence: Fence | undefined;

  /** @returns what can be shown now */
  push(text: string): string {
    const end = text.lastIndexOf('\n');
    let out = '';
    if (end < 0) {
      this.line += text;
    } else {
      const whole = this.line + text.slice(0, end + 1);
      for (const line of whole.slice(0, -1).split('\n')) this.pass(line);
      out = whole.slice(this.shown);
      this.line = text.slice(end + 1);
      this.shown = 0;
    }
    return this.fence || maybeFence.test(this.line) ? out : out + this.rest();
  }

  /** What was held back, when no more of it comes, or it can't be waited for. */
  rest(): string {
    const out = this.line.slice(this.shown);
    this.shown = this.line.length;
    return out;
  }

  /** What ends the block that is open, before something else is shown, and what opens it again; undefined: none is. */
  get seam(): { readonly close: string; readonly open: string } | undefined {
    if (!this.fence) return undefined;
    const { indent, marker, info } = this.fence;
    return { close: `${indent}${marker}\n`, open: `${marker}${info}\n` };
  }

  private pass(line: string): void {
    const [, before = '', marker = '', rest = ''] = fenceLine.exec(line.replace(/\r$/, '')) ?? [];
    if (!this.fence) {
      if (marker && (marker.startsWith('~') || !rest.includes('`'))) {
        this.fence = { indent: before.replace(/[^\s>]/g, ' '), marker, info: rest.trimEnd() };
      }
    } else if (marker.startsWith(this.fence.marker) && rest.trim() === '' && /^[\s>]*$/.test(before)) {
      this.fence = undefined;
    }
  }
}
