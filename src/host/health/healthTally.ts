import type { FaultKind } from '../../engine/events';
import type { LedgerEntry, TurnRecord } from '../../engine/state/ledger';
import { minStreamMs } from '../../engine/state/turnTotals';
import { addValue, emptyHistogram, mergeHistograms, type Histogram } from './histogram';

/**
 * What happened to the requests for one model over one route in one hour or one day. A tally contains numbers only: no
 * prompt, no answer and no key.
 */
export interface HealthTally {
  /** Epoch milliseconds at which the hour or the day begins. */
  readonly at: number;
  /** Origin of the route. */
  readonly origin: string;
  readonly model: string;
  readonly attempts: number;
  /** Number of attempts that ended with a complete answer. */
  readonly complete: number;
  /** Number of attempts that failed, by the kind of their fault. */
  readonly faults: FaultCounts;
  /** Number of attempts that failed after part of the answer had arrived. */
  readonly cuts: number;
  /** Number of attempts that resumed a partial answer. */
  readonly resumes: number;
  /** Total duration of the waits, in milliseconds. */
  readonly waitedMs: number;
  /** Times from the start of an attempt to its first token, in milliseconds. */
  readonly firstTokenMs: Histogram;
  /** Throughputs of answers, in tokens per minute, because the histogram does not distinguish values below 1. */
  readonly tokensPerMinute: Histogram;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export type FaultCounts = Readonly<Partial<Record<FaultKind, number>>>;

export const hourMs = 3_600_000;

/** Maximum length of a model name or an origin in a tally. The rest of a longer one is left out. */
export const maxNameLength = 200;

/**
 * Maximum number of pairs of a route and a model that have tallies. Tallies of the pairs that were used least recently
 * are dropped.
 */
const maxPairs = 30;

/** Maximum time by which a tally may lie in the future, in milliseconds. A later one was written with a wrong clock. */
const maxFutureMs = 24 * hourMs;

/** Number of hours and of days, including the current one, that the health book shows and keeps. */
export const keptHours = 24;
export const keptDays = 14;

/**
 * Returns the tallies of a turn that has ended, one for each attempt. A wait is added to the attempt before it, whose
 * fault has usually caused the wait.
 */
export function talliesOf({ attempts, waits }: TurnRecord): readonly HealthTally[] {
  return attempts.flatMap((entry, index) => {
    const next = attempts[index + 1];
    const caused = [...(index === 0 ? entry.waits : []), ...(next?.waits ?? waits)];
    const waitedMs = caused.reduce((sum, wait) => sum + (wait.waitedMs ?? 0), 0);
    return entry.origin === undefined
      ? []
      : [{ ...tallyOf(entry, entry.origin, next), waitedMs: Math.round(waitedMs) }];
  });
}

function tallyOf(entry: LedgerEntry, origin: string, next: LedgerEntry | undefined): Omit<HealthTally, 'waitedMs'> {
  const { model, time, how, ended } = entry;
  const fault = faultOf(entry, next);
  const firstTokenMs = ended?.firstTokenMs;
  const streamMs = ended && firstTokenMs !== undefined ? ended.ms - firstTokenMs : 0;
  const { promptTokens = 0, completionTokens = 0 } = ended ?? {};
  const isMeasured = streamMs >= minStreamMs && completionTokens > 0;
  return {
    at: Math.floor(time / hourMs) * hourMs,
    origin: origin.slice(0, maxNameLength),
    model: model.slice(0, maxNameLength),
    attempts: 1,
    complete: ended?.how === 'finished' ? 1 : 0,
    faults: fault === undefined ? {} : { [fault]: 1 },
    cuts: fault !== undefined && firstTokenMs !== undefined ? 1 : 0,
    resumes: how === undefined ? 0 : 1,
    firstTokenMs: firstTokenMs === undefined ? emptyHistogram : addValue(emptyHistogram, firstTokenMs),
    tokensPerMinute: isMeasured ? addValue(emptyHistogram, (completionTokens * 60_000) / streamMs) : emptyHistogram,
    promptTokens,
    completionTokens,
  };
}

/** Returns the kind of the fault with which an attempt ended, or undefined if it ended without a fault. */
function faultOf({ ended }: LedgerEntry, next: LedgerEntry | undefined): FaultKind | undefined {
  // Ignores a refused parameter, because the corrected request that follows shows whether the route works.
  if (ended === undefined || next?.why === 'repair') return undefined;
  const { how } = ended;
  return how === 'finished' || how === 'stopped' || how === 'abandoned' ? undefined : how;
}

/** Tallies by their key, see {@link addTallies}. */
export type Tallies = Map<string, HealthTally>;

/** Adds tallies, and joins those of the same model, route and time. */
export function addTallies(tallies: Tallies, added: Iterable<HealthTally>): void {
  for (const tally of added) {
    const key = JSON.stringify([tally.at, tally.origin, tally.model]);
    const present = tallies.get(key);
    tallies.set(key, present ? joinTallies([present, tally], tally) : tally);
  }
}

/** Returns the sum of tallies. @param name time, route and model of the sum */
export function joinTallies(
  tallies: readonly HealthTally[],
  { at, origin, model }: Pick<HealthTally, 'at' | 'origin' | 'model'>,
): HealthTally {
  const sum = (count: (tally: HealthTally) => number): number =>
    tallies.reduce((total, tally) => total + count(tally), 0);
  return {
    at,
    origin,
    model,
    attempts: sum(({ attempts }) => attempts),
    complete: sum(({ complete }) => complete),
    faults: addFaults(tallies),
    cuts: sum(({ cuts }) => cuts),
    resumes: sum(({ resumes }) => resumes),
    waitedMs: sum(({ waitedMs }) => waitedMs),
    firstTokenMs: mergeHistograms(tallies.map(({ firstTokenMs }) => firstTokenMs)),
    tokensPerMinute: mergeHistograms(tallies.map(({ tokensPerMinute }) => tokensPerMinute)),
    promptTokens: sum(({ promptTokens }) => promptTokens),
    completionTokens: sum(({ completionTokens }) => completionTokens),
  };
}

function addFaults(tallies: readonly HealthTally[]): FaultCounts {
  const sum: Partial<Record<FaultKind, number>> = {};
  for (const { faults } of tallies) {
    for (const [kind, count] of Object.entries(faults) as [FaultKind, number][]) sum[kind] = (sum[kind] ?? 0) + count;
  }
  return sum;
}

/**
 * Returns the tallies that are kept: those of the last 24 hours by hour, those of the last 14 days by day, and only
 * those of the pairs of a route and a model that were used most recently.
 */
export function condense(tallies: Iterable<HealthTally>, now: number): Tallies {
  const [firstHour = now] = hoursUntil(now);
  const [firstDay = now] = daysUntil(now);
  const kept: Tallies = new Map();
  const lastUse = new Map<string, number>();
  for (const tally of tallies) {
    if (tally.at < firstDay || tally.at > now + maxFutureMs) continue;
    addTallies(kept, [tally.at >= firstHour ? tally : { ...tally, at: startOfDay(tally.at) }]);
    const pair = pairOf(tally);
    lastUse.set(pair, Math.max(tally.at, lastUse.get(pair) ?? 0));
  }
  const pairs = [...lastUse].sort(([, a], [, b]) => b - a).slice(0, maxPairs);
  const keptPairs = new Set(pairs.map(([pair]) => pair));
  return new Map([...kept].filter(([, tally]) => keptPairs.has(pairOf(tally))));
}

/** Returns an identifier of the route and the model of a tally. */
export function pairOf({ origin, model }: Pick<HealthTally, 'origin' | 'model'>): string {
  return JSON.stringify([origin, model]);
}

/** Returns the starts of the last 24 hours, including the current one, in epoch milliseconds. */
export function hoursUntil(now: number): readonly number[] {
  const current = Math.floor(now / hourMs) * hourMs;
  return Array.from({ length: keptHours }, (_, index) => current - (keptHours - 1 - index) * hourMs);
}

/** Returns the starts of the last 14 days in local time, including today, in epoch milliseconds. */
export function daysUntil(now: number): readonly number[] {
  return Array.from({ length: keptDays }, (_, index) => {
    const day = new Date(startOfDay(now));
    day.setDate(day.getDate() - (keptDays - 1 - index));
    return day.getTime();
  });
}

/** Returns the midnight, in local time, with which the day of a time begins. */
export function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}
