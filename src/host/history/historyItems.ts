import type { Localize } from '../../engine/engine';
import { knownLocale, visibleText } from '../../engine/gateway/visibleText';
import { type ConversationSummary, maxTitleLength } from '../conversation/conversationList';
import { plainLabel, withoutIcons } from '../ui/messageText';

export interface HistoryItem {
  readonly id: string;
  /** For us to show; the first line of the first prompt, or what the person has named it. */
  readonly title: string;
  readonly label: string;
  readonly description: string;
  /** It was searched for and found, be it in a text that is not shown. */
  readonly isHit: boolean;
  /** Where the words occur, unless that is the title. */
  readonly detail?: string | undefined;
}

interface HistorySection {
  readonly heading: string;
  readonly items: readonly HistoryItem[];
}

interface HistoryContext {
  readonly localize: Localize;
  /** Of the display language, e.g. `zh-cn`. */
  readonly locale: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly isOpen: (id: string) => boolean;
}

/** @param summaries newest first; with an excerpt where they were searched for */
export function historySections(
  summaries: readonly (ConversationSummary & { readonly excerpt?: string })[],
  words: HistoryContext,
): readonly HistorySection[] {
  const sections: { readonly group: HistoryGroup; readonly items: HistoryItem[] }[] = [];
  for (const summary of summaries) {
    const group = historyGroup(summary.lastActivityAt, words.now);
    const last = sections.at(-1);
    if (last?.group === group) last.items.push(toHistoryItem(summary, words));
    else sections.push({ group, items: [toHistoryItem(summary, words)] });
  }
  return sections.map(({ group, items }) => ({ heading: groupHeading(group, words.localize), items }));
}

/** In the plural form of the display language. */
export function turnCountText(
  turns: number,
  { localize, locale }: Pick<HistoryContext, 'localize' | 'locale'>,
): string {
  const known = knownLocale(locale);
  const count = new Intl.NumberFormat(known).format(turns);
  return new Intl.PluralRules(known).select(turns) === 'one'
    ? localize('{count} turn', { count })
    : localize('{count} turns', { count });
}

function toHistoryItem(
  summary: ConversationSummary & { readonly excerpt?: string },
  words: HistoryContext,
): HistoryItem {
  const { id, lastActivityAt: at, turns, busy, problem: flaw, excerpt } = summary;
  const { localize, locale, now, isOpen: isShown } = words;
  const title =
    visibleText(summary.title, maxTitleLength) || localize('Conversation of {date}', { date: dateText(at, locale) });
  const marks = [
    // How many there are of a later version is not known.
    ...(turns > 0 && flaw !== 'newer' ? [turnCountText(turns, words)] : []),
    ...(flaw === undefined ? [] : [flaw === 'damaged' ? localize('damaged') : localize('from a newer version')]),
    ...(busy ? [localize('answering')] : []),
    // What is shown is marked by a word: an icon says nothing to a screen reader.
    ...(isShown(id) ? [localize('open')] : []),
  ];
  return {
    id,
    title,
    label: `${busy ? '$(sync~spin) ' : ''}${withoutIcons(title)}`,
    description: [historyTime(at, now, locale), ...marks].join(' · '),
    isHit: excerpt !== undefined,
    ...(excerpt !== undefined && excerpt !== title && { detail: plainLabel(excerpt) }),
  };
}

function dateText(at: number, locale: string): string {
  return new Intl.DateTimeFormat(knownLocale(locale), { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

function groupHeading(group: HistoryGroup, localize: Localize): string {
  switch (group) {
    case 'today':
      return localize('Today');
    case 'yesterday':
      return localize('Yesterday');
    case 'week':
      return localize('Previous 7 days');
    case 'older':
      return localize('Older');
  }
}

/** From the newest to the oldest. */
type HistoryGroup = 'today' | 'yesterday' | 'week' | 'older';

const dayMs = 24 * 60 * 60 * 1000;

/** By calendar day where the person is. @param at @param now epoch milliseconds */
export function historyGroup(at: number, now: number): HistoryGroup {
  // A day that has 23 or 25 hours is a day all the same.
  const days = Math.round((startOfDay(now) - startOfDay(at)) / dayMs);
  if (days <= 0) return 'today';
  if (days === 1) return 'yesterday';
  return days <= 7 ? 'week' : 'older';
}

/** As short as the group it is in allows. @param locale of the display language, e.g. `zh-cn` */
export function historyTime(at: number, now: number, locale: string): string {
  return new Intl.DateTimeFormat(knownLocale(locale), timeFormat(at, now)).format(at);
}

function timeFormat(at: number, now: number): Intl.DateTimeFormatOptions {
  const time = { hour: 'numeric', minute: '2-digit' } as const;
  switch (historyGroup(at, now)) {
    case 'today':
    case 'yesterday':
      return time;
    case 'week':
      return { weekday: 'short', ...time };
    case 'older': {
      const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
      return { day: 'numeric', month: 'short', ...(!sameYear && { year: 'numeric' }) };
    }
  }
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
