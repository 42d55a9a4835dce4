import type { HealthStrings } from '../../shared/healthMessages';
import { toSupportedLocale } from '../../shared/protocol';
import { createFormat, fill } from '../../shared/format';

/** Text for a figure that is unknown, because no attempt has provided it. */
export const unknownFigure = '–';

export type HealthFormat = ReturnType<typeof createHealthFormat>;

/** Largest throughput that is shown with a decimal place, in tokens per second. */
const maxPreciseSpeed = 10;

/** Formats the figures of the network health in the user's language. An undefined figure becomes a dash. */
export function createHealthFormat(locale: string, strings: HealthStrings) {
  const language = toSupportedLocale(locale);
  const format = createFormat(locale, strings);
  const tenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const days = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric' });
  /** Formats a throughput in tokens per second. */
  const speed = (value: number): string =>
    fill(strings.tokensPerSecond, value < maxPreciseSpeed ? tenths.format(value) : format.number(value));
  return {
    count: (value: number) => format.number(value),
    /** Formats a share from 0 to 1 as a percentage. Only a share of 1 becomes 100 %. */
    share: (value: number | undefined) =>
      value === undefined ? unknownFigure : fill(strings.percent, format.number(Math.floor(value * 100))),
    duration: (ms: number | undefined) => (ms === undefined ? unknownFigure : format.duration(ms)),
    speed: (value: number | undefined) => (value === undefined ? unknownFigure : speed(value)),
    // Gateways that report no usage add no tokens.
    tokens: (promptTokens: number, completionTokens: number) =>
      promptTokens + completionTokens === 0
        ? unknownFigure
        : `${format.count(promptTokens)} / ${format.count(completionTokens)}`,
    hour: (epochMs: number) => format.timeOfDay(epochMs, { now: epochMs }),
    day: (epochMs: number) => days.format(epochMs),
  };
}
