/** The parts of a line that opens or closes a code block. */
export interface FenceLine {
  /** White space, quote marks and list markers. */
  readonly before: string;
  /** Three or more backticks or tildes. */
  readonly marker: string;
  readonly rest: string;
}

type State =
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
export class LineStart {
  private state: State = 'prefix';
  /** The line so far, as long as it may be a fence. */
  private text = '';
  private digits = 0;
  private markerStart = 0;
  private markerEnd = 0;
  private mark = '';

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
      before: this.text.slice(0, this.markerStart),
      marker: this.text.slice(this.markerStart, this.markerEnd),
      rest: this.text.slice(this.markerEnd),
    };
  }

  private next(character: string, at: number): State {
    switch (this.state) {
      case 'prefix':
        return this.afterPrefix(character, at);
      case 'bullet':
        return /\s/.test(character) ? 'prefix' : 'other';
      case 'number':
        if (character === '.' || character === ')') return 'bullet';
        return isDigit(character) && ++this.digits <= maxDigits ? 'number' : 'other';
      case 'marker':
        if (character === this.mark) {
          this.markerEnd = at + 1;
          return 'marker';
        }
        return at - this.markerStart < 3 ? 'other' : 'info';
      case 'info':
        // If another backtick follows in the line, the marker is the beginning of inline code.
        return character === '`' && this.mark === '`' ? 'other' : 'info';
      case 'other':
        return 'other';
    }
  }

  private afterPrefix(character: string, at: number): State {
    if (character === '>' || /\s/.test(character)) return 'prefix';
    if (character === '-' || character === '*' || character === '+') return 'bullet';
    if (isDigit(character)) {
      this.digits = 1;
      return 'number';
    }
    if (character !== '`' && character !== '~') return 'other';
    this.mark = character;
    this.markerStart = at;
    this.markerEnd = at + 1;
    return 'marker';
  }
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}
