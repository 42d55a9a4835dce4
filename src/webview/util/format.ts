import type { PanelStrings } from '../../shared/panelStrings';
import { knownLocale } from '../../shared/protocol';

export interface Format {
  /** How long something took: `4.1 s`, `37 s`, `1 min 40 s`. */
  duration(ms: number): string;
  /** How long something will take, to the nearest second: it starts at what was announced. */
  countdown(ms: number): string;
  /** `950`, `12.3K`. */
  count(value: number): string;
  /** Every digit: `12,345`. */
  number(value: number): string;
  /** `one` or `other`, whichever the language says to a count, with the count in it. */
  plural(value: number, one: string, other: string): string;
  /** `a, b, c`. */
  list(items: readonly string[]): string;
}

const maxSeconds = 90;

export function createFormat(
  locale: string,
  strings: Pick<PanelStrings, 'seconds' | 'minutes' | 'minutesSeconds'>,
): Format {
  const language = knownLocale(locale);
  const tenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const integers = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 });
  const rules = new Intl.PluralRules(language);
  const lists = new Intl.ListFormat(language, { type: 'conjunction', style: 'narrow' });

  const wholeSeconds = (seconds: number): string => {
    if (seconds <= maxSeconds) return fill(strings.seconds, integers.format(seconds));
    const minutes = integers.format(Math.floor(seconds / 60));
    const remainder = seconds % 60;
    return remainder === 0
      ? fill(strings.minutes, minutes)
      : fill(strings.minutesSeconds, minutes, integers.format(remainder));
  };

  return {
    duration: (ms) => {
      const rounded = Math.round(Math.max(0, ms) / 100) / 10;
      return rounded < 10
        ? fill(strings.seconds, tenths.format(rounded))
        : wholeSeconds(Math.round(Math.max(0, ms) / 1000));
    },
    countdown: (ms) => wholeSeconds(Math.round(Math.max(0, ms) / 1000)),
    count: (value) => compact.format(value),
    number: (value) => integers.format(value),
    plural: (value, one, other) => fill(rules.select(value) === 'one' ? one : other, compact.format(value)),
    list: (items) => lists.format(items),
  };
}

const placeholderPattern = /\{(\d+)\}/g;

/** Fills `{0}`, `{1}` …; a placeholder without an argument stays as it is. */
export function fill(template: string, ...values: readonly string[]): string {
  return template.replace(placeholderPattern, (whole, index: string) => values[Number(index)] ?? whole);
}

/** The same with elements in place of texts: word order is the language's, so the parts can't be joined by hand. */
export function fillNodes(template: string, ...nodes: readonly Node[]): (Node | string)[] {
  const parts = template.split(placeholderPattern);
  return parts.map((part, index) => (index % 2 === 0 ? part : (nodes[Number(part)] ?? `{${part}}`)));
}
