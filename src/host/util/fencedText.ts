/**
 * The opening fence of a code block that is not closed yet. When the chat must show something else within the block,
 * the block is closed first and opened again afterwards.
 */
interface Fence {
  readonly indent: string;
  readonly marker: string;
  readonly info: string;
}

/**
 * Splits streamed Markdown into pieces for a chat that may show something else between two pieces. A line of code is
 * buffered until it is complete, because the two parts of a line would become two lines if each were shown in a
 * separate code block.
 */
export class FencedText {
  private line = new LineScanner();
  /** Start of the current line, buffered until the line is complete. */
  private buffered = '';
  private fence: Fence | undefined;

  /** Adds a piece of Markdown. @returns the text that can be shown now */
  push(text: string): string {
    let complete = '';
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.line.read(text.slice(start, end));
      this.endLine(this.line.fence());
      complete += text.slice(start, end + 1);
      start = end + 1;
    }
    const remainder = text.slice(start);
    this.line.read(remainder);
    const output = start > 0 ? this.flush() + complete : '';
    this.buffered += remainder;
    return this.fence || this.line.mayBeFence ? output : output + this.flush();
  }

  /**
   * Returns the buffered text and clears the buffer. Called at the end of the streamed text, or when the chat must show
   * something else at once.
   */
  flush(): string {
    const text = this.buffered;
    this.buffered = '';
    return text;
  }

  /** The lines that close the open code block and open it again, or undefined when no block is open. */
  get interruption(): { readonly close: string; readonly open: string } | undefined {
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
  /** Whitespace, blockquote markers (`>`) and list markers before the fence. */
  readonly prefix: string;
  /** The fence: three or more backticks or tildes. */
  readonly marker: string;
  /** Info string after the fence, e.g. `ts`. */
  readonly info: string;
}

/** Part of a Markdown line that a {@link LineScanner} is reading. */
type LineState =
  /** Whitespace, blockquote markers (`>`) and list markers at the start of the line. */
  | 'prefix'
  /** Right after `-`, `*`, `+` or `1.`, which is a list marker only if whitespace follows. */
  | 'bullet'
  | 'number'
  | 'marker'
  | 'info'
  /** The line is certainly not a fence. */
  | 'other';

/** Maximum number of digits in the number of a list item in CommonMark. */
const maxDigits = 9;

/**
 * Finds out whether a line of streamed Markdown is a fence. Reads each character only once, because reading a long line
 * again with each piece would take quadratic time.
 */
class LineScanner {
  private state: LineState = 'prefix';
  /** The text of the line that was read so far. Empty once it is clear that the line is not a fence. */
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

  /** Whether the part of the line that was read so far looks like the start of a fence. */
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

  private next(character: string, offset: number): LineState {
    switch (this.state) {
      case 'prefix':
        return this.afterPrefix(character, offset);
      case 'bullet':
        return /\s/.test(character) ? 'prefix' : 'other';
      case 'number':
        if (character === '.' || character === ')') return 'bullet';
        return isDigit(character) && ++this.digits <= maxDigits ? 'number' : 'other';
      case 'marker':
        if (character === this.markCharacter) {
          this.markerEnd = offset + 1;
          return 'marker';
        }
        return offset - this.markerStart < 3 ? 'other' : 'info';
      case 'info':
        // Rejects a line with another backtick after a fence of backticks, because such a line starts with inline code
        // instead of a fence.
        return character === '`' && this.markCharacter === '`' ? 'other' : 'info';
      case 'other':
        return 'other';
    }
  }

  private afterPrefix(character: string, offset: number): LineState {
    if (character === '>' || /\s/.test(character)) return 'prefix';
    if (character === '-' || character === '*' || character === '+') return 'bullet';
    if (isDigit(character)) {
      this.digits = 1;
      return 'number';
    }
    if (character !== '`' && character !== '~') return 'other';
    this.markCharacter = character;
    this.markerStart = offset;
    this.markerEnd = offset + 1;
    return 'marker';
  }
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}
