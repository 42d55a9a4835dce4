import { appendFile, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Mutex } from 'async-mutex';
import type { Clock } from '../../engine/clock';
import type { TurnRecord } from '../../engine/state/ledger';
import { runLocked } from '../util/fileLock';
import { ignoreMissingFile, privateFileMode, privateFolderMode, replaceFile } from '../util/files';
import { Listeners } from '../util/listeners';
import { decodeTallies, encodeTallies } from './healthLines';
import { addTallies, condense, talliesOf, type HealthTally, type Tallies } from './healthTally';

interface HealthBookDeps {
  /** Folder that all windows of this machine share. */
  readonly folder: string;
  readonly clock: Clock;
  /** Removes API keys from a text, because a user may have pasted a key where a model name belongs. */
  readonly redact: (text: string) => string;
  readonly onError: (error: unknown) => void;
}

/** Delay after the end of a turn before its numbers are written, in milliseconds. */
const writeDelayMs = 1000;
/** Number of bytes that may be appended to the file before it is condensed again. */
const maxAppendedBytes = 128 * 1024;
/** Maximum size of a file that is read, in bytes. The extension does not write larger files. */
const maxFileBytes = 4 * 1024 * 1024;

/**
 * The health book: what happened to the requests of the last 14 days, for each route and model. All windows share its
 * file. Turns are appended, and the file is condensed from time to time. A window changes the file only while it has
 * the lock.
 */
export class HealthBook {
  /** What the file contained when it was last read, and what this window has written since. */
  private known: Tallies = new Map();
  /** Attempts of this window that are not yet in the file. They are combined into tallies only when they are read or written. */
  private readonly unwritten: HealthTally[] = [];
  /** Identifies the content of the file that `known` contains; undefined before the file is first read. */
  private readVersion: string | undefined;
  /** Size of the file, in bytes, from which on it is condensed. The first write condenses the file in any case. */
  private condenseFrom = 0;
  private cancelWrite: (() => void) | undefined;
  private hasReportedError = false;
  /** Prevents the file from being read while it is written, because a turn could then count twice. */
  private readonly mutex = new Mutex();
  private readonly changes: Listeners<void>;
  /** Fires when a turn of this window has been added, or the book has been cleared. */
  readonly onDidChange: Listeners<void>['event'];

  constructor(private readonly deps: HealthBookDeps) {
    this.changes = new Listeners<void>(deps.onError);
    this.onDidChange = this.changes.event;
  }

  /** Adds a turn that has ended. It is written later. */
  record(turn: TurnRecord): void {
    const { clock, redact, onError } = this.deps;
    const tallies = talliesOf(turn).map((tally) => ({
      ...tally,
      origin: redact(tally.origin),
      model: redact(tally.model),
    }));
    if (tallies.length === 0) return;
    this.unwritten.push(...tallies);
    this.cancelWrite ??= clock.after(writeDelayMs, () => {
      this.flush().catch(onError);
    });
    this.changes.fire();
  }

  /** Returns the tallies of the last 14 days, as far as this window knows them. */
  tallies(): readonly HealthTally[] {
    const tallies = [...this.known.values(), ...this.unwritten];
    return [...condense(tallies, this.deps.clock.now()).values()];
  }

  /** Reads what other windows have written. Never rejects. */
  async refresh(): Promise<void> {
    await this.exclusively(async () => {
      const version = await this.fileVersion();
      if (version === this.readVersion) return;
      this.known = condense(await this.readFile(), this.deps.clock.now());
      this.readVersion = version;
    });
  }

  /** Writes the turns that are not yet in the file. Never rejects. If they can't be written, the next call tries again. */
  async flush(): Promise<void> {
    this.cancelWrite?.();
    this.cancelWrite = undefined;
    await this.exclusively(async () => {
      const { length } = this.unwritten;
      if (length === 0) return;
      const added: Tallies = new Map();
      addTallies(added, this.unwritten);
      await this.runLocked(() => this.write(added));
      this.unwritten.splice(0, length);
      addTallies(this.known, added.values());
    });
  }

  /** Deletes all numbers, including those of other windows. @throws the error of the file system */
  async clear(): Promise<void> {
    await this.mutex.runExclusive(async () => {
      await this.runLocked(() => rm(this.path, { force: true }));
      this.known = new Map();
      this.unwritten.splice(0);
      this.condenseFrom = 0;
    });
    this.changes.fire();
  }

  /** Appends tallies to the file, or rewrites the file with them in condensed form. The lock must be held. */
  private async write(added: Tallies): Promise<void> {
    const size = (await stat(this.path).catch(ignoreMissingFile))?.size ?? 0;
    if (size < this.condenseFrom) {
      await appendFile(this.path, encodeTallies(added.values()), { mode: privateFileMode });
      return;
    }
    const tallies = condense([...(await this.readFile()), ...added.values()], this.deps.clock.now());
    const content = encodeTallies(tallies.values());
    await replaceFile(this.path, content);
    this.condenseFrom = Buffer.byteLength(content) + maxAppendedBytes;
  }

  /** Returns the valid lines of the file, without expired ones being removed. */
  private async readFile(): Promise<readonly HealthTally[]> {
    const size = (await stat(this.path).catch(ignoreMissingFile))?.size ?? 0;
    return size === 0 || size > maxFileBytes ? [] : decodeTallies(await readFile(this.path, 'utf8'));
  }

  private async fileVersion(): Promise<string> {
    const stats = await stat(this.path).catch(ignoreMissingFile);
    return stats ? [stats.ino, stats.size, stats.mtimeMs].join(' ') : 'missing';
  }

  private async runLocked(work: () => Promise<void>): Promise<void> {
    await mkdir(this.deps.folder, { recursive: true, mode: privateFolderMode });
    await runLocked(`${this.path}.lock`, this.deps.clock, work);
  }

  /** Does work on the file. Reports only the first error, because a full disk would otherwise fill the log. */
  private async exclusively(work: () => Promise<void>): Promise<void> {
    try {
      await this.mutex.runExclusive(work);
    } catch (error) {
      if (!this.hasReportedError) this.deps.onError(error);
      this.hasReportedError = true;
    }
  }

  private get path(): string {
    return join(this.deps.folder, 'health.jsonl');
  }
}
