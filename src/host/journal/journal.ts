import { randomUUID } from 'node:crypto';
import { open, truncate, utimes } from 'node:fs/promises';
import type { Clock } from '../../engine/clock';
import { FileLock } from '../util/fileLock';
import { replaceFile } from '../util/files';
import { Listeners } from '../util/listeners';
import { foldJournal, type StoredConversation } from './exchangeTree';
import { JournalFile, type WriteProblem } from './journalFile';
import { JournalFolder } from './journalFolder';
import { encodeJournal, newerSchema, salvageJournal } from './journalLines';
import { journalSchema, type JournalHeader } from './records';

interface JournalDeps {
  readonly folder: string;
  readonly clock: Clock;
  readonly limit: () => number;
  /** Returns the ids of conversations that must not be deleted even when the history limit is exceeded. */
  readonly keptIds: () => Promise<ReadonlySet<string>>;
  readonly onProblem: (problem: JournalProblem) => void;
}

export type JournalProblem =
  /**
   * The file was damaged. `savedAs` is the path of a copy, and `salvaged` is the number of exchanges that could be
   * read.
   */
  | { readonly kind: 'corrupt'; readonly savedAs: string; readonly salvaged: number; readonly damage: string }
  | { readonly kind: 'newer' | 'too-large'; readonly path: string }
  | { readonly kind: 'open-elsewhere' }
  /** Another window has taken over the conversation, which is now read-only here. `isComplete`: nothing was lost. */
  | { readonly kind: 'taken'; readonly isComplete: boolean }
  | WriteProblem;

/**
 * What the journal does when another window has locked the conversation. `allow-read-only`: open the conversation
 * read-only. `only-if-free`: give up silently. `report-if-locked`: give up and notify the user. `take-over`: steal the
 * lock.
 */
export type OpenMode = 'allow-read-only' | 'only-if-free' | 'report-if-locked' | 'take-over';

export interface Follower {
  reread(): void;
  dispose(): void;
}

export interface OpenedConversation {
  /** The file that this window writes, or undefined if the conversation is read-only in this window. */
  readonly file?: JournalFile | undefined;
  readonly storedConversation: StoredConversation;
}

/**
 * Time in milliseconds during which a deletion can be undone. Conversations that were changed within this time are not
 * deleted, even if the history limit is exceeded.
 */
const recentMs = 60 * 60 * 1000;
/**
 * Interval in milliseconds at which the journal checks whether other windows have taken over or changed a conversation.
 */
const checkIntervalMs = 1000;

/**
 * The conversations of a workspace on the disk, each in an append-only JSON Lines file. Several windows use the same
 * folder, but only the window that has a conversation's lock writes the conversation's file.
 */
export class Journal {
  readonly files: JournalFolder;
  private readonly openFiles = new Map<string, JournalFile>();
  private readonly checks = new Map<string, () => Promise<void>>();
  private isChecking = false;
  private readonly lossListeners = new Listeners<string>((error) => this.deps.onProblem({ kind: 'unwritten', error }));
  /**
   * Fires with the id of a conversation when another window has taken over the conversation. This window has closed the
   * file before the event fires.
   */
  readonly onDidLose = this.lossListeners.event;

  constructor(private readonly deps: JournalDeps) {
    this.files = new JournalFolder(deps.folder);
  }

  /** Creates a conversation under an unused id. Its file is created when the first line is written. */
  create(id: string = randomUUID()): { readonly id: string; readonly file: JournalFile } {
    return { id, file: this.createFile(id, this.newLock(id)) };
  }

  /**
   * Opens a conversation.
   * @returns undefined when the conversation does not exist or can't be opened in this mode
   */
  async open(id: string, openMode: OpenMode = 'allow-read-only'): Promise<OpenedConversation | undefined> {
    if (!(await this.files.entry(id))) return undefined;
    const lock = this.newLock(id);
    // If the lock can't be acquired because of an error, the conversation is opened anyway so that it can be read. The
    // first write to the file then reports the problem.
    const isOurs = openMode === 'take-over' ? await lock.steal() : await lock.acquire().catch(() => true);
    if (isOurs) {
      try {
        return await this.openForWriting(id, lock);
      } finally {
        if (!this.openFiles.has(id)) await lock.release();
      }
    }
    if (openMode === 'report-if-locked') this.deps.onProblem({ kind: 'open-elsewhere' });
    const storedConversation = openMode === 'allow-read-only' && (await this.read(id, true));
    return storedConversation ? { storedConversation } : undefined;
  }

  /**
   * Reports the content of a conversation that is open in another window: immediately, after each call of `reread`, and
   * about a second after the last of several changes. If every change were reported, the file would be read for each
   * part of an answer. `isFree` is true when the conversation is no longer open in another window.
   */
  follow(id: string, onChange: (storedConversation: StoredConversation, isFree: boolean) => void): Follower {
    const lock = this.newLock(id);
    let [lastState, readState]: (string | undefined)[] = [];
    const check = async (isForced = false): Promise<void> => {
      // An unfinished turn is shown as interrupted when the window that ran the turn no longer exists.
      const isHeld = await lock.isHeldElsewhere();
      const state = JSON.stringify([await this.files.entry(id), isHeld]);
      const isStable = state === lastState;
      lastState = state;
      if (state === readState || !(isStable || isForced)) return;
      const storedConversation = await this.read(id, isHeld);
      readState = state;
      if (storedConversation && this.checks.get(id) === check) onChange(storedConversation, !isHeld);
    };
    const reread = (): void => void check(true).catch(() => undefined);
    this.checkRegularly(id, check);
    reread();
    return {
      reread,
      dispose: () => {
        if (this.checks.get(id) === check) this.checks.delete(id);
      },
    };
  }

  /**
   * Reads a conversation without the damaged parts of its file.
   * @param isRunning whether the conversation is open in another window, so that unfinished turns are still running
   * there
   */
  async read(id: string, isRunning = false): Promise<StoredConversation | undefined> {
    const content = await this.files.read(id);
    const { records, damage } = content ? salvageJournal(content) : { records: [], damage: 'missing' };
    return records.length || !damage ? foldJournal(records, isRunning) : undefined;
  }

  isWritten(id: string): boolean {
    return this.openFiles.get(id)?.hasUnwritten !== true;
  }

  /** Closes a conversation and releases its lock. Lines that are not yet on the disk are discarded. */
  async close(id: string): Promise<void> {
    await this.closeFile(id)?.lock.release();
  }

  /**
   * Hides a conversation that the user deletes, by renaming its file. If the file can't be written or renamed, the
   * promise rejects and nothing is changed. An open file remains open, so that the end of a running answer can still be
   * written.
   * @returns false if the file is missing or locked
   */
  async hide(id: string): Promise<boolean> {
    const file = await this.writtenFile(id);
    if (!(await this.files.entry(id))) return false;
    const lock = file?.lock ?? this.newLock(id);
    try {
      if (!(await lock.acquire())) {
        this.deps.onProblem({ kind: 'open-elsewhere' });
        return false;
      }
      const path = await this.files.hide(id);
      file?.handleRename(path);
      return true;
    } finally {
      if (!this.openFiles.has(id)) await lock.release();
    }
  }

  /**
   * Deletes the oldest conversations beyond the history limit. Conversations that are open, recent or protected by
   * `keptIds` are not deleted.
   * @returns the ids of the deleted conversations
   */
  async prune(): Promise<readonly string[]> {
    const { clock, keptIds, limit } = this.deps;
    const recentSince = clock.now() - recentMs;
    const closed = (await this.files.listNewestFirst()).filter(({ id }) => !this.checks.has(id));
    const beyondLimit = closed.slice(Math.max(0, limit() - this.openFiles.size));
    await this.files.deleteStale(recentSince);
    // If it is unknown which conversations must be kept, no conversation is deleted.
    const idsToKeep = await keptIds().catch(() => undefined);
    const removedIds: string[] = [];
    for (const { id, modifiedAt } of idsToKeep ? beyondLimit : []) {
      if (modifiedAt >= recentSince || idsToKeep?.has(id)) continue;
      // If one conversation can't be deleted, the other conversations are deleted nevertheless.
      if (await this.remove(id).catch(() => false)) removedIds.push(id);
    }
    return removedIds;
  }

  async flush(id?: string): Promise<void> {
    const open = [...this.openFiles].filter(([openId]) => id === undefined || openId === id);
    await Promise.all(open.map(([, file]) => file.flush()));
  }

  /**
   * Resolves when all lines of an open conversation are on the disk and would survive a power failure.
   * @throws an error if lines might be lost, for example because another window has taken over the conversation
   */
  async sync(id: string): Promise<void> {
    const file = await this.writtenFile(id);
    const handle = await open(this.files.pathOf(id), 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (!file || (await file.lock.isLost())) throw new Error('another window has taken over the conversation');
  }

  /**
   * Writes all pending lines synchronously and closes all files before the extension host exits. Lines that are
   * appended later are ignored.
   */
  flushSync(): void {
    for (const [id, file] of this.openFiles) {
      try {
        file.flushSync();
        this.closeFile(id);
        file.lock.releaseSync();
      } catch (error) {
        this.deps.onProblem({ kind: 'unwritten', error });
      }
    }
  }

  /**
   * Writes the pending lines of a conversation.
   * @returns the file of the conversation if this window has opened it
   * @throws the error that prevented some lines from being written
   */
  private async writtenFile(id: string): Promise<JournalFile | undefined> {
    const file = this.openFiles.get(id);
    await file?.flush();
    if (file?.hasUnwritten) throw file.failure ?? new Error('the conversation is not yet on disk');
    return file;
  }

  private newLock(id: string): FileLock {
    return new FileLock(this.files.lockPathOf(id), this.deps.clock);
  }

  private async openForWriting(id: string, lock: FileLock): Promise<OpenedConversation | undefined> {
    const path = this.files.pathOf(id);
    const entry = await this.files.entry(id);
    const content = entry && (await this.files.read(id));
    if (!content) {
      if (entry) this.deps.onProblem({ kind: 'too-large', path });
      return undefined;
    }
    const { header, records, validBytes, damage } = salvageJournal(content);
    if (damage === newerSchema) {
      this.deps.onProblem({ kind: 'newer', path });
      return undefined;
    }
    const storedConversation = foldJournal(records);
    if (!header && damage === undefined) return { file: this.createFile(id, lock), storedConversation };
    let size = validBytes;
    if (damage !== undefined) {
      const savedAs = await this.files.copyAside(id, this.deps.clock.now());
      const readable = encodeJournal(this.newHeader(id), records);
      await replaceFile(path, readable, entry.modifiedAt);
      size = readable.length;
      this.deps.onProblem({ kind: 'corrupt', savedAs, salvaged: storedConversation.tree.path().length, damage });
    } else if (validBytes < content.length) {
      await truncate(path, validBytes);
      await utimes(path, entry.modifiedAt / 1000, entry.modifiedAt / 1000).catch(() => undefined);
    }
    const file = this.createFile(id, lock, { size, lastActivityAt: entry.modifiedAt });
    for (const record of storedConversation.interrupted) file.append(record);
    return { file, storedConversation };
  }

  /**
   * Deletes a conversation.
   * @returns false if the conversation is open in another window
   */
  private async remove(id: string): Promise<boolean> {
    const lock = this.newLock(id);
    if (!(await lock.acquire())) return false;
    try {
      await this.files.delete(id);
    } finally {
      await lock.release();
    }
    return true;
  }

  private closeFile(id: string): JournalFile | undefined {
    const file = this.openFiles.get(id);
    file?.close();
    this.openFiles.delete(id);
    this.checks.delete(id);
    return file;
  }

  private newHeader(id: string): JournalHeader {
    return { type: 'conversation', schema: journalSchema, id, createdAt: this.deps.clock.now() };
  }

  private createFile(
    id: string,
    lock: FileLock,
    content: { readonly size: number; readonly lastActivityAt: number; readonly header?: JournalHeader } = {
      size: 0,
      lastActivityAt: this.deps.clock.now(),
      header: this.newHeader(id),
    },
  ): JournalFile {
    const handleLoss = (): void => {
      const isComplete = this.isWritten(id);
      if (!this.closeFile(id)) return;
      this.deps.onProblem({ kind: 'taken', isComplete });
      this.lossListeners.fire(id);
    };
    const { clock, onProblem } = this.deps;
    const file = new JournalFile(lock, {
      path: this.files.pathOf(id),
      clock,
      ...content,
      onProblem,
      onLockLost: handleLoss,
    });
    this.openFiles.set(id, file);
    this.checkRegularly(id, async () => {
      if (await lock.isLost()) handleLoss();
    });
    return file;
  }

  private checkRegularly(id: string, check: () => Promise<void>): void {
    this.checks.set(id, check);
    if (!this.isChecking) this.scheduleChecks();
  }

  private scheduleChecks(): void {
    this.isChecking = this.checks.size > 0;
    if (this.isChecking) this.deps.clock.callAfter(checkIntervalMs, () => void this.runChecks());
  }

  private async runChecks(): Promise<void> {
    // The error of a failed check is ignored, because the next check follows soon.
    await Promise.all([...this.checks.values()].map((check) => check().catch(() => undefined)));
    this.scheduleChecks();
  }
}
