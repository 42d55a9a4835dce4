import { randomUUID } from 'node:crypto';
import type { Clock } from '../../core/clock';
import { JournalFile } from './journalFile';
import { foldJournal, type FoldedJournal } from './journalFold';
import { JournalFolder, type JournalEntry } from './journalFolder';
import {
  decodeJournal,
  isUnbegun,
  JournalFormatError,
  journalSchema,
  NewerJournalError,
  salvageJournal,
  type HeaderLine,
  type SalvagedJournal,
} from './journalLines';
import { replaceDamaged, tidyJournal } from './tidyJournal';
import { writeFailureOf, type WriteFailure } from './writeFailure';

export { isConversationId } from './journalFolder';

export type JournalProblem =
  /** The file is damaged and is kept aside as `keptAs`; `salvaged` turns could be read. */
  | { readonly kind: 'corrupt'; readonly keptAs: string; readonly salvaged: number; readonly error: unknown }
  /** A later version of the extension wrote the file; it is left as it is. */
  | { readonly kind: 'newer'; readonly error: unknown }
  /** Tried again until it works. */
  | { readonly kind: 'unwritten'; readonly why: WriteFailure; readonly error: unknown }
  /** What was unwritten is on disk now. */
  | { readonly kind: 'written' };

export interface JournalDeps {
  readonly folder: string;
  readonly clock: Clock;
  /** How many conversations are kept. */
  readonly limit: () => number;
  readonly onProblem: (problem: JournalProblem) => void;
}

export interface OpenedConversation {
  readonly file: JournalFile;
  readonly folded: FoldedJournal;
  /** Epoch milliseconds of the last write. */
  readonly at: number;
  /** A turn was broken off, and this is the first time it is seen. */
  readonly brokenOff: boolean;
}

/**
 * Windows without a folder share theirs: what was written this recently may be open in another one, which goes on writing
 * at the positions it knows. Such a file is neither deleted nor rewritten; what is due is done when it is opened again.
 */
const recentMs = 60 * 60 * 1000;

/** The conversations of a workspace on disk: one append-only JSON Lines file each. */
export class Journal {
  private readonly files = new Map<string, JournalFile>();
  private readonly folder: JournalFolder;

  constructor(private readonly deps: JournalDeps) {
    this.folder = new JournalFolder(deps.folder);
  }

  /** Nothing is written before the first line. */
  create(): { readonly id: string; readonly file: JournalFile } {
    const id = randomUUID();
    return { id, file: this.fresh(id) };
  }

  /** @returns undefined when there is no such conversation, or none that this version can read. */
  async open(id: string): Promise<OpenedConversation | undefined> {
    const entry = await this.folder.entry(id);
    const content = entry && (await this.folder.read(id));
    if (!content) return undefined;
    if (isUnbegun(content)) return { file: this.fresh(id), folded: foldJournal([]), at: entry.at, brokenOff: false };
    try {
      const salvaged = salvageJournal(content);
      const { header, lines, damage } = salvaged;
      const folded = foldJournal(lines);
      const isShared = entry.at >= this.deps.clock.now() - recentMs;
      const file =
        header && !damage
          ? this.track(id, await tidyJournal(this.folder, entry, { ...salvaged, header, content }, isShared))
          : await this.startAfresh(entry, salvaged, folded.exchanges.length);
      for (const exchangeId of folded.brokenOff) file.append({ type: 'interrupted', exchangeId });
      return { file, folded, at: entry.at, brokenOff: folded.brokenOff.length > 0 };
    } catch (error) {
      if (!(error instanceof NewerJournalError)) throw error;
      this.deps.onProblem({ kind: 'newer', error });
      return undefined;
    }
  }

  /** To be shown, not to be written. @returns undefined when there is none, or none that can be read whole */
  async read(id: string): Promise<FoldedJournal | undefined> {
    const content = await this.folder.read(id);
    try {
      return content && foldJournal(decodeJournal(content).lines);
    } catch (error) {
      if (error instanceof NewerJournalError || error instanceof JournalFormatError) return undefined;
      throw error;
    }
  }

  /** Of one that is not open. @returns undefined when there is none */
  async content(id: string): Promise<Buffer | undefined> {
    return this.folder.read(id);
  }

  /** All that are on disk, those that were written last first. */
  async newestFirst(): Promise<readonly JournalEntry[]> {
    return this.folder.newestFirst();
  }

  /** Lets go of a conversation that nobody shows or runs any more. @returns false: not before it is written */
  close(id: string): boolean {
    const file = this.files.get(id);
    if (file?.unwritten) return false;
    file?.close();
    this.files.delete(id);
    return true;
  }

  /** Puts it aside, for `unhide` to bring back. @returns whether there was anything of it on disk */
  async hide(id: string): Promise<boolean> {
    const file = this.files.get(id);
    await file?.flush();
    file?.close();
    this.files.delete(id);
    return this.folder.hide(id);
  }

  async unhide(id: string): Promise<void> {
    await this.folder.unhide(id);
  }

  async forget(id: string): Promise<void> {
    await this.folder.forget(id);
  }

  /** Deletes the oldest conversations beyond the limit, never an open or a recent one, and what was put aside long ago. */
  async prune(): Promise<void> {
    const closed = (await this.newestFirst()).filter(({ id }) => !this.files.has(id));
    const recent = this.deps.clock.now() - recentMs;
    for (const { id, at } of closed.slice(Math.max(0, this.deps.limit() - this.files.size))) {
      if (at < recent) await this.folder.remove(id);
    }
    await this.folder.sweep(recent);
  }

  /** @param id absent: all that are open */
  async flush(id?: string): Promise<void> {
    const files = [...this.files].filter(([each]) => id === undefined || each === id);
    await Promise.all(files.map(([, file]) => file.flush()));
  }

  /** A file that fails keeps no other from being written; it is reported when all have had their turn. */
  flushSync(): void {
    const failures: unknown[] = [];
    for (const file of this.files.values()) {
      try {
        file.flushSync();
      } catch (error) {
        failures.push(error);
      }
    }
    for (const error of failures) this.unwritten(error);
  }

  /** With what precedes the damage. */
  private async startAfresh(
    entry: JournalEntry,
    { lines, damage }: SalvagedJournal,
    salvaged: number,
  ): Promise<JournalFile> {
    const header = this.header(entry.id);
    const { keptAs, size } = await replaceDamaged(this.folder, entry, header, lines);
    this.deps.onProblem({ kind: 'corrupt', keptAs, salvaged, error: damage });
    if (size > 0) return this.track(entry.id, size);
    const file = this.track(entry.id, 0, header);
    for (const line of lines) file.append(line);
    return file;
  }

  private fresh(id: string): JournalFile {
    return this.track(id, 0, this.header(id));
  }

  private header(id: string): HeaderLine {
    return { type: 'conversation', schema: journalSchema, id, createdAt: this.deps.clock.now() };
  }

  private track(id: string, position: number, header?: HeaderLine): JournalFile {
    const file = new JournalFile({
      path: this.folder.path(id),
      position,
      clock: this.deps.clock,
      onFailure: (error) => this.unwritten(error),
      onWritten: () => this.deps.onProblem({ kind: 'written' }),
      header,
    });
    this.files.set(id, file);
    return file;
  }

  private unwritten(error: unknown): void {
    this.deps.onProblem({ kind: 'unwritten', why: writeFailureOf(error), error });
  }
}
