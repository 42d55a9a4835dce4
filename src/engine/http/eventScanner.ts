import { parseJson } from '../json';

/** Maximum length of an event, in characters. Without this limit, an event that never ends would fill the memory. */
export const maxEventChars = 8 * 1024 * 1024;

export interface EventSink {
  onEvent(data: string, name: string | undefined): void;
  /**
   * Tries to read the event whose data starts at `from` by comparing it with earlier events. This is faster than
   * parsing the data.
   * @returns the offset of the next event, or -1 if the event must be passed to `onEvent`
   */
  readEventInPlace?(text: string, from: number): number;
  /** Called when an event, or a body without events, is longer than `maxEventChars`. */
  onTooLong(): void;
}

const lineEnd = /\r\n?|\n/g;
const dataField = 'data: ';
const errorField = 'error:';

/**
 * Reads server-sent events from text that arrives in pieces (HTML Standard, "Interpreting an event stream"). Also reads
 * two kinds of error lines that are not in the standard: new-api sends a line of JSON without `data:`, and other
 * gateways send an `error:` field.
 */
export class EventScanner {
  /** The start of a line whose end has not arrived yet. */
  private unfinishedLine = '';
  private endedWithReturn = false;
  /** The data lines of the current event. Undefined before the event's first data line. */
  private data: string | undefined;
  private name: string | undefined;
  /** Whether the current event is JSON without `data:`. Such JSON can extend over several lines. */
  private isBare = false;

  constructor(private readonly sink: EventSink) {}

  push(piece: string): void {
    if (piece === '') return;
    let from = this.endedWithReturn && piece.startsWith('\n') ? 1 : 0;
    this.endedWithReturn = piece.endsWith('\r');
    let text = piece;
    if (this.unfinishedLine !== '') {
      // Without a line end in the new piece, the line is still incomplete. Only the new piece is searched, so that the
      // time to read a long line grows linearly.
      if (!/[\r\n]/.test(piece)) {
        this.unfinishedLine += piece;
        return this.checkLength();
      }
      text = this.unfinishedLine + piece;
    }
    while (from < text.length) {
      const nextEvent = this.readFramed(text, from);
      if (nextEvent >= 0) {
        from = nextEvent;
        continue;
      }
      lineEnd.lastIndex = from;
      const end = lineEnd.exec(text);
      if (!end) break;
      this.readLine(text.slice(from, end.index));
      from = end.index + end[0].length;
    }
    this.unfinishedLine = text.slice(from);
    this.checkLength();
  }

  private readFramed(text: string, from: number): number {
    if (this.data !== undefined || this.name === 'error' || !text.startsWith(dataField, from)) return -1;
    const end = this.sink.readEventInPlace?.(text, from + dataField.length) ?? -1;
    if (end >= 0) this.name = undefined;
    return end;
  }

  private readLine(line: string): void {
    if (this.isBare) {
      if (/^[ \t}\]]/.test(line)) {
        this.addData(line);
        // A JSON event without `data:` ends at a closing bracket that is not indented.
        if (/^[}\]]/.test(line)) this.endEvent();
        return;
      }
      // This line is not part of the JSON, so the JSON event is complete. The gateway has omitted the blank line after
      // it.
      this.endEvent();
    }
    if (line === '') this.endEvent();
    else if (line.startsWith('{') || line.startsWith('[')) {
      this.endEvent();
      this.isBare = true;
      this.addData(line);
      if (/[}\]]\s*$/.test(line.slice(-20))) this.endEvent();
    } else if (line.startsWith(errorField)) {
      this.endEvent();
      this.name = 'error';
      this.addData(withoutSpace(line.slice(errorField.length)));
      this.endEvent();
    } else this.readField(line);
  }

  private readField(line: string): void {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : withoutSpace(line.slice(colon + 1));
    if (field === 'data') {
      // A new `data` line after complete JSON starts a new event, because some gateways omit the blank line between
      // events.
      if (this.data?.endsWith('}') && parseJson(this.data) !== undefined) this.endEvent();
      this.addData(value);
    } else if (field === 'event') this.name = value;
  }

  private addData(value: string): void {
    this.data = this.data === undefined ? value : `${this.data}\n${value}`;
  }

  private endEvent(): void {
    const { data, name } = this;
    this.data = this.name = undefined;
    this.isBare = false;
    if (data !== undefined) this.sink.onEvent(data, name === '' ? undefined : name);
  }

  private checkLength(): void {
    if (this.unfinishedLine.length + (this.data?.length ?? 0) > maxEventChars) this.sink.onTooLong();
  }
}

function withoutSpace(value: string): string {
  return value.startsWith(' ') ? value.slice(1) : value;
}
