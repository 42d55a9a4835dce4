import type { FaultKind } from '../../engine/events';
import { hostOf } from '../../engine/gateway/baseUrl';
import { visibleText } from '../../engine/gateway/visibleText';
import type { HealthFault, HealthFigures, HealthPeriod, HealthReport, HealthRow } from '../../shared/healthMessages';
import { mergeHistograms, percentile } from './histogram';
import {
  daysUntil,
  hoursUntil,
  joinTallies,
  pairOf,
  startOfDay,
  type FaultCounts,
  type HealthTally,
} from './healthTally';

const maxShownNameLength = 80;

/**
 * Returns the numbers that the page shows.
 * @param faultLabel returns the localized name of a fault kind
 */
export function createHealthReport(
  tallies: readonly HealthTally[],
  now: number,
  faultLabel: (kind: FaultKind) => string,
): HealthReport {
  const hours = hoursUntil(now);
  const days = daysUntil(now);
  return {
    hours: createPeriod(tallies, hours, ({ at }) => at, faultLabel),
    days: createPeriod(tallies, days, ({ at }) => startOfDay(at), faultLabel),
  };
}

/** The success rate and the median of the times to the first token of a model. */
export interface HealthEssence {
  readonly successRate: number;
  /** In milliseconds. */
  readonly firstTokenMs: number | undefined;
}

/** Minimum number of attempts of the last 24 hours from which an essence is computed. With fewer, all days count. */
const minRecentAttempts = 5;

/** Returns the essence of each model over each route, by {@link pairOf}. */
export function essencesOf(tallies: readonly HealthTally[], now: number): ReadonlyMap<string, HealthEssence> {
  const pairs = new Map<string, HealthTally[]>();
  for (const tally of tallies) {
    const pair = pairOf(tally);
    const ofPair = pairs.get(pair);
    if (ofPair) ofPair.push(tally);
    else pairs.set(pair, [tally]);
  }
  return new Map(
    [...pairs].flatMap(([pair, ofPair]) => {
      const essence = essenceOf(ofPair, now);
      return essence ? [[pair, essence] as const] : [];
    }),
  );
}

/** Returns the essence of the tallies of one model over one route. */
function essenceOf(tallies: readonly HealthTally[], now: number): HealthEssence | undefined {
  const [firstHour = now] = hoursUntil(now);
  const recent = tallies.filter(({ at }) => at >= firstHour);
  const counted = sumOf(recent, judgedAttempts) < minRecentAttempts ? tallies : recent;
  const attempts = sumOf(counted, judgedAttempts);
  if (attempts === 0) return undefined;
  return {
    successRate: sumOf(counted, ({ complete }) => complete) / attempts,
    firstTokenMs: percentile(mergeHistograms(counted.map(({ firstTokenMs }) => firstTokenMs)), 0.5),
  };
}

function sumOf(tallies: readonly HealthTally[], count: (tally: HealthTally) => number): number {
  return tallies.reduce((sum, tally) => sum + count(tally), 0);
}

/** Combines several tallies and returns the figures of all of them. */
export function figuresOf(tallies: readonly HealthTally[]): HealthFigures {
  const sum = joinTallies(tallies, { at: 0, origin: '', model: '' });
  const { attempts, complete, cuts, resumes, waitedMs, promptTokens, completionTokens } = sum;
  const judged = judgedAttempts(sum);
  const tokensPerMinute = percentile(sum.tokensPerMinute, 0.5);
  return {
    attempts,
    successRate: judged === 0 ? undefined : complete / judged,
    firstTokenMs: percentile(sum.firstTokenMs, 0.5),
    slowFirstTokenMs: percentile(sum.firstTokenMs, 0.95),
    tokensPerSecond: tokensPerMinute === undefined ? undefined : tokensPerMinute / 60,
    cuts,
    resumes,
    waitedMs,
    promptTokens,
    completionTokens,
  };
}

/** Returns the number of attempts that say something about the route. */
function judgedAttempts({ complete, faults }: HealthTally): number {
  return Object.values(faults).reduce((sum, count) => sum + count, complete) - (faults.offline ?? 0);
}

function createPeriod(
  tallies: readonly HealthTally[],
  starts: readonly number[],
  startOf: (tally: HealthTally) => number,
  faultLabel: (kind: FaultKind) => string,
): HealthPeriod {
  const inPeriod = tallies.filter((tally) => starts.includes(startOf(tally)));
  const pairs = new Map(inPeriod.map((tally) => [pairOf(tally), tally]));
  const rows = [...pairs].map(([pair, { origin, model }]): HealthRow => {
    const ofPair = inPeriod.filter((tally) => pairOf(tally) === pair);
    return {
      model: visibleText(model, maxShownNameLength),
      host: visibleText(hostOf(origin), maxShownNameLength),
      total: figuresOf(ofPair),
      faults: faultsOf(joinTallies(ofPair, { at: 0, origin, model }).faults, faultLabel),
      parts: starts.map((start) => {
        const part = ofPair.filter((tally) => startOf(tally) === start);
        return part.length === 0 ? null : figuresOf(part);
      }),
    };
  });
  return { starts, rows: rows.toSorted((a, b) => b.total.attempts - a.total.attempts) };
}

function faultsOf(counts: FaultCounts, faultLabel: (kind: FaultKind) => string): readonly HealthFault[] {
  return (Object.entries(counts) as [FaultKind, number][])
    .map(([kind, count]) => ({ label: faultLabel(kind), count }))
    .toSorted((a, b) => b.count - a.count);
}
