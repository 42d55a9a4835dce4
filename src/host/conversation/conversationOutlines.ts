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
  /** Why part of the conversation can't be read. The other fields then describe the readable part. */
  readonly problem?: 'damaged' | undefined;
}

export interface ConversationListItem extends ConversationOutline {
  readonly id: string;
  /** Epoch milliseconds of the last prompt or of the last text of an answer. */
  readonly lastActivityAt: number;
  readonly busy: boolean;
  /** The text around the first match. Empty for an empty query. Only the results of a search have one. */
  readonly excerpt?: string;
}

/** @returns undefined when the conversation has neither a prompt nor a summary of another conversation */
export function outlineOf(tree: ExchangeTree): ConversationOutline | undefined {
  return tree.isEmpty ? undefined : { title: conversationTitle(tree), turns: tree.path().length };
}

/** Skips the answers, which make up most of a file. @returns undefined for an undamaged file without a prompt */
export function readOutline(bytes: Buffer): ConversationOutline | undefined {
  const { records, damage } = salvageJournal(bytes, { withEvents: false });
  const { tree } = foldJournal(records);
  const outline = outlineOf(tree);
  return damage === undefined ? outline : { ...(outline ?? { title: tree.title ?? '', turns: 0 }), problem: 'damaged' };
}

interface CachedConversation {
  readonly entry: JournalEntry;
  readonly outline: ConversationOutline | undefined;
  /** The searchable texts, once they have been read. Empty when they can't be read. */
  texts?: readonly string[];
}

/** Maximum size of a file whose texts are kept for the searches that follow while the user types, in bytes. */
const maxCachedBytes = 1024 * 1024;

/** The outlines and texts of the conversations on disk. Reads a file again only when it has changed. */
export class ConversationIndex {
  private readonly cache = new Map<string, CachedConversation>();

  constructor(private readonly journal: Journal) {}

  /** @param limit number of conversations after which no further files are read */
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

  /** Returns the searchable texts of a conversation that {@link list} has listed. Empty if they can't be read. */
  async texts(id: string): Promise<readonly string[]> {
    const cached = this.cache.get(id);
    if (cached?.texts) return cached.texts;
    const stored = await this.journal.read(id).catch(() => undefined);
    const texts = stored ? searchableTexts(stored.tree) : [];
    if (cached && cached.entry.size <= maxCachedBytes) cached.texts = texts;
    return texts;
  }

  private async outline(entry: JournalEntry): Promise<ConversationOutline | undefined> {
    const cached = this.cache.get(entry.id);
    if (cached?.entry.modifiedAt === entry.modifiedAt && cached.entry.size === entry.size) return cached.outline;
    const bytes = await this.journal.files.read(entry.id).catch(() => undefined);
    // Lists a conversation even if it can't be read, so that the user can delete it.
    const outline: ConversationOutline | undefined = bytes
      ? readOutline(bytes)
      : { title: '', turns: 0, problem: 'damaged' };
    this.cache.set(entry.id, { entry, outline });
    return outline;
  }
}

/** Returns the title that the user chose, or else the first line of the first prompt, without hidden characters. */
export function conversationTitle(tree: ExchangeTree): string {
  return tree.title === undefined ? promptTitle(tree.firstPrompt ?? '') : visibleTitle(tree.title);
}

/** Returns the first line of a prompt. */
export function promptTitle(prompt: string): string {
  return visibleTitle(/\S.*/.exec(prompt)?.[0] ?? '');
}

function visibleTitle(title: string): string {
  return visibleText(title, maxTitleLength);
}

const charsBeforeMatch = 40;
const excerptLength = 160;

/** The answers of a comparison can be found even if the conversation went on with another one. */
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

/** Returns the text around the first match if the texts contain all words (in lower case). '' without words. */
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
