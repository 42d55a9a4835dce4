import { firstChars, lastChars } from '../../engine/text/surrogates';
import { visibleText } from '../../engine/gateway/visibleText';
import { comparedWith } from '../journal/exchange';
import { foldJournal, type ExchangeTree } from '../journal/exchangeTree';
import type { Journal } from '../journal/journal';
import type { JournalEntry } from '../journal/journalFolder';
import { salvageJournal } from '../journal/journalLines';

/** Maximum length of a conversation's title, in code points. */
export const maxTitleLength = 200;

interface ConversationOutline {
  readonly title: string;
  readonly turns: number;
  /**
   * Set if a part of the conversation's file can't be read. The title and the number of turns then describe the
   * readable part.
   */
  readonly problem?: 'damaged' | undefined;
}

export interface ConversationListItem extends ConversationOutline {
  readonly id: string;
  /** Time of the last prompt or of the last text of an answer, in epoch milliseconds. */
  readonly lastActivityAt: number;
  readonly busy: boolean;
  /**
   * Text around the first match of a search. The text is empty for an empty query, and absent if the list was not
   * searched.
   */
  readonly excerpt?: string;
}

/**
 * Returns the title and the number of turns of a conversation.
 * @returns undefined when the conversation has neither a prompt nor a summary of another conversation
 */
export function outlineOf(tree: ExchangeTree): ConversationOutline | undefined {
  return tree.isEmpty ? undefined : { title: conversationTitle(tree), turns: tree.path().length };
}

/**
 * Reads the title and the number of turns from a journal. The text of the answers, the largest part of a journal, is
 * skipped.
 * @returns undefined for a conversation without a prompt, unless its file is damaged
 */
export function readOutline(bytes: Buffer): ConversationOutline | undefined {
  const { records, damage } = salvageJournal(bytes, { withEvents: false });
  const { tree } = foldJournal(records);
  const outline = outlineOf(tree);
  return damage === undefined ? outline : { ...(outline ?? { title: tree.title ?? '', turns: 0 }), problem: 'damaged' };
}

interface CachedConversation {
  readonly entry: JournalEntry;
  readonly outline: ConversationOutline | undefined;
  /**
   * The conversation's texts, in which the search looks for words. Undefined until they are read from the file, and
   * empty if the file can't be read.
   */
  texts?: readonly string[];
}

/**
 * Maximum size, in bytes, of a file whose texts stay in memory. Each key press in the search box starts a search, which
 * would otherwise read all files again.
 */
const maxCachedBytes = 1024 * 1024;

/** The titles and searchable texts of the conversations on disk. A file is read again only after it has changed. */
export class ConversationIndex {
  private readonly cache = new Map<string, CachedConversation>();

  constructor(private readonly journal: Journal) {}

  /**
   * Lists the conversations on disk, newest first.
   * @param limit maximum number of conversations. Older files are not read.
   */
  async list(limit = Infinity): Promise<readonly ConversationListItem[]> {
    const entries = await this.journal.files.listNewestFirst();
    const ids = new Set(entries.map(({ id }) => id));
    for (const id of this.cache.keys()) if (!ids.has(id)) this.cache.delete(id);
    const items: ConversationListItem[] = [];
    for (const entry of entries) {
      if (items.length >= limit) break;
      const { id, modifiedAt: lastActivityAt } = entry;
      const outline = await this.outline(entry);
      if (outline) items.push({ id, lastActivityAt, busy: false, ...outline });
    }
    return items;
  }

  /**
   * Returns the texts of a conversation that the search looks through. The result is empty if the file can't be read.
   */
  async texts(id: string): Promise<readonly string[]> {
    const cached = this.cache.get(id);
    if (cached?.texts) return cached.texts;
    const storedConversation = await this.journal.read(id).catch(() => undefined);
    const texts = storedConversation ? searchableTexts(storedConversation.tree) : [];
    if (cached && cached.entry.size <= maxCachedBytes) cached.texts = texts;
    return texts;
  }

  private async outline(entry: JournalEntry): Promise<ConversationOutline | undefined> {
    const cached = this.cache.get(entry.id);
    if (cached?.entry.modifiedAt === entry.modifiedAt && cached.entry.size === entry.size) return cached.outline;
    const bytes = await this.journal.files.read(entry.id).catch(() => undefined);
    // An unreadable conversation is listed as well, so that the user can delete it.
    const outline: ConversationOutline | undefined = bytes
      ? readOutline(bytes)
      : { title: '', turns: 0, problem: 'damaged' };
    this.cache.set(entry.id, { entry, outline });
    return outline;
  }
}

/** Returns the title that the user chose, or else the first line of the first prompt. Hidden characters are removed. */
export function conversationTitle(tree: ExchangeTree): string {
  return tree.title === undefined ? promptTitle(tree.firstPrompt ?? '') : visibleTitle(tree.title);
}

/** Returns the first non-empty line of a prompt, shortened to the maximum length of a title. */
export function promptTitle(prompt: string): string {
  return visibleTitle(/\S.*/.exec(prompt)?.[0] ?? '');
}

function visibleTitle(title: string): string {
  return visibleText(title, maxTitleLength);
}

const charsBeforeMatch = 40;
const excerptLength = 160;

/**
 * Returns all texts of a conversation that the search looks through, including compared answers that the user has not
 * chosen.
 */
export function searchableTexts(tree: ExchangeTree): readonly string[] {
  const all = [
    ...tree.path().flatMap(({ exchange, answer }) => {
      return [exchange.prompt, ...comparedWith(exchange, answer).map(({ state }) => state.text)];
    }),
    ...tree.usableSummaries().map(({ answer }) => answer.state.text),
  ];
  return tree.title === undefined ? all : [...all, tree.title];
}

export function splitWords(query: string): readonly string[] {
  return query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/**
 * Returns the text around the first match. The result is an empty string if there are no words to find.
 * @param words the words in lower case
 * @returns undefined if one of the words occurs in none of the texts
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
  const part = firstChars(lastChars(text, text.length - start), excerptLength)
    .replace(/\s+/g, ' ')
    .trim();
  return `${start > 0 ? '…' : ''}${part}${end < text.length ? '…' : ''}`;
}
