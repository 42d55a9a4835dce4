import { closeSync, constants, fstatSync, mkdirSync, openSync, writeSync, type Stats, futimesSync } from 'node:fs';
import { mkdir, open, utimes, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../engine/clock';
import type { RecordedEvent } from '../../engine/events';
import { privateFileMode, privateFolderMode } from '../util/files';
import { encodeLine, mergeText } from './journalLines';
import type { EventsLine, HeaderLine, JournalLine } from './journalSchema';

/** How long lines are gathered; with the write itself the file stays within 100 ms of what was received. */
const gatherMs = 50;
/**
 * Maximum number of concurrent writers. The second one overtakes a write that is slow or hangs. Each writer that hangs
 * occupies one of the four threads that Node has for the files of all extensions.
 */
const maxWriters = 2;
/** A write that takes longer is reported, because text that has arrived since would be lost if the window closed. */
const slowMs = 5000;
/** What could not be written is tried again this often: nothing more may come that would do it. */
const retryMs = 5000;

interface JournalFileOptions {
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
  /** Decides which window may write the file. Absent: no other window writes it. */
  readonly lock?: JournalFileLock | undefined;
  /** Another window has written to it since: who is told closes it. */
  readonly onForeign?: (() => void) | undefined;
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
  private growing: { readonly exchangeId: string; readonly events: RecordedEvent[] } | undefined;
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
  private readonly writers = new Set<Promise<void>>();
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
    if (this.header) this.lines.push(this.header);
    this.header = undefined;
    if (saysSomething(line)) {
      this.says = true;
      this.saidAt = clock.now();
    }
    this.gather(line);
    // A prompt does not wait: an answer can be requested again, but not what the user wrote. The time is checked here
    // too, because timers are late when the event loop is busy.
    if (line.type === 'exchange' || clock.ticks() - this.gatheredSince >= gatherMs) this.gathered();
    else this.cancelTimer ??= clock.after(gatherMs, () => this.gathered());
  }

  /**
   * Resolves when everything appended so far is on disk, or has failed and been reported, and no write is under way.
   */
  async flush(): Promise<void> {
    // A running writer does not stop before everything is written.
    if (this.writers.size === 0) this.gathered();
    while (this.writers.size > 0) await Promise.all(this.writers);
  }

  /** Nothing that comes is written any more. What has come is; call `flush` for that before. */
  close(): void {
    this.closed = true;
    this.cancelTimer?.();
    this.cancelRetry?.();
    this.lines = [];
    this.growing = undefined;
    this.tail = Buffer.alloc(0);
  }

  /** Writes everything synchronously. Only for the shutdown of the extension host, because it blocks all extensions. */
  flushSync(): void {
    this.encode();
    if (!this.tail.length || this.options.lock?.isOursSync() === false) return;
    if (this.position === 0) mkdirSync(dirname(this.options.path), { recursive: true, mode: privateFolderMode });
    const file = openSync(this.options.path, this.flags(), privateFileMode);
    try {
      if (this.isForeign(fstatSync(file), this.position)) return;
      this.reach = Math.max(this.reach, this.position + this.tail.length);
      for (let done = 0; done < this.tail.length;) {
        done += writeSync(file, this.tail, done, this.tail.length - done, this.position + done);
      }
      if (!this.says) keepAgeSync(file, this.saidAt);
    } finally {
      closeSync(file);
    }
  }

  /**
   * Adds events in place. Text arrives sixty times a second, and copying the waiting events each time would be
   * quadratic.
   */
  private gather(line: JournalLine): void {
    if (line.type !== 'events') {
      this.growing = undefined;
      this.lines.push(line);
    } else if (this.growing?.exchangeId === line.exchangeId) {
      for (const event of line.events) this.growing.events.push(event);
    } else {
      const growing: EventsLine & { readonly events: RecordedEvent[] } = { ...line, events: [...line.events] };
      this.growing = growing;
      this.lines.push(growing);
    }
  }

  /**
   * Starts a writer, unless the maximum number is running: the running writers will also write what was gathered
   * meanwhile.
   */
  private gathered(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (!this.unwritten || this.writers.size >= maxWriters) return;
    const writer = this.writeAll().finally(() => this.writers.delete(writer));
    this.writers.add(writer);
  }

  /** Never rejects. */
  private async writeAll(): Promise<void> {
    this.cancelRetry?.();
    this.cancelRetry = undefined;
    try {
      while (this.unwritten) await this.writeTail();
      if (this.closed) return;
      if (this.failed) this.options.onWritten();
      this.failed = undefined;
    } catch (error) {
      // The other writer has written the same data or is still at work.
      if (!this.unwritten || this.writers.size > 1) return;
      this.report(error);
      this.cancelRetry ??= this.options.clock.after(retryMs, () => this.gathered());
    }
  }

  private async writeTail(): Promise<void> {
    const { clock, lock } = this.options;
    const cancelReport = clock.after(slowMs, () => this.report(new SlowWriteError()));
    try {
      // Another window writes the conversation, and this file has been closed.
      if ((await lock?.isOurs(this.position === 0)) === false) return;
      this.encode();
      const { position, tail } = this;
      if (tail.length === 0) return;
      await this.write(tail, position);
      this.written(position + tail.length);
    } finally {
      cancelReport();
    }
  }

  /** Records that everything before `end` is on disk. The other writer may be further. */
  private written(end: number): void {
    if (this.closed || end <= this.position) return;
    this.tail = this.tail.subarray(end - this.position);
    this.position = end;
    if (!this.unwritten) this.says = false;
  }

  /** Reports a failure once, until everything is on disk again. */
  private report(error: unknown): void {
    if (this.closed) return;
    if (!this.failed) this.options.onFailure(error);
    this.failed = error instanceof Error ? error : new Error(String(error));
  }

  private async write(chunk: Buffer, position: number): Promise<void> {
    // A folder that goes away later takes the file with it, which must not come back full of holes.
    if (position === 0) await mkdir(dirname(this.options.path), { recursive: true, mode: privateFolderMode });
    const file = await open(this.options.path, this.flags(), privateFileMode);
    try {
      const { position: written } = this;
      if (this.isForeign(await file.stat(), written)) return;
      this.reach = Math.max(this.reach, position + chunk.length);
      for (let done = 0; done < chunk.length;) {
        done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
      }
      if (!this.says) await keepAge(file, this.saidAt);
    } finally {
      await file.close();
    }
  }

  /**
   * Whether another window has written to the file. The lock may not show that: the other window may have taken and
   * released the lock between two checks.
   * @param written number of bytes that were known to be on disk when the file was examined
   */
  private isForeign(found: Stats, written: number): boolean {
    const { onForeign } = this.options;
    if (!onForeign || !found.isFile() || (found.size >= written && found.size <= this.reach)) return false;
    onForeign();
    return true;
  }

  /** Only the first write may create the file: one that was deleted must not come back full of holes. */
  private flags(): number {
    return this.position === 0 ? constants.O_RDWR | constants.O_CREAT : constants.O_RDWR;
  }

  private encode(): void {
    if (!this.lines.length) return;
    this.growing = undefined;
    const text = this.lines.map((line) =>
      encodeLine(line.type === 'events' ? { ...line, events: mergeText(line.events) } : line),
    );
    this.lines = [];
    this.tail = Buffer.concat([this.tail, Buffer.from(text.join(''))]);
  }
}

// A conversation is as old as its last word, and its file's time says so. Of a file that belongs to somebody else the time
// can't be set; little is lost by that.

/** A name, a version that is looked at or a turn that is found broken off make a conversation no younger. */
function saysSomething(line: JournalLine): boolean {
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
export async function keepAge(file: FileHandle | string, at: number): Promise<void> {
  const kept = typeof file === 'string' ? utimes(file, at / 1000, at / 1000) : file.utimes(at / 1000, at / 1000);
  await kept.catch(() => undefined);
}

function keepAgeSync(file: number, at: number): void {
  try {
    futimesSync(file, at / 1000, at / 1000);
  } catch {
    // See above.
  }
}

/** What is wrong with a conversation on disk, for the person to know. */
export type JournalProblem =
  /** The file is damaged and is kept aside as `keptAs`; `salvaged` turns could be read. */
  | { readonly kind: 'corrupt'; readonly keptAs: string; readonly salvaged: number; readonly error: unknown }
  /** A later version of the extension wrote the file; it is left as it is. */
  | { readonly kind: 'newer'; readonly error: unknown }
  /** The file is not changed. */
  | { readonly kind: 'too-large'; readonly path: string }
  /** Another window has it: it is not renamed or deleted here. */
  | { readonly kind: 'elsewhere' }
  /** Another window has taken it away: it is read-only here now. */
  | { readonly kind: 'taken' }
  /** Tried again until it works. */
  | { readonly kind: 'unwritten'; readonly why: WriteFailure; readonly error: unknown }
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

const byCode: Readonly<Record<string, WriteFailure>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
  ENOENT: 'gone',
};

export function writeFailureOf(error: unknown): WriteFailure {
  if (error instanceof SlowWriteError) return 'slow';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return Object.hasOwn(byCode, code) ? (byCode[code] ?? 'other') : 'other';
}
