import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../core/clock';
import type { Exchange } from './exchange';
import { JournalFile } from './journalFile';
import { foldJournal } from './journalFold';
import { decodeJournal, JournalFormatError, journalSchema, NewerJournalError, type HeaderLine } from './journalLines';

export type JournalProblem =
  /** The file can't be read and was kept aside as `keptAs`. */
  | { readonly kind: 'corrupt'; readonly keptAs: string; readonly error: unknown }
  /** A later version of the extension wrote the file; it is left as it is. */
  | { readonly kind: 'newer'; readonly error: unknown }
  | { readonly kind: 'unwritten'; readonly error: unknown };

export interface JournalDeps {
  readonly folder: string;
  readonly clock: Clock;
  /** How many conversations are kept. */
  readonly limit: () => number;
  readonly onProblem: (problem: JournalProblem) => void;
}

export interface OpenedConversation {
  readonly file: JournalFile;
  readonly exchanges: readonly Exchange[];
  /** A turn was broken off, and this is the first time it is seen. */
  readonly brokenOff: boolean;
}

/** Windows without a folder share theirs: what was written this recently may be open in another one. */
const recentMs = 60 * 60 * 1000;

const extension = '.jsonl';
const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Ids name files and come back from the webview's state: nothing but a UUID gets near a path. */
export function isConversationId(value: unknown): value is string {
  return typeof value === 'string' && idPattern.test(value);
}

/** The conversations of a workspace on disk: one append-only JSON Lines file each. */
export class Journal {
  private readonly files = new Map<string, JournalFile>();

  constructor(private readonly deps: JournalDeps) {}

  /** Nothing is written before the first line. */
  create(): { readonly id: string; readonly file: JournalFile } {
    const id = randomUUID();
    return { id, file: this.fresh(id) };
  }

  /** @returns undefined when there is no such conversation, or none that this version can read. */
  async open(id: string): Promise<OpenedConversation | undefined> {
    const path = this.path(id);
    const content = await readFile(path).catch(unlessMissing);
    if (!content) return undefined;
    try {
      const { lines, validBytes } = decodeJournal(content);
      const { exchanges, brokenOff } = foldJournal(lines);
      if (validBytes < content.length) await truncate(path, validBytes);
      const file = this.track(id, validBytes);
      for (const exchangeId of brokenOff) file.append({ type: 'interrupted', exchangeId });
      return { file, exchanges, brokenOff: brokenOff.length > 0 };
    } catch (error) {
      if (error instanceof NewerJournalError) {
        this.deps.onProblem({ kind: 'newer', error });
        return undefined;
      }
      if (!(error instanceof JournalFormatError)) throw error;
      const keptAs = `${path}.corrupt`;
      await rename(path, keptAs);
      this.deps.onProblem({ kind: 'corrupt', keptAs, error });
      return { file: this.fresh(id), exchanges: [], brokenOff: false };
    }
  }

  /** Lets go of a conversation that nobody shows or runs any more. */
  async close(id: string): Promise<void> {
    await this.files.get(id)?.flush();
    this.files.delete(id);
  }

  /** Id of the conversation that was written last; undefined when there is none. */
  async newest(): Promise<string | undefined> {
    return (await this.newestFirst())[0]?.id;
  }

  /** Deletes the oldest conversations beyond the limit, never an open or a recent one. */
  async prune(): Promise<void> {
    const closed = (await this.newestFirst()).filter(({ id }) => !this.files.has(id));
    const recent = this.deps.clock.now() - recentMs;
    for (const { id, at } of closed.slice(Math.max(0, this.deps.limit() - this.files.size))) {
      if (at < recent) await rm(this.path(id), { force: true });
    }
  }

  async flush(): Promise<void> {
    await Promise.all([...this.files.values()].map((file) => file.flush()));
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
    for (const error of failures) this.deps.onProblem({ kind: 'unwritten', error });
  }

  private fresh(id: string): JournalFile {
    return this.track(id, 0, { type: 'conversation', schema: journalSchema, id, createdAt: this.deps.clock.now() });
  }

  private track(id: string, position: number, header?: HeaderLine): JournalFile {
    const { clock, onProblem } = this.deps;
    const onFailure = (error: unknown): void => onProblem({ kind: 'unwritten', error });
    const file = new JournalFile(this.path(id), position, clock, onFailure, header);
    this.files.set(id, file);
    return file;
  }

  private async newestFirst(): Promise<readonly { readonly id: string; readonly at: number }[]> {
    const names = (await readdir(this.deps.folder).catch(unlessMissing)) ?? [];
    const ids = names.filter((name) => name.endsWith(extension)).map((name) => name.slice(0, -extension.length));
    const dated = await Promise.all(
      ids.filter(isConversationId).map(async (id) => ({ id, at: await this.writtenAt(id) })),
    );
    return dated.toSorted((a, b) => b.at - a.at);
  }

  private async writtenAt(id: string): Promise<number> {
    return (await stat(this.path(id)).catch(unlessMissing))?.mtimeMs ?? 0;
  }

  private path(id: string): string {
    return join(this.deps.folder, `${id}${extension}`);
  }
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
