import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Mutex } from 'async-mutex';
import type { Clock } from '../../engine/clock';
import type { LedgerEntry, TurnRecord } from '../../engine/state/ledger';
import { lacksEnd } from '../../engine/state/turnCost';
import { errorCode, ignoreMissingFile, privateFileMode, privateFolderMode, readRegularFile } from '../util/files';
import { Listeners } from '../util/listeners';
import { decodeRecords, encodeRecords, hourMs, recordOf, turnRecordsOf, type AttemptRecord } from './attemptRecord';

interface HealthBookDeps {
  /** Folder for the files of the health book. All windows on this computer share the folder. */
  readonly folder: string;
  readonly clock: Clock;
  /** Removes API keys from a text, because users might have pasted a key into a setting for model names. */
  readonly redact: (text: string) => string;
  readonly onError: (error: unknown) => void;
}

const writeDelayMs = 1000;
/** Time in milliseconds after which a failed write is repeated, unless a write succeeds earlier. */
const retryIntervalMs = 60_000;
/** Maximum number of records that are kept in memory while files can't be written. */
const maxUnwritten = 10_000;
/** Maximum size of a file, in bytes. Reading a larger file would block all extensions. */
const maxFileBytes = 16 * 1024 * 1024;
/** Number of days for which files are kept. The page shows 14 days in local time, which can overlap 15 days in UTC. */
const keptDays = 15;

interface FileContent {
  readonly size: number;
  readonly records: readonly AttemptRecord[];
}

const fileName = /^(\d{4}-\d\d-\d\d)\.[0-9a-f]{8}\.jsonl$/;

/**
 * The health book records what happened to the requests of the last 14 days, for each gateway and model. Each window
 * writes one file per day, so no lock is needed. To read the book, the files of all windows are read.
 */
export class HealthBook {
  private readonly window = randomBytes(4).toString('hex');
  /** Records from the files, as last read, and records that this window has written since then. */
  private writtenRecords: readonly AttemptRecord[] = [];
  private unwrittenRecords: AttemptRecord[] = [];
  /** Content of each file when it was last read, keyed by path. A file is read again only if its size has changed. */
  private contents: ReadonlyMap<string, FileContent> = new Map();
  private cancelWrite: (() => void) | undefined;
  private hasWriteFailed = false;
  /** Files that the last `refresh` could not read: file names, which begin with a day, keyed by path. */
  private unreadable: ReadonlyMap<string, string> = new Map();
  /** Prevents this window from reading files while it writes a file. Otherwise, an attempt could be counted twice. */
  private readonly mutex = new Mutex();
  private readonly changes = new Listeners<void>((error) => this.deps.onError(error));
  /** Fires when an attempt of this window has been added, or when the book has been cleared. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly deps: HealthBookDeps) {}

  recordAttempt(attempt: LedgerEntry, isCorrected: boolean): void {
    this.add([recordOf(attempt, isCorrected)]);
  }

  /** Records the attempts that are still running when the window is closed. */
  recordInterrupted(turns: readonly TurnRecord[]): void {
    const last = turns.flatMap(({ attempts }) => attempts.at(-1) ?? []);
    this.add(last.filter(lacksEnd).map((attempt) => recordOf(attempt, false)));
  }

  /** Records the waits and the result of a turn that has ended. `recordAttempt` has already recorded its attempts. */
  recordTurn(turn: TurnRecord): void {
    this.add(turnRecordsOf(turn));
  }

  records(): readonly AttemptRecord[] {
    return [...this.writtenRecords, ...this.unwrittenRecords];
  }

  /** Returns whether the last `refresh` could read all files from this day (in UTC) on. */
  isCompleteSince(time: number): boolean {
    return [...this.unreadable.values()].every((day) => day < dayOf(time));
  }

  /**
   * Reads the records that other windows have written. Files that can't be read are reported and skipped, so the
   * promise never rejects.
   */
  async refresh(): Promise<void> {
    await this.mutex.runExclusive(async () => {
      const unreadable = new Map<string, string>();
      const reportUnreadable = (path: string, day: string, error: unknown): void => {
        unreadable.set(path, day);
        if (this.unreadable.has(path)) return;
        this.deps.onError(new Error(`The usage in ${path} can't be read: ${errorCode(error)}`, { cause: error }));
      };
      const { folder } = this.deps;
      const { keptFiles } = await this.files().catch((error: unknown) => {
        reportUnreadable(folder, this.dayBefore(0), error);
        return { keptFiles: [...this.contents.keys()] };
      });
      const read = keptFiles.map(async (path): Promise<readonly [string, FileContent]> => {
        const before = this.contents.get(path);
        try {
          return [path, await readChanged(path, before)];
        } catch (error) {
          reportUnreadable(path, basename(path), error);
          return [path, before ?? { size: -1, records: [] }];
        }
      });
      this.contents = new Map(await Promise.all(read));
      this.unreadable = unreadable;
      this.writtenRecords = [...this.contents.values()].flatMap(({ records }) => records);
    });
  }

  /**
   * Writes the unwritten records and deletes the files of old days. Errors are reported, so the promise never rejects.
   */
  async flush(): Promise<void> {
    this.cancelWrite?.();
    this.cancelWrite = undefined;
    try {
      await this.mutex.runExclusive(() => this.write());
      this.hasWriteFailed = false;
    } catch (error) {
      if (!this.hasWriteFailed) this.deps.onError(error);
      this.hasWriteFailed = true;
      this.writeAfter(retryIntervalMs);
    }
  }

  private async write(): Promise<void> {
    const newRecords = new Set(this.unwrittenRecords);
    if (newRecords.size === 0) return;
    const { folder } = this.deps;
    await mkdir(folder, { recursive: true, mode: privateFolderMode });
    const path = join(folder, `${this.dayBefore(0)}.${this.window}.jsonl`);
    await appendFile(path, encodeRecords([...newRecords]), { mode: privateFileMode });
    this.unwrittenRecords = this.unwrittenRecords.filter((record) => !newRecords.has(record));
    this.writtenRecords = [...this.writtenRecords, ...newRecords];
    const { oldFiles } = await this.files();
    // If an old file can't be removed now, a later call removes the file.
    await Promise.all(oldFiles.map((file) => rm(file, { force: true }).catch(() => undefined)));
  }

  private writeAfter(delayMs: number): void {
    const { clock, onError } = this.deps;
    this.cancelWrite ??= clock.callAfter(delayMs, () => {
      this.flush().catch(onError);
    });
  }

  private add(records: readonly AttemptRecord[]): void {
    if (records.length === 0) return;
    const { redact } = this.deps;
    for (const record of records) {
      const { id, label } = record.gateway;
      const gateway = { id: redact(id), label: redact(label) };
      this.unwrittenRecords.push({ ...record, gateway, model: redact(record.model) });
    }
    if (this.unwrittenRecords.length > maxUnwritten) this.unwrittenRecords = this.unwrittenRecords.slice(-maxUnwritten);
    this.writeAfter(writeDelayMs);
    this.changes.fire();
  }

  /**
   * Deletes all records, including the records of other windows.
   * @throws the error of the file system
   */
  async clear(): Promise<void> {
    await this.mutex.runExclusive(async () => {
      const { keptFiles, oldFiles } = await this.files();
      await Promise.all([...keptFiles, ...oldFiles].map((file) => rm(file, { force: true })));
      [this.writtenRecords, this.contents] = [[], new Map()];
      this.unwrittenRecords = [];
    });
    this.changes.fire();
  }

  private async files(): Promise<{ readonly keptFiles: readonly string[]; readonly oldFiles: readonly string[] }> {
    const { folder } = this.deps;
    const names = ((await readdir(folder).catch(ignoreMissingFile)) ?? []).filter((name) => fileName.test(name));
    const firstDay = this.dayBefore(keptDays);
    const paths = (areOld: boolean): readonly string[] =>
      names.filter((name) => name < firstDay === areOld).map((name) => join(folder, name));
    return { keptFiles: paths(false), oldFiles: paths(true) };
  }

  private dayBefore(days: number): string {
    return dayOf(this.deps.clock.now() - days * 24 * hourMs);
  }
}

/** Returns the day of a time in UTC, such as `2026-11-28`. */
function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/**
 * Reads the records of a file. If the size of the file has not changed, returns the content that was read earlier.
 * @param before the content that was read earlier
 */
async function readChanged(path: string, before: FileContent | undefined): Promise<FileContent> {
  const size = (await stat(path).catch(ignoreMissingFile))?.size;
  if (before && before.size === size) return before;
  const bytes = await readRegularFile(path, maxFileBytes);
  return { size: bytes?.length ?? 0, records: decodeRecords(bytes?.toString() ?? '') };
}
