import { randomUUID } from 'node:crypto';
import type { Clock } from '../../engine/clock';
import { JournalFile, classifyWriteError, type JournalProblem } from './journalFile';
import { foldJournal, type StoredConversation } from './journalFold';
import { JournalFolder, type JournalEntry } from './journalFolder';
import { isEmptyJournal, NewerJournalError, salvageJournal, type SalvagedJournal } from './journalLines';
import { JournalLocks } from './journalLocks';
import { journalSchema, type HeaderLine } from './journalSchema';
import { replaceDamaged, tidyJournal } from './tidyJournal';

interface JournalDeps {
  readonly folder: string;
  readonly clock: Clock;
  /** Returns the maximum number of conversations, from the setting `holysheep.history.limit`. */
  readonly limit: () => number;
  /** Returns the ids of conversations that the limit does not delete. By default, it may delete every conversation. */
  readonly keptIds?: () => Promise<ReadonlySet<string>>;
  readonly onProblem: (problem: JournalProblem) => void;
}

/**
 * What the journal does when another window has locked the conversation. `allow-read-only`: open it read-only.
 * `only-if-free`: give up silently. `report-if-locked`: give up and notify the user.
 */
export type OpenMode = 'allow-read-only' | 'only-if-free' | 'report-if-locked';

export interface OpenedConversation {
  /**
   * The file to which this window writes. Absent when another window has the right to write the conversation, which is
   * then read-only here.
   */
  readonly file?: JournalFile | undefined;
  readonly stored: StoredConversation;
}

interface JournalOwner {
  /** Called after another window has taken over the conversation. From then on this window no longer writes it. */
  onLost(id: string): void;
  /**
   * Called repeatedly while another window requests the conversation, until this window has closed the conversation.
   */
  onRequested(id: string): void;
}

/**
 * Period in which the user can undo a deletion, in milliseconds. The limit of the history does not delete conversations
 * that were written within this period.
 */
const recentMs = 60 * 60 * 1000;
/** Interval at which the file of a conversation that another window writes is checked for changes, in milliseconds. */
const followIntervalMs = 1000;
/** Maximum fraction of its time that this window spends on reading a conversation that another window writes. */
const maxReadingShare = 0.1;

/**
 * The conversations of a workspace on disk, each in an append-only JSON Lines file. Several windows may use the same folder,
 * but only one window at a time writes a conversation.
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

  /**
   * Creates a conversation. Its file is created with the first line.
   * @param id an id that no conversation uses
   */
  create(id: string = randomUUID()): { readonly id: string; readonly file: JournalFile } {
    return { id, file: this.newFile(id) };
  }

  /** Returns whether no conversation on disk has this id, including hidden conversations. */
  async isUnusedId(id: string): Promise<boolean> {
    return this.folder.isUnusedId(id);
  }

  /**
   * Acquires the lock of a conversation. The caller must then open the conversation. This may take seconds.
   * @returns false when another window has the lock
   */
  async acquireLock(id: string): Promise<boolean> {
    return this.locks.acquire(id);
  }

  /**
   * Opens a conversation.
   * @returns undefined when the conversation does not exist or was written by a newer version of the extension
   */
  async open(id: string, mode: OpenMode = 'allow-read-only'): Promise<OpenedConversation | undefined> {
    try {
      if (!(await this.folder.entry(id))) return undefined;
      if (await this.acquireFor(id, mode)) return await this.openForWriting(id);
      const stored = mode === 'allow-read-only' && (await this.readShared(id));
      return stored ? { stored } : undefined;
    } catch (error) {
      if (!(error instanceof NewerJournalError)) throw error;
      this.deps.onProblem({ kind: 'newer', error });
      return undefined;
    } finally {
      await this.releaseClosed(id);
    }
  }

  /**
   * Asks the window that has locked a conversation to hand the conversation over. The caller must then open the
   * conversation.
   * @returns false when a third window has acquired the lock
   */
  async requestLock(id: string): Promise<boolean> {
    return this.locks.requestHandOver(id);
  }

  /**
   * Calls `onChange` with the content of a conversation that another window writes, immediately and after each change,
   * until the result is disposed.
   */
  follow(id: string, onChange: (stored: StoredConversation) => void): { dispose(): void } {
    const { clock } = this.deps;
    let lastState: string | undefined;
    let cancel = (): void => undefined;
    let isDisposed = false;
    const poll = async (): Promise<void> => {
      const startedAt = clock.monotonicNow();
      try {
        // Reads the conversation again not only when its file has changed, but also when its lock was acquired or
        // released, because a turn counts as interrupted when the window that ran the turn no longer exists.
        const state = JSON.stringify([await this.folder.entry(id), await this.locks.isHeldElsewhere(id)]);
        const stored = state === lastState ? undefined : await this.readShared(id);
        lastState = state;
        if (stored && !isDisposed) onChange(stored);
      } catch {
        // The next poll tries again.
      }
      // Waits longer if reading took long, so that repeated reading of a large file does not keep this window busy.
      const delayMs = Math.max(followIntervalMs, (clock.monotonicNow() - startedAt) / maxReadingShare);
      if (!isDisposed) cancel = clock.after(delayMs, () => void poll());
    };
    this.followedIds.add(id);
    void poll();
    const dispose = (): void => {
      isDisposed = true;
      this.followedIds.delete(id);
      cancel();
    };
    return { dispose };
  }

  /**
   * Reads a conversation without opening it. Returns only the readable part of a damaged file.
   * @returns undefined if nothing can be read
   */
  async read(id: string): Promise<StoredConversation | undefined> {
    try {
      return await this.readStored(id, false);
    } catch (error) {
      if (error instanceof NewerJournalError) return undefined;
      throw error;
    }
  }

  /** Returns the bytes of a conversation's file, or `undefined` when the file does not exist or is too large. */
  async readBytes(id: string): Promise<Buffer | undefined> {
    return this.folder.read(id);
  }

  /** Returns the files of all conversations, last written first. */
  async listNewestFirst(): Promise<readonly JournalEntry[]> {
    return this.folder.listNewestFirst();
  }

  /** Returns whether all lines of a conversation are on disk. */
  isWritten(id: string): boolean {
    return this.files.get(id)?.hasUnwritten !== true;
  }

  /** Closes a conversation and releases its lock. Lines that are not yet on disk are discarded. */
  async close(id: string): Promise<void> {
    await this.closeAndRelease(id);
  }

  /**
   * Hides the file of a conversation until `unhide` or `deleteHidden` is called. If the file can't be written
   * completely or can't be renamed, rejects and changes nothing.
   * @returns false when there is no file or another window has locked the conversation
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
   * Deletes the oldest conversations beyond the limit of the history, except open and recent conversations and those
   * with a scheduled prompt. Also deletes files that were hidden long ago.
   * @returns the ids of the deleted conversations
   */
  async prune(): Promise<readonly string[]> {
    const closed = (await this.listNewestFirst()).filter(({ id }) => !this.files.has(id) && !this.followedIds.has(id));
    const recentSince = this.deps.clock.now() - recentMs;
    const old = closed
      .slice(Math.max(0, this.deps.limit() - this.files.size))
      .filter(({ modifiedAt }) => modifiedAt < recentSince);
    await this.folder.deleteStale(recentSince);
    const removedIds: string[] = [];
    let keptIds: ReadonlySet<string> | undefined;
    try {
      keptIds = await this.deps.keptIds?.();
    } catch {
      // Deletes nothing while it is unknown which conversations to keep. The next call tries again.
      return removedIds;
    }
    // Deletes one conversation after another, so that few files are open at a time.
    for (const { id } of old.filter((entry) => !keptIds?.has(entry.id))) {
      // Ignores an error, because one conversation that can't be deleted must not prevent the others from being deleted.
      if (await this.removeClosed(id).catch(() => false)) removedIds.push(id);
    }
    return removedIds;
  }

  /**
   * Writes all lines that are not yet on disk.
   * @param id the conversation to write. By default, all open conversations are written.
   */
  async flush(id?: string): Promise<void> {
    const files = [...this.files].filter(([fileId]) => id === undefined || fileId === id);
    await Promise.all(files.map(([, file]) => file.flush()));
  }

  /**
   * Writes and closes all files synchronously before the extension host exits. Failures are reported after every file
   * has been tried. Nothing is written afterwards, because another window may open the conversations immediately.
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

  /**
   * Reads the lines that another window has written to a conversation so far.
   * @throws NewerJournalError when the file has a newer schema
   */
  private async readShared(id: string): Promise<StoredConversation | undefined> {
    return this.readStored(id, await this.locks.isHeldElsewhere(id));
  }

  /** @throws NewerJournalError when the file has a newer schema */
  private async readStored(id: string, isRunning: boolean): Promise<StoredConversation | undefined> {
    const content = await this.folder.read(id);
    if (!content) return undefined;
    const { lines, damage } = salvageJournal(content);
    return lines.length || !damage ? foldJournal(lines, isRunning) : undefined;
  }

  /** @throws NewerJournalError when the file has a newer schema */
  private async openForWriting(id: string): Promise<OpenedConversation | undefined> {
    const entry = await this.folder.entry(id);
    const content = entry && (await this.folder.read(id));
    if (!content) {
      if (entry) this.deps.onProblem({ kind: 'too-large', path: this.folder.path(id) });
      return undefined;
    }
    if (isEmptyJournal(content)) return { file: this.newFile(id, content.length), stored: foldJournal([]) };
    const salvaged = salvageJournal(content);
    const { header, lines, damage } = salvaged;
    const stored = foldJournal(lines);
    const file =
      header && !damage
        ? this.createFile(entry, await tidyJournal(this.folder, entry, { ...salvaged, header, content }))
        : await this.recreateFile(entry, salvaged, stored.exchanges.length);
    for (const exchangeId of stored.interruptedIds) file.append({ type: 'interrupted', exchangeId });
    return { file, stored };
  }

  private async acquireFor(id: string, mode: OpenMode): Promise<boolean> {
    switch (mode) {
      case 'allow-read-only':
        return this.locks.acquireIfStale(id);
      case 'only-if-free':
        return this.locks.acquireIfFree(id);
      case 'report-if-locked':
        return this.acquireOrReport(id);
    }
  }

  /**
   * Deletes a conversation unless this window or another window has opened it.
   * @returns whether the conversation was deleted
   */
  private async removeClosed(id: string): Promise<boolean> {
    if (!(await this.locks.acquireIfFree(id))) return false;
    const isClosed = !this.files.has(id);
    if (isClosed) await this.folder.remove(id);
    await this.releaseClosed(id);
    return isClosed;
  }

  /** Acquires the lock of a conversation, or notifies the user that another window has opened the conversation. */
  private async acquireOrReport(id: string): Promise<boolean> {
    if (await this.locks.acquire(id)) return true;
    this.deps.onProblem({ kind: 'open-elsewhere' });
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

  /** Closes a conversation whose lock another window has taken, because further writes would corrupt the file. */
  private handleLockLost(id: string): void {
    if (!this.files.has(id)) return;
    void this.closeAndRelease(id);
    this.deps.onProblem({ kind: 'taken' });
    this.owner?.onLost(id);
  }

  /** Creates a new file that contains the readable lines of a damaged one. */
  private async recreateFile(
    entry: JournalEntry,
    { lines, damage }: SalvagedJournal,
    salvaged: number,
  ): Promise<JournalFile> {
    const header = this.newHeader(entry.id);
    const { savedAs, size } = await replaceDamaged(this.folder, entry, header, lines);
    this.deps.onProblem({ kind: 'corrupt', savedAs, salvaged, error: damage });
    if (size > 0) return this.createFile(entry, size);
    const file = this.createFile({ id: entry.id, modifiedAt: entry.modifiedAt }, 0, header);
    for (const line of lines) file.append(line);
    return file;
  }

  /** @param size size in bytes of an existing file whose header is incomplete. The file is overwritten. */
  private newFile(id: string, size = 0): JournalFile {
    return this.createFile({ id, modifiedAt: this.deps.clock.now(), size }, 0, this.newHeader(id));
  }

  private newHeader(id: string): HeaderLine {
    return { type: 'conversation', schema: journalSchema, id, createdAt: this.deps.clock.now() };
  }

  private createFile(
    { id, modifiedAt, size }: Pick<JournalEntry, 'id' | 'modifiedAt'> & Partial<JournalEntry>,
    position: number,
    header?: HeaderLine,
  ): JournalFile {
    const file = new JournalFile({
      path: this.folder.path(id),
      position,
      size: header && size,
      lastActivityAt: modifiedAt,
      clock: this.deps.clock,
      onFailure: (error) => this.reportWriteFailure(error),
      onRecovered: () => this.deps.onProblem({ kind: 'written' }),
      header,
      lock: {
        isOurs: async (isFirst) => {
          if (isFirst) await this.locks.acquireUnowned(id);
          const isOurs = await this.locks.isOurs(id);
          if (!isOurs) this.handleLockLost(id);
          // Releases the lock again if the file was closed while the lock was being acquired. This happens when the
          // extension host is shutting down.
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
