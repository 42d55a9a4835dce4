import { closeSync, constants, futimesSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../engine/clock';
import { EventBatch } from '../../engine/events/eventBatch';
import type { RecordedEvent } from '../../engine/events/events';
import type { FileLock } from '../util/fileLock';
import { privateFileMode, privateFolderMode } from '../util/files';
import { encodeRecord } from './journalLines';
import type { JournalHeader, JournalRecord } from './records';

/**
 * Time in milliseconds for which lines are collected before they are written together. With the time of the write
 * itself, text is on the disk within 100 ms.
 */
const batchMs = 40;
/** Time in milliseconds after which an unfinished write is reported as a problem. */
const slowWriteMs = 5000;
/** Interval in milliseconds at which a failed write is repeated. Appending another line also starts a write. */
const retryIntervalMs = 5000;

/** Types of the records that move the conversation to the top of the history. */
const activities: ReadonlySet<JournalRecord['type']> = new Set(['exchange', 'answers', 'summary', 'events', 'rerun']);

export type WriteProblem =
  /** A write failed or is taking very long. The write is repeated until it succeeds. */
  | { readonly kind: 'unwritten'; readonly error: unknown }
  /** Everything is on disk again after a failed write. */
  | { readonly kind: 'written' };

interface JournalFileOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly size: number;
  readonly lastActivityAt: number;
  /**
   * Header of a new file. The header is written together with the first line, so that no file is created for an empty
   * conversation.
   */
  readonly header?: JournalHeader | undefined;
  /** Called when writing starts to fail, and when all pending lines are on the disk again. */
  readonly onProblem: (problem: WriteProblem) => void;
  /** Called when lines are not written because another window has taken the lock. The callback must close this file. */
  readonly onLockLost: () => void;
}

/**
 * The file of one conversation. Only one write runs at a time. Each write starts at the end of the text that is
 * certainly on the disk. After a failed write, the same bytes are written again at the same offset.
 */
export class JournalFile {
  private lines: (JournalHeader | JournalRecord)[] = [];
  /** The last pending line, if it contains events. Further events of the same answer are added to this line. */
  private lastEvents: { readonly answer: string; readonly batch: EventBatch<RecordedEvent> } | undefined;
  /** Monotonic time in milliseconds at which the first element of `lines` was appended. */
  private firstLineAt = 0;
  /** Encoded lines that might not be on the disk yet. The lines begin at the offset `position` of the file. */
  private tail: Buffer = Buffer.alloc(0);
  private position: number;
  private path: string;
  private activityAt: number;
  private header: JournalHeader | undefined;
  private writing: Promise<void> | undefined;
  private cancelTimer: (() => void) | undefined;
  private lastError: Error | undefined;
  private isClosed = false;

  /**
   * @param lock the lock that permits this window to write. For a new file, the lock is acquired when the first line is
   * written.
   */
  constructor(
    readonly lock: FileLock,
    private readonly options: JournalFileOptions,
  ) {
    this.position = options.size;
    this.path = options.path;
    this.activityAt = options.lastActivityAt;
    this.header = options.header;
  }

  get hasUnwritten(): boolean {
    return this.lines.length > 0 || this.tail.length > 0;
  }

  get failure(): Error | undefined {
    return this.lastError;
  }

  get lastActivityAt(): number {
    return this.activityAt;
  }

  append(record: JournalRecord): void {
    if (this.isClosed) return;
    const { clock } = this.options;
    if (!this.lines.length) this.firstLineAt = clock.monotonicNow();
    if (this.header) this.lines.push(this.header);
    this.header = undefined;
    if (activities.has(record.type)) this.activityAt = clock.now();
    this.addLine(record);
    // Prompts are written at once, because a lost prompt can't be requested again, unlike a lost answer. Other records
    // are written here only if a busy event loop has delayed the timer.
    if (record.type === 'exchange' || clock.monotonicNow() - this.firstLineAt >= batchMs) this.startWriting();
    else this.cancelTimer ??= clock.callAfter(batchMs, () => this.startWriting());
  }

  handleRename(path: string): void {
    this.path = path;
  }

  /** Resolves when all pending lines are on the disk, or when a failure has been reported. */
  async flush(): Promise<void> {
    this.startWriting();
    await this.writing;
  }

  /** Closes the file. Lines that are not on the disk are discarded, and lines that are appended later are ignored. */
  close(): void {
    this.isClosed = true;
    this.stopTimer();
    this.lines = [];
    this.lastEvents = undefined;
    this.tail = Buffer.alloc(0);
  }

  /**
   * Writes all pending lines synchronously. Call this method only when the extension host shuts down, because it blocks
   * all extensions.
   */
  flushSync(): void {
    const { path } = this;
    this.encode();
    if (!this.tail.length || this.lock.isLostSync()) return;
    if (this.position === 0) mkdirSync(dirname(path), { recursive: true, mode: privateFolderMode });
    const file = openSync(path, this.flags(), privateFileMode);
    try {
      for (let written = 0; written < this.tail.length;) {
        written += writeSync(file, this.tail, written, this.tail.length - written, this.position + written);
      }
      if (!this.isActive()) futimesSync(file, this.activityAt / 1000, this.activityAt / 1000);
    } finally {
      closeSync(file);
    }
  }

  private addLine(record: JournalRecord): void {
    if (record.type !== 'events') {
      this.lastEvents = undefined;
      this.lines.push(record);
      return;
    }
    const { answer } = record;
    if (this.lastEvents?.answer !== answer) {
      this.lastEvents = { answer, batch: new EventBatch() };
      this.lines.push({ ...record, events: this.lastEvents.batch.events });
    }
    for (const event of record.events) this.lastEvents.batch.add(event);
  }

  /**
   * Returns whether the last activity was less than a second ago. After an older activity, a write must set the file's
   * modification time back to the time of that activity.
   */
  private isActive(): boolean {
    return this.options.clock.now() - this.activityAt < 1000;
  }

  private startWriting(): void {
    this.stopTimer();
    if (this.hasUnwritten) this.writing ??= this.writeAll();
  }

  private stopTimer(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }

  private async writeAll(): Promise<void> {
    try {
      while (this.hasUnwritten) await this.writeBatch();
      if (this.lastError && !this.isClosed) this.options.onProblem({ kind: 'written' });
      this.lastError = undefined;
    } catch (error) {
      this.reportFailure(error);
      if (!this.isClosed) this.cancelTimer ??= this.options.clock.callAfter(retryIntervalMs, () => this.startWriting());
    }
    this.writing = undefined;
  }

  private async writeBatch(): Promise<void> {
    const { path } = this;
    const { clock } = this.options;
    const slow = Object.assign(new Error('the disk does not respond'), { code: 'ETIMEDOUT' });
    const cancelReport = clock.callAfter(slowWriteMs, () => this.reportFailure(slow));
    try {
      if (this.position === 0) await mkdir(dirname(path), { recursive: true, mode: privateFolderMode });
      const file = await open(path, this.flags(), privateFileMode);
      try {
        await this.writeTo(file);
      } finally {
        await file.close();
      }
    } finally {
      cancelReport();
    }
  }

  private async writeTo(file: FileHandle): Promise<void> {
    if (!(await this.lock.acquire())) {
      this.options.onLockLost();
      return;
    }
    this.encode();
    const { tail, position } = this;
    for (let written = 0; written < tail.length;) {
      written += (await file.write(tail, written, tail.length - written, position + written)).bytesWritten;
    }
    // The history is sorted by the files' modification times. The time is set back to the last activity, so that
    // renaming a conversation does not move the conversation to the top.
    if (!this.isActive()) await file.utimes(this.activityAt / 1000, this.activityAt / 1000).catch(() => undefined);
    if (this.isClosed) return;
    this.tail = this.tail.subarray(tail.length);
    this.position += tail.length;
  }

  private reportFailure(error: unknown): void {
    if (this.isClosed) return;
    if (!this.lastError) this.options.onProblem({ kind: 'unwritten', error });
    this.lastError = error instanceof Error ? error : new Error(String(error));
  }

  /**
   * Returns the flags for opening the file. Only the first write creates the file. If a later write created a deleted
   * file again, the new file would lack its beginning.
   */
  private flags(): number {
    return this.position === 0 ? constants.O_RDWR | constants.O_CREAT : constants.O_RDWR;
  }

  private encode(): void {
    if (!this.lines.length) return;
    const text = this.lines.map(encodeRecord).join('');
    this.lines = [];
    this.lastEvents = undefined;
    this.tail = Buffer.concat([this.tail, Buffer.from(text)]);
  }
}
