import type { HealthStrings } from '../../shared/healthStrings';
import { toSupportedLocale } from '../../shared/protocol';
import { createFormat, fill } from '../../shared/format';

/** Text for a figure that is unknown, because no attempt has provided it. */
export const unknownFigure = '–';

/** Formats the figures of the network health in the user's language. An undefined figure becomes a dash. */
export interface HealthFormat {
  readonly count: (value: number) => string;
  /** Formats a share from 0 to 1 as a percentage. Only a share of 1 becomes 100 %. */
  readonly share: (value: number | undefined) => string;
  readonly duration: (ms: number | undefined) => string;
  readonly speed: (tokensPerSecond: number | undefined) => string;
  readonly tokens: (promptTokens: number, completionTokens: number) => string;
  /** Formats the start of an hour as a time of day, such as `14:00`. */
  readonly hour: (epochMs: number) => string;
  /** Formats the start of a day as a date without a year. */
  readonly day: (epochMs: number) => string;
}

/** Largest throughput that is shown with a decimal place, in tokens per second. */
const maxPreciseSpeed = 10;

export function createHealthFormat(locale: string, strings: HealthStrings): HealthFormat {
  const language = toSupportedLocale(locale);
  const format = createFormat(locale, strings);
  const tenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const days = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric' });
  return {
    count: (value) => format.number(value),
    share: (value) =>
      value === undefined ? unknownFigure : fill(strings.percent, format.number(Math.floor(value * 100))),
    duration: (ms) => (ms === undefined ? unknownFigure : format.duration(ms)),
    speed: (value) =>
      value === undefined
        ? unknownFigure
        : fill(strings.tokensPerSecond, value < maxPreciseSpeed ? tenths.format(value) : format.number(value)),
    // Gateways that report no usage add no tokens.
    tokens: (promptTokens, completionTokens) =>
      promptTokens + completionTokens === 0
        ? unknownFigure
        : `${format.count(promptTokens)} / ${format.count(completionTokens)}`,
    hour: (epochMs) => format.timeOfDay(epochMs, { now: epochMs }),
    day: (epochMs) => days.format(epochMs),
  };
}
