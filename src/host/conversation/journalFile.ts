import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../core/clock';
import { encodeLine, type HeaderLine, type JournalLine } from './journalLines';
import { mergeText } from './mergeText';

/** How long lines are gathered; with the write itself the file stays within 100 ms of what was received. */
const gatherMs = 50;

/**
 * One conversation on disk, written at explicit positions: `flushSync` may then repeat, to the same place, bytes that an
 * asynchronous write still has under way, and neither order nor content can suffer.
 */
export class JournalFile {
  private lines: (HeaderLine | JournalLine)[] = [];
  /** Encoded, and not yet known to be on disk; belongs at `position`. */
  private tail: Buffer = Buffer.alloc(0);
  private draining: Promise<void> = Promise.resolve();
  private cancelTimer: (() => void) | undefined;
  private failing = false;

  constructor(
    private readonly path: string,
    private position: number,
    private readonly clock: Clock,
    /** Called once for a row of failures; what could not be written is tried again with the next line. */
    private readonly onFailure: (error: unknown) => void,
    /** Of a new file; goes before the first line, so that an empty conversation leaves nothing on disk. */
    private header?: HeaderLine,
  ) {}

  append(line: JournalLine): void {
    if (this.header) this.lines.push(this.header);
    this.header = undefined;
    const last = this.lines.at(-1);
    if (line.type === 'events' && last?.type === 'events' && last.exchangeId === line.exchangeId) {
      this.lines[this.lines.length - 1] = { ...last, events: [...last.events, ...line.events] };
    } else {
      this.lines.push(line);
    }
    this.cancelTimer ??= this.clock.after(gatherMs, () => {
      void this.flush();
    });
  }

  /** Resolves when everything appended so far is on disk, or has failed and been reported. */
  async flush(): Promise<void> {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.draining = this.draining.then(() => this.drain());
    await this.draining;
  }

  /** For the moment the extension host goes away. */
  flushSync(): void {
    this.encode();
    if (!this.tail.length) return;
    mkdirSync(dirname(this.path), { recursive: true });
    const file = openSync(this.path, this.flags());
    try {
      for (let done = 0; done < this.tail.length;) {
        done += writeSync(file, this.tail, done, this.tail.length - done, this.position + done);
      }
    } finally {
      closeSync(file);
    }
  }

  private async drain(): Promise<void> {
    try {
      while (this.lines.length || this.tail.length) {
        this.encode();
        const chunk = this.tail;
        await this.write(chunk);
        this.position += chunk.length;
        this.tail = this.tail.subarray(chunk.length);
      }
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.onFailure(error);
      this.failing = true;
    }
  }

  private async write(chunk: Buffer): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    const file = await open(this.path, this.flags());
    try {
      for (let done = 0; done < chunk.length;) {
        done += (await file.write(chunk, done, chunk.length - done, this.position + done)).bytesWritten;
      }
    } finally {
      await file.close();
    }
  }

  /** Only the first write may create the file: one that was deleted must not come back full of holes. */
  private flags(): number {
    return this.position === 0 ? constants.O_RDWR | constants.O_CREAT : constants.O_RDWR;
  }

  private encode(): void {
    if (!this.lines.length) return;
    const text = this.lines.map((line) =>
      encodeLine(line.type === 'events' ? { ...line, events: mergeText(line.events) } : line),
    );
    this.lines = [];
    this.tail = Buffer.concat([this.tail, Buffer.from(text.join(''))]);
  }
}
