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
  private line = new LineScanner();
  /** The last part of the current line, which is not shown yet. */
  private buffered = '';
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
    this.buffered += rest;
    return this.fence || this.line.mayBeFence ? shown : shown + this.rest();
  }

  /** What was held back, when no more of it comes, or it can't be waited for. */
  rest(): string {
    const out = this.buffered;
    this.buffered = '';
    return out;
  }

  /** What ends the block that is open, before something else is shown, and what opens it again; undefined: none is. */
  get seam(): { readonly close: string; readonly open: string } | undefined {
    if (!this.fence) return undefined;
    const { indent, marker, info } = this.fence;
    return { close: `${indent}${marker}\n`, open: `${marker}${info}\n` };
  }

  private endLine(line: FenceLine | undefined): void {
    this.line = new LineScanner();
    if (!line) return;
    const { prefix, marker, info } = line;
    if (!this.fence) {
      this.fence = { indent: prefix.replace(/[^\s>]/g, ' '), marker, info: info.trimEnd() };
    } else if (marker.startsWith(this.fence.marker) && info.trim() === '' && /^[\s>]*$/.test(prefix)) {
      this.fence = undefined;
    }
  }
}

/** The parts of a line that opens or closes a code block. */
interface FenceLine {
  /** White space, quote marks and list markers. */
  readonly prefix: string;
  /** Three or more backticks or tildes. */
  readonly marker: string;
  readonly info: string;
}

type LineState =
  /** In white space, quote marks and list markers. */
  | 'prefix'
  /** After `-`, `*`, `+` or `1.`, which is a list marker only if white space follows. */
  | 'bullet'
  | 'number'
  | 'marker'
  | 'info'
  /** The line does not begin or end a fenced block. */
  | 'other';

/** CommonMark's limit for the number of a list item. */
const maxDigits = 9;

/**
 * Reads one line of Markdown that comes in pieces, each character once, to find out whether it is a fence: the whole
 * line may be long, and reading it anew with each piece would take quadratic time.
 */
class LineScanner {
  private state: LineState = 'prefix';
  /** The line so far, as long as it may be a fence. */
  private text = '';
  private digits = 0;
  private markerStart = 0;
  private markerEnd = 0;
  private markCharacter = '';

  read(piece: string): void {
    if (this.state === 'other') return;
    const offset = this.text.length;
    this.text += piece;
    for (let index = 0; index < piece.length; index++) {
      this.state = this.next(piece.charAt(index), offset + index);
      if (this.state !== 'other') continue;
      this.text = '';
      return;
    }
  }

  /** Whether the line has the marks of a fence, and nothing so far that a fence can't have. */
  get mayBeFence(): boolean {
    return this.state === 'marker' || this.state === 'info';
  }

  /** Returns the parts of the complete line, or undefined when the line is not a fence. */
  fence(): FenceLine | undefined {
    if (!this.mayBeFence || this.markerEnd - this.markerStart < 3) return undefined;
    return {
      prefix: this.text.slice(0, this.markerStart),
      marker: this.text.slice(this.markerStart, this.markerEnd),
      info: this.text.slice(this.markerEnd),
    };
  }

  private next(character: string, at: number): LineState {
    switch (this.state) {
      case 'prefix':
        return this.afterPrefix(character, at);
      case 'bullet':
        return /\s/.test(character) ? 'prefix' : 'other';
      case 'number':
        if (character === '.' || character === ')') return 'bullet';
        return isDigit(character) && ++this.digits <= maxDigits ? 'number' : 'other';
      case 'marker':
        if (character === this.markCharacter) {
          this.markerEnd = at + 1;
          return 'marker';
        }
        return at - this.markerStart < 3 ? 'other' : 'info';
      case 'info':
        // If another backtick follows in the line, the marker is the beginning of inline code.
        return character === '`' && this.markCharacter === '`' ? 'other' : 'info';
      case 'other':
        return 'other';
    }
  }

  private afterPrefix(character: string, at: number): LineState {
    if (character === '>' || /\s/.test(character)) return 'prefix';
    if (character === '-' || character === '*' || character === '+') return 'bullet';
    if (isDigit(character)) {
      this.digits = 1;
      return 'number';
    }
    if (character !== '`' && character !== '~') return 'other';
    this.markCharacter = character;
    this.markerStart = at;
    this.markerEnd = at + 1;
    return 'marker';
  }
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}
