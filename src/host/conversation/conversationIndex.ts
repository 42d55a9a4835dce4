import { titleOf, type ConversationSummary } from './conversationSummary';
import { textsOf } from './conversationText';
import { foldOutline, type FoldedJournal } from './journalFold';
import type { JournalEntry } from './journalFolder';
import { decodeHeader, decodeLine, JournalFormatError, NewerJournalError, type JournalLine } from './journalLines';

/** The part of `Journal` that is needed. */
export interface ClosedConversations {
  newestFirst(): Promise<readonly JournalEntry[]>;
  /** Without its being opened. */
  content(id: string): Promise<Buffer | undefined>;
  read(id: string): Promise<FoldedJournal | undefined>;
}

type Outline = Pick<ConversationSummary, 'title' | 'turns'>;

interface Known<T> {
  readonly entry: JournalEntry;
  /** undefined: it can't be read, or nothing was asked in it. */
  readonly value: T | undefined;
}

/** Characters of conversations that are kept for the next search; a person types a word letter by letter. */
const keptCharacters = 32 * 1024 * 1024;

/** What is in the conversations on disk, read again only where the file has changed. */
export class ConversationIndex {
  private readonly outlines = new Map<string, Known<Outline>>();
  private readonly texts = new Map<string, Known<readonly string[]>>();
  private kept = 0;

  constructor(private readonly closed: ClosedConversations) {}

  /** Newest first; without those that can't be read, or in which nothing was asked. */
  async summaries(): Promise<readonly ConversationSummary[]> {
    const entries = await this.closed.newestFirst();
    this.forgetAllBut(new Set(entries.map(({ id }) => id)));
    const found: ConversationSummary[] = [];
    for (const entry of entries) {
      const outline = await this.outline(entry);
      if (outline) found.push({ id: entry.id, at: entry.at, busy: false, ...outline });
    }
    return found;
  }

  /** What is said in one of them; undefined when it can't be read. */
  async textsIn(id: string): Promise<readonly string[] | undefined> {
    const entry = this.outlines.get(id)?.entry;
    const known = this.texts.get(id);
    if (known && entry && isSame(known.entry, entry)) return known.value;
    const folded = await this.closed.read(id);
    const value = folded && textsOf(folded);
    if (entry) this.keep({ entry, value });
    return value;
  }

  private async outline(entry: JournalEntry): Promise<Outline | undefined> {
    const known = this.outlines.get(entry.id);
    if (known && isSame(known.entry, entry)) return known.value;
    const content = await this.closed.content(entry.id);
    const value = content && outlineOf(content);
    this.outlines.set(entry.id, { entry, value });
    return value;
  }

  private keep(known: Known<readonly string[]>): void {
    this.drop(known.entry.id);
    const length = lengthOf(known);
    // They come newest first: those are asked for most.
    if (this.kept + length > keptCharacters) return;
    this.kept += length;
    this.texts.set(known.entry.id, known);
  }

  private drop(id: string): void {
    const known = this.texts.get(id);
    if (known) this.kept -= lengthOf(known);
    this.texts.delete(id);
  }

  private forgetAllBut(ids: ReadonlySet<string>): void {
    for (const id of this.outlines.keys()) if (!ids.has(id)) this.outlines.delete(id);
    for (const id of this.texts.keys()) if (!ids.has(id)) this.drop(id);
  }
}

function isSame(a: JournalEntry, b: JournalEntry): boolean {
  return a.at === b.at && a.size === b.size;
}

function lengthOf({ value = [] }: Known<readonly string[]>): number {
  return value.reduce((sum, text) => sum + text.length, 0);
}

const eventsLine = Buffer.from('{"type":"events"');

/** Answers are most of a file, and are not looked at. @returns undefined when nothing was asked, or it can't be read */
function outlineOf(content: Buffer): Outline | undefined {
  const lines: JournalLine[] = [];
  const asked = new Set<string>();
  try {
    for (let start = 0; ;) {
      const end = content.indexOf(0x0a, start);
      if (end < 0) break;
      if (start === 0) decodeHeader(content.toString('utf8', 0, end));
      else if (!content.subarray(start, start + eventsLine.length).equals(eventsLine)) {
        lines.push(decodeLine(content.toString('utf8', start, end), asked));
      }
      start = end + 1;
    }
  } catch (error) {
    if (error instanceof JournalFormatError || error instanceof NewerJournalError) return undefined;
    throw error;
  }
  const { tree, title } = foldOutline(lines);
  const path = tree.path();
  const first = lines.find((line) => line.type === 'exchange' && line.id === path[0]);
  return first?.type === 'exchange' ? { title: titleOf(title, first.prompt), turns: path.length } : undefined;
}
