import type { Format } from '../../shared/format';

/** Groups of conversations in the history list, from the newest to the oldest. */
export type HistoryGroup = 'today' | 'yesterday' | 'week' | 'older';

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Returns the group of a conversation in the history list. The group depends on the number of calendar days since the
 * conversation, in the local time zone. All times are in epoch milliseconds.
 */
export function historyGroup(timeMs: number, now: number): HistoryGroup {
  // The number of days is rounded, because a day with a clock change has 23 or 25 hours.
  const days = Math.round((startOfDay(now) - startOfDay(timeMs)) / dayMs);
  if (days <= 0) return 'today';
  if (days === 1) return 'yesterday';
  return days <= 7 ? 'week' : 'older';
}

/**
 * Formats the time of a conversation in the history list. The text is as short as possible but still clear within the
 * conversation's group, such as only the time of day under *Today*.
 */
export function historyTime(timeMs: number, now: number, { language, timeOfDay }: Format): string {
  const group = historyGroup(timeMs, now);
  if (group === 'older') {
    const sameYear = new Date(timeMs).getFullYear() === new Date(now).getFullYear();
    const date = { day: 'numeric', month: 'short' } as const;
    return new Date(timeMs).toLocaleDateString(language, { ...date, ...(!sameYear && { year: 'numeric' }) });
  }
  // For the group *week*, the current time is replaced by a time two days after the conversation. The formatter then
  // always includes the weekday.
  return timeOfDay(timeMs, { now: group === 'week' ? timeMs + 2 * dayMs : timeMs });
}

/** Returns the start of a day in the local time zone, in epoch milliseconds. */
export function startOfDay(timeMs: number): number {
  return new Date(timeMs).setHours(0, 0, 0, 0);
}
