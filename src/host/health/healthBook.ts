import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Mutex } from 'async-mutex';
import type { Clock } from '../../engine/clock';
import type { LedgerEntry, TurnRecord } from '../../engine/state/ledger';
import { lacksEnd } from '../../engine/state/turnCost';
import { errorCode, ignoreMissingFile, privateFileMode, privateFolderMode, readRegularFile } from '../util/files';
import { Listeners } from '../util/listeners';
import { decodeRecords, encodeRecords, hourMs, recordOf, waitRecordsOf, type AttemptRecord } from './attemptRecord';

interface HealthBookDeps {
  /** Folder that all windows of this machine share. */
  readonly folder: string;
  readonly clock: Clock;
  /** Removes API keys from a text, because a user may have pasted a key where a model name belongs. */
  readonly redact: (text: string) => string;
  readonly onError: (error: unknown) => void;
}

const writeDelayMs = 1000;
/** Milliseconds until a failed write is repeated, if no further attempt triggers a write before. */
const retryIntervalMs = 60_000;
/** Maximum number of records that are kept in memory while no file can be written. */
const maxUnwritten = 10_000;
/** Maximum size of a file in bytes. Reading a larger file would block all extensions. */
const maxFileBytes = 16 * 1024 * 1024;
/** Number of days for which files are kept. The page shows 14 days in local time, which overlap 15 days in UTC. */
const keptDays = 15;

interface FileContent {
  readonly size: number;
  readonly records: readonly AttemptRecord[];
}

const fileName = /^(\d{4}-\d\d-\d\d)\.[0-9a-f]{8}\.jsonl$/;

/**
 * The health book: what happened to the requests of the last 14 days, for each gateway and model. Each window appends to a
 * file of its own per day, so that windows need no lock. The files of all windows are read together.
 */
export class HealthBook {
  private readonly window = randomBytes(4).toString('hex');
  /** What the files contained when they were last read, and what this window has written since. */
  private known: readonly AttemptRecord[] = [];
  private unwritten: AttemptRecord[] = [];
  /** What each file contained when it was last read. A file is read again only after a window has appended to it. */
  private contents: ReadonlyMap<string, FileContent> = new Map();
  private cancelWrite: (() => void) | undefined;
  private hasWriteFailed = false;
  /** The files that the last `refresh` could not read, by path. The values are their names, which begin with a day. */
  private unreadable: ReadonlyMap<string, string> = new Map();
  /** Prevents the files from being read while this window writes, because an attempt could then count twice. */
  private readonly mutex = new Mutex();
  private readonly changes = new Listeners<void>((error) => this.deps.onError(error));
  /** Fires when an attempt of this window has been added, or the book has been cleared. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly deps: HealthBookDeps) {}

  recordAttempt(attempt: LedgerEntry, isCorrected: boolean): void {
    this.add([recordOf(attempt, isCorrected)]);
  }

  /** Records the attempts that are still running when the window closes. */
  recordInterrupted(turns: readonly TurnRecord[]): void {
    const last = turns.flatMap(({ attempts }) => attempts.at(-1) ?? []);
    this.add(last.filter(lacksEnd).map((attempt) => recordOf(attempt, false)));
  }

  /** Records how a turn that has ended waited. `recordAttempt` has already recorded its attempts. */
  recordWaits(turn: TurnRecord): void {
    this.add(waitRecordsOf(turn));
  }

  records(): readonly AttemptRecord[] {
    return [...this.known, ...this.unwritten];
  }

  /** Returns whether the last `refresh` could read all files with attempts that ended at this time or later. */
  isCompleteSince(time: number): boolean {
    return [...this.unreadable.values()].every((day) => day < dayOf(time));
  }

  /** Reads what other windows have written. Never rejects. Reports files that can't be read, and uses all others. */
  async refresh(): Promise<void> {
    await this.mutex.runExclusive(async () => {
      const unreadable = new Map<string, string>();
      const reportUnreadable = (path: string, day: string, error: unknown): void => {
        unreadable.set(path, day);
        if (this.unreadable.has(path)) return;
        this.deps.onError(new Error(`The usage in ${path} can't be read: ${errorCode(error)}`, { cause: error }));
      };
      const { folder } = this.deps;
      const { kept } = await this.files().catch((error: unknown) => {
        reportUnreadable(folder, this.dayBefore(0), error);
        return { kept: [...this.contents.keys()] };
      });
      const read = kept.map(async (path): Promise<readonly [string, FileContent]> => {
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
      this.known = [...this.contents.values()].flatMap(({ records }) => records);
    });
  }

  /** Writes the unwritten records, and deletes the files of old days. Never rejects. */
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
    const added = new Set(this.unwritten);
    if (added.size === 0) return;
    const { folder } = this.deps;
    await mkdir(folder, { recursive: true, mode: privateFolderMode });
    const path = join(folder, `${this.dayBefore(0)}.${this.window}.jsonl`);
    await appendFile(path, encodeRecords([...added]), { mode: privateFileMode });
    this.unwritten = this.unwritten.filter((record) => !added.has(record));
    this.known = [...this.known, ...added];
    const { old } = await this.files();
    // If a file can't be removed now, a later call removes it.
    await Promise.all(old.map((file) => rm(file, { force: true }).catch(() => undefined)));
  }

  private writeAfter(delayMs: number): void {
    const { clock, onError } = this.deps;
    this.cancelWrite ??= clock.after(delayMs, () => {
      this.flush().catch(onError);
    });
  }

  private add(records: readonly AttemptRecord[]): void {
    if (records.length === 0) return;
    const { redact } = this.deps;
    for (const record of records) {
      const { id, label } = record.gateway;
      const gateway = { id: redact(id), label: redact(label) };
      this.unwritten.push({ ...record, gateway, model: redact(record.model) });
    }
    if (this.unwritten.length > maxUnwritten) this.unwritten = this.unwritten.slice(-maxUnwritten);
    this.writeAfter(writeDelayMs);
    this.changes.fire();
  }

  /** Deletes all records, including those of other windows. @throws the error of the file system */
  async clear(): Promise<void> {
    await this.mutex.runExclusive(async () => {
      const { kept, old } = await this.files();
      await Promise.all([...kept, ...old].map((file) => rm(file, { force: true })));
      [this.known, this.contents] = [[], new Map()];
      this.unwritten = [];
    });
    this.changes.fire();
  }

  private async files(): Promise<{ readonly kept: readonly string[]; readonly old: readonly string[] }> {
    const { folder } = this.deps;
    const names = ((await readdir(folder).catch(ignoreMissingFile)) ?? []).filter((name) => fileName.test(name));
    const firstDay = this.dayBefore(keptDays);
    const paths = (areOld: boolean): readonly string[] =>
      names.filter((name) => name < firstDay === areOld).map((name) => join(folder, name));
    return { kept: paths(false), old: paths(true) };
  }

  private dayBefore(days: number): string {
    return dayOf(this.deps.clock.now() - days * 24 * hourMs);
  }
}

/** Returns the day in UTC, such as `2026-11-28`. */
function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Returns `before` if the file still has the same size. */
async function readChanged(path: string, before: FileContent | undefined): Promise<FileContent> {
  const size = (await stat(path).catch(ignoreMissingFile))?.size;
  if (before && before.size === size) return before;
  const bytes = await readRegularFile(path, maxFileBytes);
  return { size: bytes?.length ?? 0, records: decodeRecords(bytes?.toString() ?? '') };
}
