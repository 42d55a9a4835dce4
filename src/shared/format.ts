import type { PanelStrings } from './panelStrings';
import { type Cost, timeOfDayOptions, toSupportedLocale } from './protocol';

export type Format = ReturnType<typeof createFormat>;

/** Maximum duration that is formatted in seconds only. Longer durations are formatted in minutes and seconds. */
const maxSeconds = 90;
/**
 * Maximum duration, in seconds, that is formatted in minutes and seconds. Longer durations are formatted in hours and
 * minutes.
 */
const maxMinutesInSeconds = 60 * 60;

/** Maximum time from now for which a weekday identifies the day, in milliseconds. */
const maxWeekdayMs = 6 * 24 * 60 * 60 * 1000;

/** Lowest cost that is shown exactly. For a lower cost, `<` and this amount are shown. */
const minCost = 0.0001;

/**
 * Returns the number of decimal digits for an amount: two from 1 on, and otherwise enough for at least two significant
 * digits.
 */
function costDigits(amount: number): number {
  if (amount >= 1) return 2;
  return amount >= 0.1 ? 3 : amount >= 0.001 ? 4 : 5;
}

/**
 * Creates functions that format numbers and times for a locale. If the locale is not supported, the locale of the
 * computer is used.
 */
export function createFormat(locale: string, strings: PanelStrings) {
  const language = toSupportedLocale(locale);
  const tenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const integers = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  // Token counts have a K in every language, as in the names and prices of models: 128K, not 12.8万.
  const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
  const rules = new Intl.PluralRules(language);
  const lists = new Intl.ListFormat(language, { type: 'conjunction', style: 'narrow' });

  const wholeSeconds = (seconds: number): string => {
    if (seconds <= maxSeconds) return fillTemplate(strings.seconds, integers.format(seconds));
    const isLong = seconds > maxMinutesInSeconds;
    const total = isLong ? Math.floor(seconds / 60) : seconds;
    const [whole, withRest] = isLong
      ? [strings.wholeHours, strings.hoursMinutes]
      : [strings.minutes, strings.minutesSeconds];
    const count = integers.format(Math.floor(total / 60));
    const rest = total % 60;
    return rest === 0 ? fillTemplate(whole, count) : fillTemplate(withRest, count, integers.format(rest));
  };

  return {
    language,
    /** Formats an elapsed time of at least 1 ms, such as `40 ms`, `4.1 s`, `37 s` or `1 min 40 s`. */
    duration: (ms: number): string => {
      if (ms < 999.5) return fillTemplate(strings.milliseconds, integers.format(Math.max(1, ms)));
      const rounded = Math.round(ms / 100) / 10;
      return rounded < 10 ? fillTemplate(strings.seconds, tenths.format(rounded)) : wholeSeconds(Math.round(ms / 1000));
    },
    /**
     * Formats the time of a countdown in whole seconds, at least 1. The time is rounded to the nearest second, so that
     * a countdown starts at the announced delay.
     */
    countdown: (ms: number): string => wholeSeconds(Math.max(1, Math.round(ms / 1000))),
    /** Formats a number in compact form, such as `8.5`, `950` or `12.3K`. */
    count: (value: number): string => compact.format(value < 10 ? value : Math.round(value)),
    /** Formats a number with all its digits, such as `12,345`. */
    number: (value: number): string => integers.format(value),
    /** Formats the size of a file, such as `12 KB` or `1.4 MB`. */
    bytes: (bytes: number): string => {
      const kilobytes = bytes / 1000;
      return kilobytes < 1000 ? `${integers.format(Math.ceil(kilobytes))} KB` : `${tenths.format(kilobytes / 1000)} MB`;
    },
    /** Formats the cost in each currency, such as `$0.0123`, `≈ ¥0.00042`, `$1.20 + ¥0.30` or `< $0.0001`. */
    costs: (costs: readonly Cost[]): string => {
      // A no-break space after `<` or `≈` prevents a line break before the amount.
      const spent = costs.filter(({ amount }) => amount > 0);
      const shownCosts = spent.length > 0 ? spent : costs.slice(0, 1);
      const texts = shownCosts.map(({ amount, currency }) => {
        const isTooLow = amount > 0 && amount < minCost;
        const fractionDigits = { minimumFractionDigits: 2, maximumFractionDigits: costDigits(amount) };
        const style = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const;
        const text = new Intl.NumberFormat(language, { ...style, ...fractionDigits }).format(
          Math.max(amount, isTooLow ? minCost : 0),
        );
        return isTooLow ? `<\u00a0${text}` : text;
      });
      const isOneTooLow = texts.length === 1 && texts[0]?.startsWith('<') === true;
      const isEstimate = !isOneTooLow && shownCosts.some((cost) => cost.isEstimate && cost.amount > 0);
      return (isEstimate ? '≈\u00a0' : '') + texts.join(' + ');
    },
    /** Inserts a number in compact form into the singular or plural template. */
    plural: (value: number, one: string, other: string): string =>
      fillTemplate(rules.select(value) === 'one' ? one : other, compact.format(value)),
    /**
     * Formats a time of day. For another day, adds the weekday, or the date if the time is more than six days away. In
     * Chinese, always adds the date for another day. All times are in epoch milliseconds.
     */
    timeOfDay: (epochMs: number, { now = Date.now(), seconds = false } = {}): string => {
      const isSameDay = new Date(epochMs).toDateString() === new Date(now).toDateString();
      // A Chinese time has the date instead of the weekday, because a Chinese weekday is not separated from the time.
      const hasWeekday = Math.abs(epochMs - now) < maxWeekdayMs && !language?.startsWith('zh');
      const day = hasWeekday ? ({ weekday: 'short' } as const) : ({ month: 'short', day: 'numeric' } as const);
      return new Date(epochMs).toLocaleTimeString(language, {
        ...timeOfDayOptions(language),
        ...(!isSameDay && day),
        ...(seconds && { second: '2-digit' }),
      });
    },
    list: (items: readonly string[]): string => lists.format(items),
  };
}

/**
 * Replaces the placeholders `{0}`, `{1}` … in a template by the values. A placeholder without a value is left
 * unchanged.
 */
export function fillTemplate(template: string, ...values: readonly string[]): string {
  return template.replace(/\{(\d+)\}/g, (match, index: string) => values[Number(index)] ?? match);
}
