import { closeSync, constants, fstatSync, mkdirSync, openSync, writeSync, type Stats, futimesSync } from 'node:fs';
import { mkdir, open, utimes, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../engine/clock';
import type { RecordedEvent } from '../../engine/events';
import { privateFileMode, privateFolderMode } from '../util/files';
import { encodeLine, mergeDeltas } from './journalLines';
import type { EventsLine, HeaderLine, JournalLine } from './journalSchema';

/**
 * Time for which lines are collected before they are written, in milliseconds. Including the write itself, text is on
 * disk within 100 ms of its arrival.
 */
const batchMs = 50;
/**
 * Maximum number of concurrent writers of a file. The second writer overtakes a write that is slow or hangs. There is
 * no third writer, because each writer that hangs occupies one of the four threads that Node.js has for the file
 * operations of all extensions.
 */
const maxWriters = 2;
/**
 * Time after which a slow write is reported, in milliseconds. The report is needed because text that has arrived since
 * would be lost if the window closed.
 */
const slowWriteMs = 5000;
/** Interval at which a failed write is tried again while no further line triggers a write, in milliseconds. */
const retryIntervalMs = 5000;

interface JournalFileOptions {
  readonly path: string;
  /** Offset in the file at which the next line is written, in bytes. */
  readonly position: number;
  /**
   * Size of the file in bytes. Needed only when the file contains more than `position` bytes. The surplus is
   * overwritten.
   */
  readonly size?: number | undefined;
  /** Epoch milliseconds of the last prompt or of the last text of an answer. */
  readonly lastActivityAt: number;
  readonly clock: Clock;
  /** Called for the first of several consecutive failures to write. */
  readonly onFailure: (error: unknown) => void;
  /** Called when all lines are on disk after a failure. */
  readonly onRecovered: () => void;
  /** Header of a new file. The header is written with the first line, so that an empty conversation leaves no file. */
  readonly header?: HeaderLine | undefined;
  /** The lock that decides which window may write the file. Absent when no other window can write the file. */
  readonly lock?: JournalFileLock | undefined;
  /** Called when another window has written to the file. The callback must close the file in this window. */
  readonly onForeignWrite?: (() => void) | undefined;
}

interface JournalFileLock {
  /**
   * Returns whether this window may write the file. Called before each write. A result of `false` means that this
   * window has closed the file.
   * @param isNewFile whether the file does not exist yet, so that the lock must be acquired first
   */
  readonly isOurs: (isNewFile: boolean) => Promise<boolean>;
  /** Returns synchronously whether this window may write the file. Called when the extension host exits. */
  readonly isOursSync: () => boolean;
}

/**
 * The file of one conversation. Every write starts at an explicit position and contains all bytes that may not be on
 * disk yet. A second writer and `flushSync` may therefore repeat bytes that another write has not finished, and an
 * incomplete write is repeated completely. So the file always contains a prefix of the appended lines, without gaps.
 */
export class JournalFile {
  /** Appended lines that are not encoded yet. */
  private lines: (HeaderLine | JournalLine)[] = [];
  /**
   * The last line, if it is a line with events. Further events of the same exchange are added to this line until the
   * line is encoded.
   */
  private lastEventsLine: { readonly exchangeId: string; readonly events: RecordedEvent[] } | undefined;
  /** Monotonic time in milliseconds at which the first line of `lines` was appended. */
  private firstLineAt = 0;
  /** Encoded lines that may not be on disk yet. Their offset in the file is `position`. */
  private tail: Buffer = Buffer.alloc(0);
  private position: number;
  /**
   * Highest offset in the file up to which this window has tried to write. If the file is larger, another window has
   * written to it.
   */
  private maxWrittenOffset: number;
  private activityAt: number;
  /** Whether the lines that may not be on disk yet contain a prompt or part of an answer. */
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

  /** Whether some lines may not be on disk yet. */
  get hasUnwritten(): boolean {
    return this.lines.length > 0 || this.tail.length > 0;
  }

  /** The error of the last write. `undefined` again when all lines are on disk. */
  get failure(): Error | undefined {
    return this.lastError;
  }

  /** Epoch milliseconds of the last prompt, retry or part of an answer. */
  get lastActivityAt(): number {
    return this.activityAt;
  }

  append(line: JournalLine): void {
    if (this.isClosed) return;
    const { clock } = this.options;
    if (!this.lines.length) this.firstLineAt = clock.monotonicNow();
    if (this.header) this.lines.push(this.header);
    this.header = undefined;
    if (isActivity(line)) {
      this.hasActivity = true;
      this.activityAt = clock.now();
    }
    this.addLine(line);
    // Writes a prompt immediately, because a lost prompt, unlike a lost answer, can't be requested again. Other lines
    // are collected for `batchMs`. A timer alone would be late when the event loop is busy, so the elapsed time is
    // checked here as well.
    if (line.type === 'exchange' || clock.monotonicNow() - this.firstLineAt >= batchMs) this.startWriter();
    else this.cancelTimer ??= clock.after(batchMs, () => this.startWriter());
  }

  /**
   * Resolves when no write is running any more. All lines appended before the call are then on disk, or a failure to
   * write them has been reported.
   */
  async flush(): Promise<void> {
    // Starts a writer only if no writer is running, because a running writer also writes the lines that are appended
    // meanwhile.
    if (this.writers.size === 0) this.startWriter();
    while (this.writers.size > 0) await Promise.all(this.writers);
  }

  /** Closes the file. Lines that are not on disk are discarded, and lines appended later are ignored. */
  close(): void {
    this.isClosed = true;
    this.cancelTimer?.();
    this.cancelRetry?.();
    this.lines = [];
    this.lastEventsLine = undefined;
    this.tail = Buffer.alloc(0);
  }

  /**
   * Writes all lines synchronously. This is only for the shutdown of the extension host, because it blocks all
   * extensions.
   */
  flushSync(): void {
    this.encode();
    if (!this.tail.length || this.options.lock?.isOursSync() === false) return;
    if (this.position === 0) mkdirSync(dirname(this.options.path), { recursive: true, mode: privateFolderMode });
    const file = openSync(this.options.path, this.flags(), privateFileMode);
    try {
      if (this.detectForeignWrite(fstatSync(file), this.position)) return;
      this.maxWrittenOffset = Math.max(this.maxWrittenOffset, this.position + this.tail.length);
      for (let written = 0; written < this.tail.length;) {
        written += writeSync(file, this.tail, written, this.tail.length - written, this.position + written);
      }
      if (!this.hasActivity) setModifiedTimeSync(file, this.activityAt);
    } finally {
      closeSync(file);
    }
  }

  /**
   * Adds a line, or appends its events to the last line. Events are appended to the existing array, because text
   * arrives sixty times a second and copying all unwritten events each time would take quadratic time.
   */
  private addLine(line: JournalLine): void {
    if (line.type !== 'events') {
      this.lastEventsLine = undefined;
      this.lines.push(line);
    } else if (this.lastEventsLine?.exchangeId === line.exchangeId) {
      for (const event of line.events) this.lastEventsLine.events.push(event);
    } else {
      const copy: EventsLine & { readonly events: RecordedEvent[] } = { ...line, events: [...line.events] };
      this.lastEventsLine = copy;
      this.lines.push(copy);
    }
  }

  /**
   * Starts a writer, unless {@link maxWriters} writers are running. Running writers also write the lines that are
   * collected meanwhile.
   */
  private startWriter(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (!this.hasUnwritten || this.writers.size >= maxWriters) return;
    const writer = this.writeAll().finally(() => this.writers.delete(writer));
    this.writers.add(writer);
  }

  /** Writes until all lines are on disk, or reports the failure. Never rejects. */
  private async writeAll(): Promise<void> {
    this.cancelRetry?.();
    this.cancelRetry = undefined;
    try {
      while (this.hasUnwritten) await this.writeTail();
      if (this.isClosed) return;
      if (this.lastError) this.options.onRecovered();
      this.lastError = undefined;
    } catch (error) {
      // Reports no failure if another writer has already written the same lines or is still trying to write them.
      if (!this.hasUnwritten || this.writers.size > 1) return;
      this.reportFailure(error);
      this.cancelRetry ??= this.options.clock.after(retryIntervalMs, () => this.startWriter());
    }
  }

  private async writeTail(): Promise<void> {
    const { clock, lock } = this.options;
    const cancelReport = clock.after(slowWriteMs, () => this.reportFailure(new SlowWriteError()));
    try {
      // Writes nothing if another window now has the right to write the conversation. In that case, this window has
      // already closed the file.
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

  /** Records that all bytes before `end` are on disk, unless the other writer has already recorded a higher offset. */
  private markWritten(end: number): void {
    if (this.isClosed || end <= this.position) return;
    this.tail = this.tail.subarray(end - this.position);
    this.position = end;
    if (!this.hasUnwritten) this.hasActivity = false;
  }

  /** Reports only the first failure until all lines are on disk again. */
  private reportFailure(error: unknown): void {
    if (this.isClosed) return;
    if (!this.lastError) this.options.onFailure(error);
    this.lastError = error instanceof Error ? error : new Error(String(error));
  }

  private async write(chunk: Buffer, position: number): Promise<void> {
    // Creates the folder only for the first write. If the folder is deleted later, the start of the file is lost, and a
    // file without its start would be useless.
    if (position === 0) await mkdir(dirname(this.options.path), { recursive: true, mode: privateFolderMode });
    const file = await open(this.options.path, this.flags(), privateFileMode);
    try {
      const { position: writtenBytes } = this;
      if (this.detectForeignWrite(await file.stat(), writtenBytes)) return;
      this.maxWrittenOffset = Math.max(this.maxWrittenOffset, position + chunk.length);
      for (let written = 0; written < chunk.length;) {
        written += (await file.write(chunk, written, chunk.length - written, position + written)).bytesWritten;
      }
      if (!this.hasActivity) await setModifiedTime(file, this.activityAt);
    } finally {
      await file.close();
    }
  }

  /**
   * Returns whether another window has written to the file, and calls `onForeignWrite` in that case. The lock may not
   * reveal such a write, because the other window may have acquired and released the lock between two checks.
   * @param writtenBytes size of the file in bytes after the last write of this window
   */
  private detectForeignWrite(stats: Stats, writtenBytes: number): boolean {
    const { onForeignWrite } = this.options;
    if (!onForeignWrite || !stats.isFile()) return false;
    if (stats.size >= writtenBytes && stats.size <= this.maxWrittenOffset) return false;
    onForeignWrite();
    return true;
  }

  /** Lets only the first write create the file, because a deleted file must not be created again without its start. */
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

// The modification time of a file is set to the time of the last prompt or answer, because lists are sorted by it. If
// the file belongs to another user, its time can't be set, so the conversation is sorted by its last write.

/**
 * Returns whether a line updates the time of the conversation's last activity. A prompt, a retry or part of an answer
 * does.
 */
function isActivity(line: JournalLine): boolean {
  switch (line.type) {
    case 'exchange':
    case 'events':
    case 'rerun':
      return true;
    case 'interrupted':
    case 'scheduled':
    case 'unscheduled':
    case 'show':
    case 'title':
      return false;
  }
}

/** Sets the modification time of a file, if that is possible. @param timeMs epoch milliseconds */
export async function setModifiedTime(file: FileHandle | string, timeMs: number): Promise<void> {
  const seconds = timeMs / 1000;
  const result = typeof file === 'string' ? utimes(file, seconds, seconds) : file.utimes(seconds, seconds);
  await result.catch(() => undefined);
}

function setModifiedTimeSync(file: number, timeMs: number): void {
  try {
    futimesSync(file, timeMs / 1000, timeMs / 1000);
  } catch {
    // Ignores the error: the time of a file that belongs to another user can't be set.
  }
}

/** A problem with a conversation on disk that is logged or shown to the user. */
export type JournalProblem =
  /** The file is damaged. A copy was saved as `savedAs`, and `salvaged` exchanges could be read. */
  | { readonly kind: 'corrupt'; readonly savedAs: string; readonly salvaged: number; readonly error: unknown }
  /** A newer version of the extension has written the file, which is left unchanged. */
  | { readonly kind: 'newer'; readonly error: unknown }
  /** The file is too large to be read and is left unchanged. */
  | { readonly kind: 'too-large'; readonly path: string }
  /** Another window has the conversation open, so that it can't be renamed or deleted here. */
  | { readonly kind: 'open-elsewhere' }
  /** Another window has taken over the conversation, which is now read-only here. */
  | { readonly kind: 'taken' }
  /** A write failed. It is tried again until it succeeds. */
  | { readonly kind: 'unwritten'; readonly failure: WriteFailure; readonly error: unknown }
  /** Everything is on disk again after a failed write. */
  | { readonly kind: 'written' };

/** Why a conversation can't be written. There is one category for each piece of advice to the user. */
export type WriteFailure = 'full' | 'read-only' | 'forbidden' | 'gone' | 'slow' | 'other';

/** Reported when a write takes longer than {@link slowWriteMs}. The write may still succeed. */
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

/** Returns the category of a write error. */
export function classifyWriteError(error: unknown): WriteFailure {
  if (error instanceof SlowWriteError) return 'slow';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return Object.hasOwn(failuresByCode, code) ? (failuresByCode[code] ?? 'other') : 'other';
}
