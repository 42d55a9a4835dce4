import { LineStart, type FenceLine } from './lineStart';

/** A code block that is open: where it goes on in another part of the chat, it must be opened once more. */
interface Fence {
  readonly indent: string;
  readonly marker: string;
  readonly info: string;
}

/**
 * Markdown that comes in pieces, as it can be shown in a chat where something else may come between any two of them. A
 * line of code is shown when it is whole: its halves in two code blocks would be two lines.
 */
export class FencedText {
  /** The current line. */
  private line = new LineStart();
  /** The last part of the current line, which is not shown yet. */
  private held = '';
  private fence: Fence | undefined;

  /** @returns what can be shown now */
  push(text: string): string {
    let complete = '';
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.line.read(text.slice(start, end));
      this.endLine(this.line.fence());
      complete += text.slice(start, end + 1);
      start = end + 1;
    }
    const rest = text.slice(start);
    this.line.read(rest);
    const shown = start > 0 ? this.rest() + complete : '';
    this.held += rest;
    return this.fence || this.line.mayBeFence ? shown : shown + this.rest();
  }

  /** What was held back, when no more of it comes, or it can't be waited for. */
  rest(): string {
    const out = this.held;
    this.held = '';
    return out;
  }

  /** What ends the block that is open, before something else is shown, and what opens it again; undefined: none is. */
  get seam(): { readonly close: string; readonly open: string } | undefined {
    if (!this.fence) return undefined;
    const { indent, marker, info } = this.fence;
    return { close: `${indent}${marker}\n`, open: `${marker}${info}\n` };
  }

  private endLine(line: FenceLine | undefined): void {
    this.line = new LineStart();
    if (!line) return;
    const { before, marker, rest } = line;
    if (!this.fence) {
      this.fence = { indent: before.replace(/[^\s>]/g, ' '), marker, info: rest.trimEnd() };
    } else if (marker.startsWith(this.fence.marker) && rest.trim() === '' && /^[\s>]*$/.test(before)) {
      this.fence = undefined;
    }
  }
}
