import { nearDayOptions, timeOfDayOptions, toSupportedLocale } from '../../engine/gateway/visibleText';

/** The groups of the history, from the newest to the oldest. */
export type HistoryGroup = 'today' | 'yesterday' | 'week' | 'older';

const dayMs = 24 * 60 * 60 * 1000;

/** Returns the group of a conversation by calendar days in the local time zone. Times are in epoch milliseconds. */
export function historyGroup(timeMs: number, now: number): HistoryGroup {
  // Rounds the number of days, because a day on which the clocks change has 23 or 25 hours.
  const days = Math.round((startOfDay(now) - startOfDay(timeMs)) / dayMs);
  if (days <= 0) return 'today';
  if (days === 1) return 'yesterday';
  return days <= 7 ? 'week' : 'older';
}

/** Formats the time of an item in the shortest form that is unambiguous within the item's group. */
export function historyTime(timeMs: number, now: number, locale: string): string {
  const language = toSupportedLocale(locale);
  return new Intl.DateTimeFormat(language, timeFormat(timeMs, now, language)).format(timeMs);
}

function timeFormat(timeMs: number, now: number, language: string | undefined): Intl.DateTimeFormatOptions {
  const time = timeOfDayOptions(language);
  switch (historyGroup(timeMs, now)) {
    case 'today':
    case 'yesterday':
      return time;
    case 'week':
      return { ...nearDayOptions(language), ...time };
    case 'older': {
      const sameYear = new Date(timeMs).getFullYear() === new Date(now).getFullYear();
      return { day: 'numeric', month: 'short', ...(!sameYear && { year: 'numeric' }) };
    }
  }
}

/** Returns the start of the day in the local time zone, in epoch milliseconds. */
export function startOfDay(timeMs: number): number {
  return new Date(timeMs).setHours(0, 0, 0, 0);
}
