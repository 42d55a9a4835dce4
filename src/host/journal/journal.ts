import { randomUUID } from 'node:crypto';
import type { Clock } from '../../engine/clock';
import { JournalFile, classifyWriteError, type JournalProblem } from './journalFile';
import { foldJournal, type FoldedJournal } from './journalFold';
import { JournalFolder, type JournalEntry } from './journalFolder';
import { isEmptyJournal, NewerJournalError, salvageJournal, type SalvagedJournal } from './journalLines';
import { JournalLocks } from './journalLocks';
import { journalSchema, type HeaderLine } from './journalSchema';
import { replaceDamaged, tidyJournal } from './tidyJournal';

interface JournalDeps {
  readonly folder: string;
  readonly clock: Clock;
  /** How many conversations are kept. */
  readonly limit: () => number;
  readonly onProblem: (problem: JournalProblem) => void;
}

/**
 * What to do when another window has the conversation. `or read`: open it read-only. `if free`: give up silently.
 * `or say elsewhere`: give up and tell the user.
 */
export type OpenMode = 'or read' | 'if free' | 'or say elsewhere';

export interface OpenedConversation {
  /** Absent: another window writes the conversation, and here it is read-only. */
  readonly file?: JournalFile | undefined;
  readonly folded: FoldedJournal;
}

interface JournalOwner {
  /** Another window has taken the conversation away. Nothing of it is written here any more. */
  onLost(id: string): void;
  /** Another window asks for the conversation; called again until it is closed here. */
  onRequested(id: string): void;
}

/** What was put aside this recently may be wanted back, and what was written this recently is not yet old. */
const recentMs = 60 * 60 * 1000;
/** A conversation that another window writes is looked at this often. */
const followIntervalMs = 1000;
/** Share of the time that may be spent on reading such a conversation. */
const maxReadingShare = 0.1;

/**
 * The conversations of a workspace on disk: one append-only JSON Lines file each. Other windows may use the folder, too;
 * one of them at a time writes a conversation.
 */
export class Journal {
  private readonly files = new Map<string, JournalFile>();
  private readonly folder: JournalFolder;
  private readonly locks: JournalLocks;
  /** Ids of the conversations that are shown read-only. */
  private readonly followedIds = new Set<string>();
  private owner: JournalOwner | undefined;

  constructor(private readonly deps: JournalDeps) {
    const { folder, clock } = deps;
    this.folder = new JournalFolder(folder);
    const onRequested = (id: string): void => this.owner?.onRequested(id);
    this.locks = new JournalLocks({ folder, clock, onLost: (id) => this.handleLockLost(id), onRequested });
  }

  setOwner(owner: JournalOwner): void {
    this.owner = owner;
  }

  /** Nothing is written before the first line. @param id of one that is not on disk */
  create(id: string = randomUUID()): { readonly id: string; readonly file: JournalFile } {
    return { id, file: this.newFile(id) };
  }

  /** Nothing is on disk under this id, put aside or not. */
  async isUnusedId(id: string): Promise<boolean> {
    return this.folder.isUnusedId(id);
  }

  /** Its lock is this window's for `open`, which is to follow. May take seconds. @returns false: it is another window's */
  async acquireLock(id: string): Promise<boolean> {
    return this.locks.acquire(id);
  }

  /** @returns undefined when there is no such conversation, or none that this version can read */
  async open(id: string, how: OpenMode = 'or read'): Promise<OpenedConversation | undefined> {
    try {
      if (!(await this.folder.entry(id))) return undefined;
      if (await this.acquireFor(id, how)) return await this.openForWriting(id);
      const folded = how === 'or read' && (await this.readShared(id));
      return folded ? { folded } : undefined;
    } catch (error) {
      if (!(error instanceof NewerJournalError)) throw error;
      this.deps.onProblem({ kind: 'newer', error });
      return undefined;
    } finally {
      await this.releaseClosed(id);
    }
  }

  /** Asks the window that has a conversation for it. Resolves to whether it is this window's, for `open`, which is to follow. */
  async requestLock(id: string): Promise<boolean> {
    return this.locks.requestHandOver(id);
  }

  /** Calls `onChange` with what another window has written, and each time it has written more, until it is disposed of. */
  follow(id: string, onChange: (folded: FoldedJournal) => void): { dispose(): void } {
    const { clock } = this.deps;
    let known: string | undefined;
    let cancel = (): void => undefined;
    let isOver = false;
    const look = async (): Promise<void> => {
      const startedAt = clock.ticks();
      try {
        // A turn is no longer running when the window that runs it is gone.
        const found = JSON.stringify([await this.folder.entry(id), await this.locks.isHeldElsewhere(id)]);
        const folded = found === known ? undefined : await this.readShared(id);
        known = found;
        if (folded && !isOver) onChange(folded);
      } catch {
        // The next look tries again.
      }
      // A large file takes long to read.
      const pauseMs = Math.max(followIntervalMs, (clock.ticks() - startedAt) / maxReadingShare);
      if (!isOver) cancel = clock.after(pauseMs, () => void look());
    };
    this.followedIds.add(id);
    void look();
    const dispose = (): void => {
      isOver = true;
      this.followedIds.delete(id);
      cancel();
    };
    return { dispose };
  }

  /** To be shown, not to be written; of a damaged one, what precedes the damage. @returns undefined when that is nothing */
  async read(id: string): Promise<FoldedJournal | undefined> {
    try {
      return await this.readFolded(id, false);
    } catch (error) {
      if (error instanceof NewerJournalError) return undefined;
      throw error;
    }
  }

  /** Of one that is not open. @returns undefined when there is none */
  async readBytes(id: string): Promise<Buffer | undefined> {
    return this.folder.read(id);
  }

  /** All that are on disk, those that were written last first. */
  async listNewestFirst(): Promise<readonly JournalEntry[]> {
    return this.folder.listNewestFirst();
  }

  /** Returns whether everything that was appended is on disk. */
  isWritten(id: string): boolean {
    return this.files.get(id)?.hasUnwritten !== true;
  }

  /** Closes a conversation that is neither shown nor running. Anything that is not on disk yet is discarded. */
  async close(id: string): Promise<void> {
    await this.closeAndRelease(id);
  }

  /**
   * Puts it aside, for `unhide` to bring back. Rejects with why it can't be, or can't be whole: all is as before then.
   * @returns whether there was anything of it on disk that this window may put aside
   */
  async hide(id: string): Promise<boolean> {
    if (!(await this.acquireOrReport(id))) return false;
    try {
      const file = this.files.get(id);
      await file?.flush();
      if (file?.hasUnwritten) throw file.failure ?? new Error('the conversation is not yet on disk');
      const isHidden = await this.folder.hide(id);
      await this.closeAndRelease(id);
      return isHidden;
    } finally {
      await this.releaseClosed(id);
    }
  }

  async unhide(id: string): Promise<void> {
    await this.folder.unhide(id);
  }

  async deleteHidden(id: string): Promise<void> {
    await this.folder.deleteHidden(id);
  }

  /**
   * Deletes the oldest conversations beyond the limit, never an open or a recent one, and what was put aside long ago.
   * @returns the ids of the conversations that were deleted
   */
  async prune(): Promise<readonly string[]> {
    const closed = (await this.listNewestFirst()).filter(({ id }) => !this.files.has(id) && !this.followedIds.has(id));
    const recent = this.deps.clock.now() - recentMs;
    const old = closed
      .slice(Math.max(0, this.deps.limit() - this.files.size))
      .filter(({ modifiedAt: at }) => at < recent);
    // If one conversation can't be removed, the others still are.
    const removed = await Promise.allSettled(old.map(({ id }) => this.removeClosed(id)));
    await this.folder.deleteStale(recent);
    return old.flatMap(({ id }, index) => {
      const outcome = removed[index];
      return outcome?.status === 'fulfilled' && outcome.value ? [id] : [];
    });
  }

  /** @param id absent: all that are open */
  async flush(id?: string): Promise<void> {
    const files = [...this.files].filter(([each]) => id === undefined || each === id);
    await Promise.all(files.map(([, file]) => file.flush()));
  }

  /**
   * For the moment the extension host goes away. A file that fails keeps no other from being written; it is reported when
   * all have had their turn. Another window may follow at once: nothing is written any more.
   */
  flushSync(): void {
    const failures: unknown[] = [];
    for (const [id, file] of [...this.files]) {
      try {
        file.flushSync();
        this.closeFile(id);
        this.locks.releaseSync(id);
      } catch (error) {
        failures.push(error);
      }
    }
    for (const error of failures) this.reportWriteFailure(error);
  }

  /** What another window has written so far. @throws NewerJournalError */
  private async readShared(id: string): Promise<FoldedJournal | undefined> {
    return this.readFolded(id, await this.locks.isHeldElsewhere(id));
  }

  /** @throws NewerJournalError */
  private async readFolded(id: string, isRunning: boolean): Promise<FoldedJournal | undefined> {
    const content = await this.folder.read(id);
    if (!content) return undefined;
    const { lines, damage } = salvageJournal(content);
    return lines.length || !damage ? foldJournal(lines, isRunning) : undefined;
  }

  /** @throws NewerJournalError */
  private async openForWriting(id: string): Promise<OpenedConversation | undefined> {
    const entry = await this.folder.entry(id);
    const content = entry && (await this.folder.read(id));
    if (!content) {
      if (entry) this.deps.onProblem({ kind: 'too-large', path: this.folder.path(id) });
      return undefined;
    }
    if (isEmptyJournal(content)) return { file: this.newFile(id, content.length), folded: foldJournal([]) };
    const salvaged = salvageJournal(content);
    const { header, lines, damage } = salvaged;
    const folded = foldJournal(lines);
    const file =
      header && !damage
        ? this.createFile(entry, await tidyJournal(this.folder, entry, { ...salvaged, header, content }))
        : await this.recreateFile(entry, salvaged, folded.exchanges.length);
    for (const exchangeId of folded.interruptedIds) file.append({ type: 'interrupted', exchangeId });
    return { file, folded };
  }

  private async acquireFor(id: string, how: OpenMode): Promise<boolean> {
    switch (how) {
      case 'or read':
        return this.locks.acquireIfStale(id);
      case 'if free':
        return this.locks.acquireIfFree(id);
      case 'or say elsewhere':
        return this.acquireOrReport(id);
    }
  }

  /** Deletes a conversation unless this window or another one has it open. @returns whether it was deleted */
  private async removeClosed(id: string): Promise<boolean> {
    if (!(await this.locks.acquireIfFree(id))) return false;
    const isClosed = !this.files.has(id);
    if (isClosed) await this.folder.remove(id);
    await this.releaseClosed(id);
    return isClosed;
  }

  /** @returns false: it is another window's, and the person is told */
  private async acquireOrReport(id: string): Promise<boolean> {
    if (await this.locks.acquire(id)) return true;
    this.deps.onProblem({ kind: 'elsewhere' });
    return false;
  }

  private async releaseClosed(id: string): Promise<void> {
    if (!this.files.has(id)) await this.locks.release(id);
  }

  private async closeAndRelease(id: string): Promise<void> {
    this.closeFile(id);
    await this.locks.release(id);
  }

  private closeFile(id: string): void {
    this.files.get(id)?.close();
    this.files.delete(id);
  }

  /** What this one would write now goes to places that have other words. */
  private handleLockLost(id: string): void {
    if (!this.files.has(id)) return;
    void this.closeAndRelease(id);
    this.deps.onProblem({ kind: 'taken' });
    this.owner?.onLost(id);
  }

  /** With what precedes the damage. */
  private async recreateFile(
    entry: JournalEntry,
    { lines, damage }: SalvagedJournal,
    salvaged: number,
  ): Promise<JournalFile> {
    const header = this.newHeader(entry.id);
    const { savedAs: keptAs, size } = await replaceDamaged(this.folder, entry, header, lines);
    this.deps.onProblem({ kind: 'corrupt', savedAs: keptAs, salvaged, error: damage });
    if (size > 0) return this.createFile(entry, size);
    const file = this.createFile({ id: entry.id, modifiedAt: entry.modifiedAt }, 0, header);
    for (const line of lines) file.append(line);
    return file;
  }

  /** @param size of what is there and is not to stay */
  private newFile(id: string, size = 0): JournalFile {
    return this.createFile({ id, modifiedAt: this.deps.clock.now(), size }, 0, this.newHeader(id));
  }

  private newHeader(id: string): HeaderLine {
    return { type: 'conversation', schema: journalSchema, id, createdAt: this.deps.clock.now() };
  }

  private createFile(
    { id, modifiedAt: at, size }: Pick<JournalEntry, 'id' | 'modifiedAt'> & Partial<JournalEntry>,
    position: number,
    header?: HeaderLine,
  ): JournalFile {
    const file = new JournalFile({
      path: this.folder.path(id),
      position,
      size: header && size,
      lastActivityAt: at,
      clock: this.deps.clock,
      onFailure: (error) => this.reportWriteFailure(error),
      onRecovered: () => this.deps.onProblem({ kind: 'written' }),
      header,
      lock: {
        isOurs: async (isFirst) => {
          if (isFirst) await this.locks.acquireUnowned(id);
          const isOurs = await this.locks.isOurs(id);
          if (!isOurs) this.handleLockLost(id);
          // The file may have been closed meanwhile, because the extension host is shutting down.
          await this.releaseClosed(id);
          return isOurs;
        },
        isOursSync: () => this.locks.isOursSync(id),
      },
      onForeignWrite: () => this.handleLockLost(id),
    });
    this.files.set(id, file);
    return file;
  }

  private reportWriteFailure(error: unknown): void {
    this.deps.onProblem({ kind: 'unwritten', failure: classifyWriteError(error), error });
  }
}
