import { visibleText } from '../../engine/gateway/visibleText';
import type { Journal } from '../journal/journal';
import { foldOutline } from '../journal/journalFold';
import { isConversationId, type JournalEntry } from '../journal/journalFolder';
import { salvageJournal } from '../journal/journalLines';
import type { Conversation } from './conversation';
import type { Exchange } from '../journal/exchange';
import { Exchanges, type OtherVersion } from '../journal/exchanges';
import type { OpenConversation, OpenConversations } from './openConversations';

/** Maximum length of a conversation's title, in code points. */
export const maxTitleLength = 200;

/** A conversation as the history lists it. */
export interface ConversationSummary {
  readonly id: string;
  /** The title that {@link conversationTitle} returns. Empty when the file is too damaged to have one. */
  readonly title: string;
  /** Epoch milliseconds of the last prompt or of the last text of an answer. */
  readonly lastActivityAt: number;
  /** The number of exchanges on the selected branch of the conversation. */
  readonly turns: number;
  /** Whether a turn of the conversation runs in this window. */
  readonly busy: boolean;
  /** Why part of the conversation can't be read. The other fields then describe the readable part. */
  readonly problem?: 'damaged' | undefined;
}

export interface ConversationHit extends ConversationSummary {
  /** The text around the first match. Empty for an empty query. */
  readonly excerpt: string;
}

/** The content of a conversation that was read without opening the conversation. */
export interface ReadConversation {
  readonly id: string;
  /** The title that the user chose. */
  readonly title?: string | undefined;
  /** The exchanges of the selected branch of the conversation, oldest first. */
  readonly exchanges: readonly Exchange[];
  /** The exchanges outside the selected branch of the conversation, in the order in which the user sent the prompts. */
  readonly otherVersions: readonly OtherVersion[];
}

/** Lists, searches and reads the conversations of a workspace, whether they are open or closed. */
export class ConversationList {
  private readonly index: ConversationIndex;

  constructor(
    private readonly openConversations: Pick<OpenConversations, 'get' | 'all'>,
    private readonly journal: Journal,
  ) {
    this.index = new ConversationIndex(journal);
  }

  /**
   * Returns the conversations with at least one prompt, newest first. Open conversations are returned with their latest
   * state.
   */
  async list(): Promise<readonly ConversationSummary[]> {
    const onDisk = await this.index.summaries();
    const open = this.openConversations.all().flatMap((conversation) => summarize(conversation) ?? []);
    return [...open, ...onDisk.filter(({ id }) => !this.openWritable(id))].toSorted(
      (a, b) => b.lastActivityAt - a.lastActivityAt,
    );
  }

  /**
   * Finds the conversations that contain all words of the query, newest first.
   * @returns the conversations found before `signal` was aborted
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
      // Searches the title if the texts can't be read, because an unreadable conversation may still have a title.
      const excerpt = findExcerpt(texts ?? [summary.title], words);
      if (excerpt !== undefined) hits.push({ ...summary, excerpt });
    }
    return hits;
  }

  /** Reads a conversation without opening it. @returns undefined when it does not exist or can't be read */
  async read(id: string): Promise<ReadConversation | undefined> {
    const open = this.openWritable(id);
    if (open) return toReadConversation(open);
    const stored = isConversationId(id) ? await this.journal.read(id) : undefined;
    if (!stored) return undefined;
    const exchanges = new Exchanges(stored);
    return { id, title: stored.title, exchanges: exchanges.path(), otherVersions: exchanges.otherVersions() };
  }

  /**
   * Returns an open conversation if it is writable. A read-only conversation is read from its file instead, because the
   * file may already contain newer text.
   */
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
      title: conversationTitle(title, first.prompt),
      lastActivityAt: file.lastActivityAt,
      turns: exchanges.length,
      busy,
    }
  );
}

/** The part of `Journal` that {@link ConversationIndex} needs. */
type JournalReader = Pick<Journal, 'listNewestFirst' | 'readBytes' | 'read'>;

type Outline = Pick<ConversationSummary, 'title' | 'turns' | 'problem'>;

interface Cached<T> {
  readonly entry: JournalEntry;
  /** The content of a conversation's file. `undefined` when the file contains no prompt or can't be read. */
  readonly value: T | undefined;
}

/**
 * Maximum size of the cached texts of all conversations, in characters. The cache speeds up the searches that follow
 * while the user types a query.
 */
const maxCachedCharacters = 32 * 1024 * 1024;

const unreadableOutline: Outline = { title: '', turns: 0, problem: 'damaged' };

/** Caches titles and searchable texts of the conversations on disk, and reads a file again only when it has changed. */
export class ConversationIndex {
  private readonly outlines = new Map<string, Cached<Outline>>();
  private readonly texts = new Map<string, Cached<readonly string[]>>();
  private cachedCharacters = 0;

  constructor(private readonly journal: JournalReader) {}

  /** Returns the conversations with at least one prompt and the conversations that can't be read, newest first. */
  async summaries(): Promise<readonly ConversationSummary[]> {
    const entries = await this.journal.listNewestFirst();
    this.evictExcept(new Set(entries.map(({ id }) => id)));
    const summaries: ConversationSummary[] = [];
    for (const entry of entries) {
      const outline = await this.outline(entry);
      if (outline) summaries.push({ id: entry.id, lastActivityAt: entry.modifiedAt, busy: false, ...outline });
    }
    return summaries;
  }

  /** Returns the searchable texts of a conversation, or `undefined` when it can't be read. */
  async readTexts(id: string): Promise<readonly string[] | undefined> {
    const entry = this.outlines.get(id)?.entry;
    const cached = this.texts.get(id);
    if (cached && entry && isSameEntry(cached.entry, entry)) return cached.value;
    const stored = await this.journal.read(id).catch(() => undefined);
    const value = stored && searchableTexts(stored);
    if (entry) this.cacheTexts({ entry, value });
    return value;
  }

  private async outline(entry: JournalEntry): Promise<Outline | undefined> {
    const cached = this.outlines.get(entry.id);
    if (cached && isSameEntry(cached.entry, entry)) return cached.value;
    // Lists a conversation even if it can't be read, so that the user can delete it.
    const content = await this.journal.readBytes(entry.id).catch(() => undefined);
    const value = content ? readOutline(content) : unreadableOutline;
    this.outlines.set(entry.id, { entry, value });
    return value;
  }

  private cacheTexts(cached: Cached<readonly string[]>): void {
    this.evict(cached.entry.id);
    const length = totalLength(cached);
    // Caches nothing more when the cache is full. The newest conversations are cached first, because users search
    // mostly for recent conversations.
    if (this.cachedCharacters + length > maxCachedCharacters) return;
    this.cachedCharacters += length;
    this.texts.set(cached.entry.id, cached);
  }

  private evict(id: string): void {
    const cached = this.texts.get(id);
    if (cached) this.cachedCharacters -= totalLength(cached);
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

/**
 * Reads the title and the number of turns from a conversation's file. Answers are skipped, because they make up most of
 * a file.
 * @returns undefined when the conversation has no prompt
 */
export function readOutline(content: Buffer): Outline | undefined {
  const { lines, damage } = salvageJournal(content, { withEvents: false });
  const problem = damage === undefined ? undefined : 'damaged';
  const { tree, title } = foldOutline(lines);
  const path = tree.path();
  const first = lines.find((line) => line.type === 'exchange' && line.id === path[0]);
  if (first?.type !== 'exchange') return problem && { title: title ?? '', turns: 0, problem };
  return { title: conversationTitle(title, first.prompt), turns: path.length, ...(problem && { problem }) };
}

/**
 * Returns the title for display: the title that the user chose, or else the first line of the first prompt. Hidden
 * characters are removed.
 */
export function conversationTitle(customTitle: string | undefined, firstPrompt: string): string {
  return visibleText(customTitle ?? /\S.*/.exec(firstPrompt)?.[0] ?? '', maxTitleLength);
}

/** Number of characters before the match that an excerpt contains. */
const charsBeforeMatch = 40;
/** Maximum length of an excerpt, in characters. */
const excerptLength = 160;

/**
 * Returns the texts in which a search looks for the query: the title, and the prompts and answers of the selected
 * branch of the conversation.
 */
function searchableTexts({ exchanges, title }: Pick<ReadConversation, 'title' | 'exchanges'>): readonly string[] {
  const all = exchanges.flatMap(({ prompt, state }) => [prompt, state.text]);
  return title === undefined ? all : [...all, title];
}

/** Splits a query into its words, in lower case. */
export function splitWords(query: string): readonly string[] {
  return query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/**
 * Returns the text around the first match, if the texts together contain all words.
 * @param words the words of the query, in lower case
 * @returns undefined when the texts lack one of the words; an empty string when `words` is empty
 */
export function findExcerpt(texts: readonly string[], words: readonly string[]): string | undefined {
  const lower = texts.map((text) => text.toLowerCase());
  if (!words.every((word) => lower.some((text) => text.includes(word)))) return undefined;
  if (!words.length) return '';
  const index = lower.findIndex((text) => words.some((word) => text.includes(word)));
  const offsets = words.map((word) => lower[index]?.indexOf(word) ?? -1).filter((offset) => offset >= 0);
  return excerptAround(texts[index] ?? '', Math.min(...offsets));
}

function excerptAround(text: string, offset: number): string {
  const start = Math.max(0, offset - charsBeforeMatch);
  const end = start + excerptLength;
  const part = text.slice(start, end).replace(/\s+/g, ' ').trim();
  // Removes half a surrogate pair at either end, because it would be displayed as a question mark.
  const wellFormed = part.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
  return `${start > 0 ? '…' : ''}${wellFormed}${end < text.length ? '…' : ''}`;
}
