import { closeSync, constants, fstatSync, mkdirSync, openSync, writeSync, type Stats, futimesSync } from 'node:fs';
import { mkdir, open, utimes, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../engine/clock';
import type { RecordedEvent } from '../../engine/events';
import { privateFileMode, privateFolderMode } from '../util/files';
import { encodeLine, mergeDeltas } from './journalLines';
import type { EventsLine, HeaderLine, JournalLine } from './journalSchema';

/** How long lines are gathered; with the write itself the file stays within 100 ms of what was received. */
const batchMs = 50;
/**
 * Maximum number of concurrent writers. The second one overtakes a write that is slow or hangs. Each writer that hangs
 * occupies one of the four threads that Node has for the files of all extensions.
 */
const maxWriters = 2;
/** A write that takes longer is reported, because text that has arrived since would be lost if the window closed. */
const slowWriteMs = 5000;
/** What could not be written is tried again this often: nothing more may come that would do it. */
const retryIntervalMs = 5000;

interface JournalFileOptions {
  readonly path: string;
  /** Where the next line goes. */
  readonly position: number;
  /** Of the file, where there is more in it than what is to stay; absent: `position`. */
  readonly size?: number | undefined;
  /** Epoch milliseconds of what was last said in it. */
  readonly lastActivityAt: number;
  readonly clock: Clock;
  /** Called once for a row of failures. */
  readonly onFailure: (error: unknown) => void;
  /** What had failed is on disk now. */
  readonly onRecovered: () => void;
  /** Of a new file; goes before the first line, so that an empty conversation leaves nothing on disk. */
  readonly header?: HeaderLine | undefined;
  /** Decides which window may write the file. Absent: no other window writes it. */
  readonly lock?: JournalFileLock | undefined;
  /** Another window has written to it since: who is told closes it. */
  readonly onForeignWrite?: (() => void) | undefined;
}

interface JournalFileLock {
  /**
   * Called before each write. When the result is `false`, the file has been closed.
   * @param isFirst whether the file is new, so that the lock has to be taken
   */
  readonly isOurs: (isFirst: boolean) => Promise<boolean>;
  readonly isOursSync: () => boolean;
}

/**
 * One conversation on disk. Every write starts at an explicit position and contains everything that is not known to be
 * on disk. A second writer and `flushSync` may therefore repeat bytes that another write still has under way, and a
 * write that was cut short is repeated whole: the file always holds a beginning of what was appended, without holes.
 */
export class JournalFile {
  /** Lines that are not encoded yet. */
  private lines: (HeaderLine | JournalLine)[] = [];
  /** Events of the last of `lines`. Further events of the same exchange are added to them until the line is encoded. */
  private lastEventsLine: { readonly exchangeId: string; readonly events: RecordedEvent[] } | undefined;
  /** When the first of `lines` came, by the monotonic clock. */
  private firstLineAt = 0;
  /** Encoded, and not yet known to be on disk; belongs at `position`. */
  private tail: Buffer = Buffer.alloc(0);
  private position: number;
  /** How far anything was written, or tried to be: the file ends here at the latest, unless others write to it. */
  private maxWrittenOffset: number;
  private activityAt: number;
  /** Of what is not known to be on disk something was said. */
  private hasActivity = false;
  private header: HeaderLine | undefined;
  private readonly writers = new Set<Promise<void>>();
  private cancelTimer: (() => void) | undefined;
  private cancelRetry: (() => void) | undefined;
  private lastError: Error | undefined;
  private isClosed = false;

  constructor(private readonly options: JournalFileOptions) {
    this.position = options.position;
    this.maxWrittenOffset = options.size ?? options.position;
    this.activityAt = options.lastActivityAt;
    this.header = options.header;
  }

  /** Something is not on disk yet. */
  get hasUnwritten(): boolean {
    return this.lines.length > 0 || this.tail.length > 0;
  }

  /** Why it is not, where that was tried in vain. */
  get failure(): Error | undefined {
    return this.lastError;
  }

  /** Epoch milliseconds of what was last said in it: asked, asked again, or answered. */
  get lastActivityAt(): number {
    return this.activityAt;
  }

  append(line: JournalLine): void {
    if (this.isClosed) return;
    const { clock } = this.options;
    if (!this.lines.length) this.firstLineAt = clock.ticks();
    if (this.header) this.lines.push(this.header);
    this.header = undefined;
    if (isActivity(line)) {
      this.hasActivity = true;
      this.activityAt = clock.now();
    }
    this.addLine(line);
    // A prompt does not wait: an answer can be requested again, but not what the user wrote. The time is checked here
    // too, because timers are late when the event loop is busy.
    if (line.type === 'exchange' || clock.ticks() - this.firstLineAt >= batchMs) this.startWriter();
    else this.cancelTimer ??= clock.after(batchMs, () => this.startWriter());
  }

  /**
   * Resolves when everything appended so far is on disk, or has failed and been reported, and no write is under way.
   */
  async flush(): Promise<void> {
    // A running writer does not stop before everything is written.
    if (this.writers.size === 0) this.startWriter();
    while (this.writers.size > 0) await Promise.all(this.writers);
  }

  /** Nothing that comes is written any more. What has come is; call `flush` for that before. */
  close(): void {
    this.isClosed = true;
    this.cancelTimer?.();
    this.cancelRetry?.();
    this.lines = [];
    this.lastEventsLine = undefined;
    this.tail = Buffer.alloc(0);
  }

  /** Writes everything synchronously. Only for the shutdown of the extension host, because it blocks all extensions. */
  flushSync(): void {
    this.encode();
    if (!this.tail.length || this.options.lock?.isOursSync() === false) return;
    if (this.position === 0) mkdirSync(dirname(this.options.path), { recursive: true, mode: privateFolderMode });
    const file = openSync(this.options.path, this.flags(), privateFileMode);
    try {
      if (this.detectForeignWrite(fstatSync(file), this.position)) return;
      this.maxWrittenOffset = Math.max(this.maxWrittenOffset, this.position + this.tail.length);
      for (let done = 0; done < this.tail.length;) {
        done += writeSync(file, this.tail, done, this.tail.length - done, this.position + done);
      }
      if (!this.hasActivity) setModifiedTimeSync(file, this.activityAt);
    } finally {
      closeSync(file);
    }
  }

  /**
   * Adds events in place. Text arrives sixty times a second, and copying the waiting events each time would be
   * quadratic.
   */
  private addLine(line: JournalLine): void {
    if (line.type !== 'events') {
      this.lastEventsLine = undefined;
      this.lines.push(line);
    } else if (this.lastEventsLine?.exchangeId === line.exchangeId) {
      for (const event of line.events) this.lastEventsLine.events.push(event);
    } else {
      const growing: EventsLine & { readonly events: RecordedEvent[] } = { ...line, events: [...line.events] };
      this.lastEventsLine = growing;
      this.lines.push(growing);
    }
  }

  /**
   * Starts a writer, unless the maximum number is running: the running writers will also write what was gathered
   * meanwhile.
   */
  private startWriter(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (!this.hasUnwritten || this.writers.size >= maxWriters) return;
    const writer = this.writeAll().finally(() => this.writers.delete(writer));
    this.writers.add(writer);
  }

  /** Never rejects. */
  private async writeAll(): Promise<void> {
    this.cancelRetry?.();
    this.cancelRetry = undefined;
    try {
      while (this.hasUnwritten) await this.writeTail();
      if (this.isClosed) return;
      if (this.lastError) this.options.onRecovered();
      this.lastError = undefined;
    } catch (error) {
      // The other writer has written the same data or is still at work.
      if (!this.hasUnwritten || this.writers.size > 1) return;
      this.reportFailure(error);
      this.cancelRetry ??= this.options.clock.after(retryIntervalMs, () => this.startWriter());
    }
  }

  private async writeTail(): Promise<void> {
    const { clock, lock } = this.options;
    const cancelReport = clock.after(slowWriteMs, () => this.reportFailure(new SlowWriteError()));
    try {
      // Another window writes the conversation, and this file has been closed.
      if ((await lock?.isOurs(this.position === 0)) === false) return;
      this.encode();
      const { position, tail } = this;
      if (tail.length === 0) return;
      await this.write(tail, position);
      this.markWritten(position + tail.length);
    } finally {
      cancelReport();
    }
  }

  /** Records that everything before `end` is on disk. The other writer may be further. */
  private markWritten(end: number): void {
    if (this.isClosed || end <= this.position) return;
    this.tail = this.tail.subarray(end - this.position);
    this.position = end;
    if (!this.hasUnwritten) this.hasActivity = false;
  }

  /** Reports a failure once, until everything is on disk again. */
  private reportFailure(error: unknown): void {
    if (this.isClosed) return;
    if (!this.lastError) this.options.onFailure(error);
    this.lastError = error instanceof Error ? error : new Error(String(error));
  }

  private async write(chunk: Buffer, position: number): Promise<void> {
    // A folder that goes away later takes the file with it, which must not come back full of holes.
    if (position === 0) await mkdir(dirname(this.options.path), { recursive: true, mode: privateFolderMode });
    const file = await open(this.options.path, this.flags(), privateFileMode);
    try {
      const { position: written } = this;
      if (this.detectForeignWrite(await file.stat(), written)) return;
      this.maxWrittenOffset = Math.max(this.maxWrittenOffset, position + chunk.length);
      for (let done = 0; done < chunk.length;) {
        done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
      }
      if (!this.hasActivity) await setModifiedTime(file, this.activityAt);
    } finally {
      await file.close();
    }
  }

  /**
   * Whether another window has written to the file. The lock may not show that: the other window may have taken and
   * released the lock between two checks.
   * @param written number of bytes that were known to be on disk when the file was examined
   */
  private detectForeignWrite(found: Stats, written: number): boolean {
    const { onForeignWrite: onForeign } = this.options;
    if (!onForeign || !found.isFile() || (found.size >= written && found.size <= this.maxWrittenOffset)) return false;
    onForeign();
    return true;
  }

  /** Only the first write may create the file: one that was deleted must not come back full of holes. */
  private flags(): number {
    return this.position === 0 ? constants.O_RDWR | constants.O_CREAT : constants.O_RDWR;
  }

  private encode(): void {
    if (!this.lines.length) return;
    this.lastEventsLine = undefined;
    const text = this.lines.map((line) =>
      encodeLine(line.type === 'events' ? { ...line, events: mergeDeltas(line.events) } : line),
    );
    this.lines = [];
    this.tail = Buffer.concat([this.tail, Buffer.from(text.join(''))]);
  }
}

// A conversation is as old as its last word, and its file's time says so. Of a file that belongs to somebody else the time
// can't be set; little is lost by that.

/** A name, a version that is looked at or a turn that is found broken off make a conversation no younger. */
function isActivity(line: JournalLine): boolean {
  switch (line.type) {
    case 'exchange':
    case 'events':
    case 'rerun':
      return true;
    case 'interrupted':
    case 'show':
    case 'title':
      return false;
  }
}

/** @param at epoch milliseconds */
export async function setModifiedTime(file: FileHandle | string, at: number): Promise<void> {
  const kept = typeof file === 'string' ? utimes(file, at / 1000, at / 1000) : file.utimes(at / 1000, at / 1000);
  await kept.catch(() => undefined);
}

function setModifiedTimeSync(file: number, at: number): void {
  try {
    futimesSync(file, at / 1000, at / 1000);
  } catch {
    // See above.
  }
}

/** What is wrong with a conversation on disk, for the person to know. */
export type JournalProblem =
  /** The file is damaged and is kept aside as `keptAs`; `salvaged` turns could be read. */
  | { readonly kind: 'corrupt'; readonly savedAs: string; readonly salvaged: number; readonly error: unknown }
  /** A later version of the extension wrote the file; it is left as it is. */
  | { readonly kind: 'newer'; readonly error: unknown }
  /** The file is not changed. */
  | { readonly kind: 'too-large'; readonly path: string }
  /** Another window has it: it is not renamed or deleted here. */
  | { readonly kind: 'elsewhere' }
  /** Another window has taken it away: it is read-only here now. */
  | { readonly kind: 'taken' }
  /** Tried again until it works. */
  | { readonly kind: 'unwritten'; readonly failure: WriteFailure; readonly error: unknown }
  /** What was unwritten is on disk now. */
  | { readonly kind: 'written' };

/** Why a conversation can't be written, as far as a person can do something about it. */
export type WriteFailure = 'full' | 'read-only' | 'forbidden' | 'gone' | 'slow' | 'other';

/** The disk has not answered for seconds; the write may still succeed. */
class SlowWriteError extends Error {
  constructor() {
    super('the disk does not respond');
  }
}

const failuresByCode: Readonly<Record<string, WriteFailure>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
  ENOENT: 'gone',
};

export function classifyWriteError(error: unknown): WriteFailure {
  if (error instanceof SlowWriteError) return 'slow';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return Object.hasOwn(failuresByCode, code) ? (failuresByCode[code] ?? 'other') : 'other';
}
