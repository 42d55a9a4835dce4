import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Mutex } from 'async-mutex';
import type { Clock } from '../../engine/clock';
import type { TurnRecord } from '../../engine/state/ledger';
import { ignoreMissingFile, privateFileMode, privateFolderMode } from '../util/files';
import { Listeners } from '../util/listeners';
import { decodeRecords, encodeRecords, hourMs, recordsOf, type AttemptRecord } from './attemptRecord';

interface HealthBookDeps {
  /** Folder that all windows of this machine share. */
  readonly folder: string;
  readonly clock: Clock;
  /** Removes API keys from a text, because a user may have pasted a key where a model name belongs. */
  readonly redact: (text: string) => string;
  readonly onError: (error: unknown) => void;
}

const writeDelayMs = 1000;
/** Number of days for which files are kept. The page shows 14 days in local time, which overlap 15 days in UTC. */
const keptDays = 15;

interface FileContent {
  readonly size: number;
  readonly records: readonly AttemptRecord[];
}

const fileName = /^(\d{4}-\d\d-\d\d)\.[0-9a-f]{8}\.jsonl$/;

/**
 * The health book: what happened to the requests of the last 14 days, for each route and model. Each window appends to a
 * file of its own per day, so that windows need no lock. The files of all windows are read together.
 */
export class HealthBook {
  private readonly window = randomBytes(4).toString('hex');
  /** What the files contained when they were last read, and what this window has written since. */
  private known: readonly AttemptRecord[] = [];
  private unwritten: readonly AttemptRecord[] = [];
  /** What each file contained when it was read, so that a file is read again only after a window has appended to it. */
  private contents: ReadonlyMap<string, FileContent> = new Map();
  private cancelWrite: (() => void) | undefined;
  private hasReportedError = false;
  /** Prevents the files from being read while this window writes, because a turn could then count twice. */
  private readonly mutex = new Mutex();
  private readonly changes = new Listeners<void>((error) => this.deps.onError(error));
  /** Fires when a turn of this window has been added, or the book has been cleared. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly deps: HealthBookDeps) {}

  record(turn: TurnRecord): void {
    const { clock, redact, onError } = this.deps;
    const records = recordsOf(turn).map((record) => ({
      ...record,
      origin: redact(record.origin),
      model: redact(record.model),
    }));
    if (records.length === 0) return;
    this.unwritten = [...this.unwritten, ...records];
    this.cancelWrite ??= clock.after(writeDelayMs, () => {
      this.flush().catch(onError);
    });
    this.changes.fire();
  }

  records(): readonly AttemptRecord[] {
    return [...this.known, ...this.unwritten];
  }

  /** Reads what other windows have written. Never rejects. */
  async refresh(): Promise<void> {
    await this.exclusively(async () => {
      const { kept } = await this.files();
      const contents = kept.map(async (path) => [path, await readChanged(path, this.contents.get(path))] as const);
      this.contents = new Map(await Promise.all(contents));
      this.known = [...this.contents.values()].flatMap(({ records }) => records);
    });
  }

  /** Writes the unwritten turns, and deletes the files of old days. Never rejects. A later call tries again. */
  async flush(): Promise<void> {
    this.cancelWrite?.();
    this.cancelWrite = undefined;
    await this.exclusively(async () => {
      const added = this.unwritten;
      if (added.length === 0) return;
      const { folder } = this.deps;
      await mkdir(folder, { recursive: true, mode: privateFolderMode });
      const path = join(folder, `${this.dayBefore(0)}.${this.window}.jsonl`);
      await appendFile(path, encodeRecords(added), { mode: privateFileMode });
      this.unwritten = this.unwritten.slice(added.length);
      this.known = [...this.known, ...added];
      const { old } = await this.files();
      await Promise.all(old.map((file) => rm(file, { force: true })));
    });
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

  /** As in `2026-11-28`, in UTC. */
  private dayBefore(days: number): string {
    return new Date(this.deps.clock.now() - days * 24 * hourMs).toISOString().slice(0, 10);
  }

  /** Reports only the first error, because a full disk would otherwise fill the log. */
  private async exclusively(work: () => Promise<void>): Promise<void> {
    try {
      await this.mutex.runExclusive(work);
    } catch (error) {
      if (!this.hasReportedError) this.deps.onError(error);
      this.hasReportedError = true;
    }
  }
}

/** Returns `before` if the file still has the same size. */
async function readChanged(path: string, before: FileContent | undefined): Promise<FileContent> {
  const size = (await stat(path).catch(ignoreMissingFile))?.size;
  if (before && before.size === size) return before;
  const bytes = await readFile(path).catch(ignoreMissingFile);
  return { size: bytes?.length ?? 0, records: decodeRecords(bytes?.toString() ?? '') };
}
