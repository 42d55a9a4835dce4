import { closeSync, constants, fstatSync, mkdirSync, openSync, writeSync, type Stats } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../core/clock';
import { keepAge, keepAgeSync, saysSomething } from './journalAge';
import { encodeLine, type HeaderLine, type JournalLine } from './journalLines';
import { mergeText } from './mergeText';

/** How long lines are gathered; with the write itself the file stays within 100 ms of what was received. */
const gatherMs = 50;
/** A write that takes longer may be waiting in line behind host names that can't be resolved: Node does both in few threads. */
const overdueMs = 100;
/** What could not be written is tried again this often: nothing more may come that would do it. */
const retryMs = 5000;

export interface JournalFileOptions {
  readonly path: string;
  /** Where the next line goes. */
  readonly position: number;
  /** Of the file, where there is more in it than what is to stay; absent: `position`. */
  readonly size?: number | undefined;
  /** Epoch milliseconds of what was last said in it. */
  readonly at: number;
  readonly clock: Clock;
  /** Called once for a row of failures. */
  readonly onFailure: (error: unknown) => void;
  /** What had failed is on disk now. */
  readonly onWritten: () => void;
  /** Of a new file; goes before the first line, so that an empty conversation leaves nothing on disk. */
  readonly header?: HeaderLine | undefined;
  /** Called when the header is about to be written. */
  readonly onBegin?: (() => void) | undefined;
  /** Asked before each write; who says no has closed the file. */
  readonly mayWrite?: (() => boolean) | undefined;
  /** Another window has written to it since: who is told closes it. */
  readonly onForeign?: (() => void) | undefined;
}

/**
 * One conversation on disk, written at explicit positions: `flushSync` may then repeat, to the same place, bytes that an
 * asynchronous write still has under way, and a write that was cut short is repeated whole; neither order nor content can
 * suffer.
 */
export class JournalFile {
  private lines: (HeaderLine | JournalLine)[] = [];
  /** When the first of `lines` came, by the monotonic clock. */
  private gatheredSince = 0;
  /** Encoded, and not yet known to be on disk; belongs at `position`. */
  private tail: Buffer = Buffer.alloc(0);
  private position: number;
  /** How far anything was written, or tried to be: the file ends here at the latest, unless others write to it. */
  private reach: number;
  private saidAt: number;
  /** Of what is not known to be on disk something was said. */
  private says = false;
  private header: HeaderLine | undefined;
  private draining: Promise<void> = Promise.resolve();
  /** When the write under way began, by the monotonic clock. */
  private writingSince: number | undefined;
  private cancelTimer: (() => void) | undefined;
  private cancelRetry: (() => void) | undefined;
  private failed: Error | undefined;
  private closed = false;

  constructor(private readonly options: JournalFileOptions) {
    this.position = options.position;
    this.reach = options.size ?? options.position;
    this.saidAt = options.at;
    this.header = options.header;
  }

  /** Something is not on disk yet. */
  get unwritten(): boolean {
    return this.lines.length > 0 || this.tail.length > 0;
  }

  /** Why it is not, where that was tried in vain. */
  get failure(): Error | undefined {
    return this.failed;
  }

  /** Epoch milliseconds of what was last said in it: asked, asked again, or answered. */
  get at(): number {
    return this.saidAt;
  }

  append(line: JournalLine): void {
    if (this.closed) return;
    const { clock } = this.options;
    if (!this.lines.length) this.gatheredSince = clock.ticks();
    if (this.header) {
      this.options.onBegin?.();
      this.lines.push(this.header);
    }
    this.header = undefined;
    if (saysSomething(line)) {
      this.says = true;
      this.saidAt = clock.now();
    }
    const last = this.lines.at(-1);
    if (line.type === 'events' && last?.type === 'events' && last.exchangeId === line.exchangeId) {
      this.lines[this.lines.length - 1] = { ...last, events: [...last.events, ...line.events] };
    } else {
      this.lines.push(line);
    }
    // A prompt is on disk before it is sent: an answer can be asked for again, what a person has written can't.
    if (line.type === 'exchange') this.writeNow();
    // A busy event loop may let timers wait.
    if (clock.ticks() - this.gatheredSince >= gatherMs) this.gathered();
    else this.cancelTimer ??= clock.after(gatherMs, () => this.gathered());
  }

  /** Resolves when everything appended so far is on disk, or has failed and been reported. */
  async flush(): Promise<void> {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.draining = this.draining.then(() => this.drain());
    await this.draining;
  }

  /** Nothing that comes is written any more. What has come is; call `flush` for that before. */
  close(): void {
    this.closed = true;
    this.cancelTimer?.();
    this.cancelRetry?.();
    this.lines = [];
    this.tail = Buffer.alloc(0);
  }

  /** For the moment the extension host goes away. */
  flushSync(): void {
    this.encode();
    if (!this.tail.length || this.options.mayWrite?.() === false) return;
    if (this.position === 0) mkdirSync(dirname(this.options.path), { recursive: true });
    const file = openSync(this.options.path, this.flags());
    try {
      if (this.isForeign(fstatSync(file))) return;
      this.reach = Math.max(this.reach, this.position + this.tail.length);
      for (let done = 0; done < this.tail.length;) {
        done += writeSync(file, this.tail, done, this.tail.length - done, this.position + done);
      }
      if (!this.says) keepAgeSync(file, this.saidAt);
    } finally {
      closeSync(file);
    }
  }

  private gathered(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    const { clock } = this.options;
    if (this.writingSince === undefined) {
      void this.flush();
    } else if (clock.ticks() - this.writingSince < overdueMs) {
      this.cancelTimer = clock.after(gatherMs, () => this.gathered());
    } else {
      this.writeNow();
    }
  }

  private writeNow(): void {
    try {
      this.flushSync();
    } catch {
      // The next asynchronous write meets the same trouble, and reports it.
    }
  }

  private async drain(): Promise<void> {
    this.cancelRetry?.();
    this.cancelRetry = undefined;
    try {
      while (this.unwritten) {
        this.encode();
        if (this.options.mayWrite?.() === false) return;
        const chunk = this.tail;
        this.writingSince = this.options.clock.ticks();
        await this.write(chunk);
        // The one that wrote meanwhile, or was told of another window, has closed it.
        if (this.closed) return;
        this.position += chunk.length;
        this.tail = this.tail.subarray(chunk.length);
        if (this.lines.length + this.tail.length === 0) this.says = false;
      }
      if (this.failed) this.options.onWritten();
      this.failed = undefined;
    } catch (error) {
      if (!this.failed) this.options.onFailure(error);
      this.failed = error instanceof Error ? error : new Error(String(error));
      if (!this.closed) this.cancelRetry ??= this.options.clock.after(retryMs, () => void this.flush());
    } finally {
      this.writingSince = undefined;
    }
  }

  private async write(chunk: Buffer): Promise<void> {
    // A folder that goes away later takes the file with it, which must not come back full of holes.
    if (this.position === 0) await mkdir(dirname(this.options.path), { recursive: true });
    const file = await open(this.options.path, this.flags());
    try {
      if (this.isForeign(await file.stat())) return;
      this.reach = Math.max(this.reach, this.position + chunk.length);
      for (let done = 0; done < chunk.length;) {
        done += (await file.write(chunk, done, chunk.length - done, this.position + done)).bytesWritten;
      }
      if (!this.says) await keepAge(file, this.saidAt);
    } finally {
      await file.close();
    }
  }

  /** Of the lock nothing may be left to see: its owner may have come and gone between two looks. */
  private isForeign(found: Stats): boolean {
    const { onForeign } = this.options;
    if (!onForeign || !found.isFile() || (found.size >= this.position && found.size <= this.reach)) return false;
    onForeign();
    return true;
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
