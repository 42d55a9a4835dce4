import { knownLocale } from '../../core/knownLocale';

/** From the newest to the oldest. */
export type HistoryGroup = 'today' | 'yesterday' | 'week' | 'older';

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
  return new Intl.DateTimeFormat(knownLocale(locale), formatOf(at, now)).format(at);
}

function formatOf(at: number, now: number): Intl.DateTimeFormatOptions {
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
