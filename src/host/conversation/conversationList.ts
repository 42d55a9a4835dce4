import { visibleText } from '../../engine/gateway/visibleText';
import type { Journal } from '../journal/journal';
import { foldOutline } from '../journal/journalFold';
import { isConversationId, type JournalEntry } from '../journal/journalFolder';
import {
  decodeHeader,
  decodeLine,
  isEmptyJournal,
  JournalFormatError,
  NewerJournalError,
} from '../journal/journalLines';
import type { JournalLine } from '../journal/journalSchema';
import type { Conversation } from './conversation';
import type { Exchange } from './exchange';
import { Exchanges, type OtherVersion } from './exchanges';
import type { OpenConversation, OpenConversations } from './openConversations';

/** The longest title of a conversation, in code points. */
export const maxTitleLength = 200;

/** A conversation in a list of them. */
export interface ConversationSummary {
  readonly id: string;
  /** As given by the person; else the first line of the first prompt; '': neither can be read. See {@link titleOf}. */
  readonly title: string;
  /** Epoch milliseconds of what was last said in it. */
  readonly lastActivityAt: number;
  /** Of the path that is shown. */
  readonly turns: number;
  /** A turn of it runs in this window. */
  readonly busy: boolean;
  /** Why not all of it can be read; opening it tells. What is known of it is what could be read. */
  readonly problem?: 'damaged' | 'newer' | undefined;
}

export interface ConversationHit extends ConversationSummary {
  /** Text around the first match. */
  readonly excerpt: string;
}

/** A conversation to be read, without being opened. */
export interface ReadConversation {
  readonly id: string;
  /** As given by the person. */
  readonly title?: string | undefined;
  /** Of the path that is shown, oldest first. */
  readonly exchanges: readonly Exchange[];
  /** Those that are not shown, in the order in which they were asked. */
  readonly otherVersions: readonly OtherVersion[];
}

/** The conversations of a workspace, open or not, to be found and read. */
export class ConversationList {
  private readonly index: ConversationIndex;

  constructor(
    private readonly openConversations: Pick<OpenConversations, 'get' | 'all'>,
    private readonly journal: Journal,
  ) {
    this.index = new ConversationIndex(journal);
  }

  /** Newest first; those in which something was asked, the open ones with what they hold now. */
  async list(): Promise<readonly ConversationSummary[]> {
    const onDisk = await this.index.summaries();
    const open = this.openConversations.all().flatMap((live) => summarize(live) ?? []);
    return [...open, ...onDisk.filter(({ id }) => !this.openWritable(id))].toSorted(
      (a, b) => b.lastActivityAt - a.lastActivityAt,
    );
  }

  /**
   * Those in which all of the words occur, newest first.
   * @returns what was found before `signal` was aborted
   */
  async search(query: string, signal?: AbortSignal): Promise<readonly ConversationHit[]> {
    const words = splitWords(query);
    const hits: ConversationHit[] = [];
    for (const summary of await this.list()) {
      if (signal?.aborted) break;
      const conversation = this.openWritable(summary.id);
      const texts = conversation
        ? searchableTexts(toReadConversation(conversation))
        : await this.index.readTexts(summary.id);
      // Of what can't be read there is still a title.
      const excerpt = findExcerpt(texts ?? [summary.title], words);
      if (excerpt !== undefined) hits.push({ ...summary, excerpt });
    }
    return hits;
  }

  /** Without opening it. @returns undefined when there is none, or none that can be read */
  async read(id: string): Promise<ReadConversation | undefined> {
    const open = this.openWritable(id);
    if (open) return toReadConversation(open);
    const folded = isConversationId(id) ? await this.journal.read(id) : undefined;
    if (!folded) return undefined;
    const all = new Exchanges(folded);
    return { id, title: folded.title, exchanges: all.path(), otherVersions: all.otherVersions() };
  }

  /** What is read-only here may be further in its file. */
  private openWritable(id: string): Conversation | undefined {
    const conversation = this.openConversations.get(id)?.conversation;
    return conversation?.readOnly ? undefined : conversation;
  }
}

function toReadConversation(conversation: Conversation): ReadConversation {
  const { id, title } = conversation;
  return { id, title, exchanges: conversation.exchanges(), otherVersions: conversation.otherVersions() };
}

function summarize({ conversation, file }: OpenConversation): ConversationSummary | undefined {
  const { id, title, busy } = conversation;
  const exchanges = conversation.exchanges();
  const [first] = exchanges;
  return (
    file &&
    first && {
      id,
      title: titleOf(title, first.prompt),
      lastActivityAt: file.lastActivityAt,
      turns: exchanges.length,
      busy,
    }
  );
}

/** The part of `Journal` that is needed. */
type JournalReader = Pick<Journal, 'listNewestFirst' | 'readBytes' | 'read'>;

type Outline = Pick<ConversationSummary, 'title' | 'turns' | 'problem'>;

interface Cached<T> {
  readonly entry: JournalEntry;
  /** undefined: it is not there, or nothing was asked in it. */
  readonly value: T | undefined;
}

/** Characters of conversations that are kept for the next search; a person types a word letter by letter. */
const maxCachedCharacters = 32 * 1024 * 1024;

const unreadableOutline: Outline = { title: '', turns: 0, problem: 'damaged' };

/** What is in the conversations on disk, read again only where the file has changed. */
export class ConversationIndex {
  private readonly outlines = new Map<string, Cached<Outline>>();
  private readonly texts = new Map<string, Cached<readonly string[]>>();
  private cachedCharacters = 0;

  constructor(private readonly journal: JournalReader) {}

  /** Newest first, without those in which nothing was asked; of those that can't be read what is known. */
  async summaries(): Promise<readonly ConversationSummary[]> {
    const entries = await this.journal.listNewestFirst();
    this.evictExcept(new Set(entries.map(({ id }) => id)));
    const found: ConversationSummary[] = [];
    for (const entry of entries) {
      const outline = await this.outline(entry);
      if (outline) found.push({ id: entry.id, lastActivityAt: entry.modifiedAt, busy: false, ...outline });
    }
    return found;
  }

  /** What is said in one of them; undefined when it can't be read. */
  async readTexts(id: string): Promise<readonly string[] | undefined> {
    const entry = this.outlines.get(id)?.entry;
    const known = this.texts.get(id);
    if (known && entry && isSameEntry(known.entry, entry)) return known.value;
    const folded = await this.journal.read(id).catch(() => undefined);
    const value = folded && searchableTexts(folded);
    if (entry) this.cacheTexts({ entry, value });
    return value;
  }

  private async outline(entry: JournalEntry): Promise<Outline | undefined> {
    const known = this.outlines.get(entry.id);
    if (known && isSameEntry(known.entry, entry)) return known.value;
    // A conversation that can't be read is listed all the same, so that the user can delete it.
    const content = await this.journal.readBytes(entry.id).catch(() => undefined);
    const value = content ? readOutline(content) : unreadableOutline;
    this.outlines.set(entry.id, { entry, value });
    return value;
  }

  private cacheTexts(known: Cached<readonly string[]>): void {
    this.evict(known.entry.id);
    const length = totalLength(known);
    // They come newest first: those are asked for most.
    if (this.cachedCharacters + length > maxCachedCharacters) return;
    this.cachedCharacters += length;
    this.texts.set(known.entry.id, known);
  }

  private evict(id: string): void {
    const known = this.texts.get(id);
    if (known) this.cachedCharacters -= totalLength(known);
    this.texts.delete(id);
  }

  private evictExcept(ids: ReadonlySet<string>): void {
    for (const id of this.outlines.keys()) if (!ids.has(id)) this.outlines.delete(id);
    for (const id of this.texts.keys()) if (!ids.has(id)) this.evict(id);
  }
}

function isSameEntry(a: JournalEntry, b: JournalEntry): boolean {
  return a.modifiedAt === b.modifiedAt && a.size === b.size;
}

function totalLength({ value = [] }: Cached<readonly string[]>): number {
  return value.reduce((sum, text) => sum + text.length, 0);
}

const eventsLine = Buffer.from('{"type":"events"');

/** Answers are most of a file, and are not looked at. @returns undefined when nothing was asked */
function readOutline(content: Buffer): Outline | undefined {
  const { lines, problem: flaw } = decodeOutline(content);
  const { tree, title } = foldOutline(lines);
  const path = tree.path();
  const first = lines.find((line) => line.type === 'exchange' && line.id === path[0]);
  if (first?.type !== 'exchange') return flaw && { title: title ?? '', turns: 0, problem: flaw };
  return { title: titleOf(title, first.prompt), turns: path.length, ...(flaw && { problem: flaw }) };
}

/** The readable lines without their events. A damaged file or a later schema may yield only some of them. */
function decodeOutline(content: Buffer): Pick<Outline, 'problem'> & { readonly lines: readonly JournalLine[] } {
  const lines: JournalLine[] = [];
  const asked = new Set<string>();
  let flaw: Outline['problem'];
  for (let start = 0; ;) {
    const end = content.indexOf(0x0a, start);
    if (end < 0) return { lines, problem: start === 0 && !isEmptyJournal(content) ? 'damaged' : flaw };
    try {
      if (start === 0) decodeHeader(content.toString('utf8', 0, end));
      else if (!content.subarray(start, start + eventsLine.length).equals(eventsLine)) {
        lines.push(decodeLine(content.toString('utf8', start, end), asked));
      }
    } catch (error) {
      if (error instanceof NewerJournalError) flaw = 'newer';
      else if (!(error instanceof JournalFormatError)) throw error;
      // Without a header, the rest of the file may be anything.
      else if (start === 0) return { lines, problem: 'damaged' };
      else flaw ??= 'damaged';
    }
    start = end + 1;
  }
}

/** Returns the title of a conversation as it is shown: one line without anything hidden in it. */
export function titleOf(given: string | undefined, firstPrompt: string): string {
  return visibleText(given ?? /\S.*/.exec(firstPrompt)?.[0] ?? '', maxTitleLength);
}

/** Characters before a match, and in all. */
const charsBeforeMatch = 40;
const excerptLength = 160;

/** What a search looks into: prompts and answers as they are shown, and the title. */
function searchableTexts({ exchanges, title }: Pick<ReadConversation, 'title' | 'exchanges'>): readonly string[] {
  const all = exchanges.flatMap(({ prompt, state }) => [prompt, state.text]);
  return title === undefined ? all : [...all, title];
}

export function splitWords(query: string): readonly string[] {
  return query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/**
 * All words must occur, wherever it is.
 * @param words in lower case
 * @returns text around the first match; undefined where there is none
 */
export function findExcerpt(texts: readonly string[], words: readonly string[]): string | undefined {
  const lower = texts.map((text) => text.toLowerCase());
  if (!words.every((word) => lower.some((text) => text.includes(word)))) return undefined;
  if (!words.length) return '';
  const found = lower.findIndex((text) => words.some((word) => text.includes(word)));
  const places = words.map((word) => lower[found]?.indexOf(word) ?? -1).filter((place) => place >= 0);
  return excerptAround(texts[found] ?? '', Math.min(...places));
}

function excerptAround(text: string, place: number): string {
  const start = Math.max(0, place - charsBeforeMatch);
  const end = start + excerptLength;
  const part = text.slice(start, end).replace(/\s+/g, ' ').trim();
  // Half of a surrogate pair is shown as a question mark.
  const whole = part.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
  return `${start > 0 ? '…' : ''}${whole}${end < text.length ? '…' : ''}`;
}
