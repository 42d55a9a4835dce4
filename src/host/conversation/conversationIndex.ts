import { titleOf, type ConversationSummary } from './conversationSummary';
import { textsOf } from './conversationText';
import { foldOutline, type FoldedJournal } from '../journal/journalFold';
import type { JournalEntry } from '../journal/journalFolder';
import { decodeHeader, decodeLine, isUnbegun, JournalFormatError, NewerJournalError } from '../journal/journalLines';
import type { JournalLine } from './journalSchema';

/** The part of `Journal` that is needed. */
export interface ClosedConversations {
  newestFirst(): Promise<readonly JournalEntry[]>;
  /** Without its being opened. */
  content(id: string): Promise<Buffer | undefined>;
  read(id: string): Promise<FoldedJournal | undefined>;
}

type Outline = Pick<ConversationSummary, 'title' | 'turns' | 'flaw'>;

interface Known<T> {
  readonly entry: JournalEntry;
  /** undefined: it is not there, or nothing was asked in it. */
  readonly value: T | undefined;
}

/** Characters of conversations that are kept for the next search; a person types a word letter by letter. */
const keptCharacters = 32 * 1024 * 1024;

const unreadable: Outline = { title: '', turns: 0, flaw: 'damaged' };

/** What is in the conversations on disk, read again only where the file has changed. */
export class ConversationIndex {
  private readonly outlines = new Map<string, Known<Outline>>();
  private readonly texts = new Map<string, Known<readonly string[]>>();
  private kept = 0;

  constructor(private readonly closed: ClosedConversations) {}

  /** Newest first, without those in which nothing was asked; of those that can't be read what is known. */
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
    const folded = await this.closed.read(id).catch(() => undefined);
    const value = folded && textsOf(folded);
    if (entry) this.keep({ entry, value });
    return value;
  }

  private async outline(entry: JournalEntry): Promise<Outline | undefined> {
    const known = this.outlines.get(entry.id);
    if (known && isSame(known.entry, entry)) return known.value;
    // A conversation that can't be read is listed all the same, so that the user can delete it.
    const content = await this.closed.content(entry.id).catch(() => undefined);
    const value = content ? outlineOf(content) : unreadable;
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

/** Answers are most of a file, and are not looked at. @returns undefined when nothing was asked */
function outlineOf(content: Buffer): Outline | undefined {
  const { lines, flaw } = outlineLines(content);
  const { tree, title } = foldOutline(lines);
  const path = tree.path();
  const first = lines.find((line) => line.type === 'exchange' && line.id === path[0]);
  if (first?.type !== 'exchange') return flaw && { title: title ?? '', turns: 0, flaw };
  return { title: titleOf(title, first.prompt), turns: path.length, ...(flaw && { flaw }) };
}

/** The readable lines without their events. A damaged file or a later schema may yield only some of them. */
function outlineLines(content: Buffer): Pick<Outline, 'flaw'> & { readonly lines: readonly JournalLine[] } {
  const lines: JournalLine[] = [];
  const asked = new Set<string>();
  let flaw: Outline['flaw'];
  for (let start = 0; ;) {
    const end = content.indexOf(0x0a, start);
    if (end < 0) return { lines, flaw: start === 0 && !isUnbegun(content) ? 'damaged' : flaw };
    try {
      if (start === 0) decodeHeader(content.toString('utf8', 0, end));
      else if (!content.subarray(start, start + eventsLine.length).equals(eventsLine)) {
        lines.push(decodeLine(content.toString('utf8', start, end), asked));
      }
    } catch (error) {
      if (error instanceof NewerJournalError) flaw = 'newer';
      else if (!(error instanceof JournalFormatError)) throw error;
      // Without a header, the rest of the file may be anything.
      else if (start === 0) return { lines, flaw: 'damaged' };
      else flaw ??= 'damaged';
    }
    start = end + 1;
  }
}
