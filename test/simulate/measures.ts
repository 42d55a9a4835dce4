import { percentile } from '../bench/statistics';
import { arrivalsMs, capacityFor, type CrowdRun } from './crowd';

/** The measures of one strategy in one scenario. */
export interface Measures {
  /** Share of the answered questions, from 0 to 1. */
  readonly success: number;
  /** Median time to an answer, in milliseconds. The time of an unanswered question is infinite. */
  readonly medianMs: number;
  /** 95th percentile of the time to an answer, in milliseconds. */
  readonly p95Ms: number;
  /** Average number of calls per question. */
  readonly callsPerRequest: number;
  /** Highest number of calls per second after all questions were asked, divided by the capacity; the mean of all runs. */
  readonly peak: number;
}

/** Computes the measures over several runs. */
export function measure(runs: readonly CrowdRun[]): Measures {
  const clients = runs.reduce((sum, run) => sum + run.clients, 0);
  const answered = runs.flatMap((run) => run.answerTimes);
  const calls = runs.reduce((sum, run) => sum + run.calls.length, 0);
  const times = [...answered, ...Array.from({ length: clients - answered.length }, () => Infinity)];
  return {
    success: answered.length / clients,
    medianMs: percentile(times, 50),
    p95Ms: percentile(times, 95),
    callsPerRequest: calls / clients,
    peak: runs.reduce((sum, run) => sum + maxCallsPerSecond(run.calls) / capacityFor(run.clients), 0) / runs.length,
  };
}

/**
 * Returns the highest number of calls within any second after the last question was asked. Earlier calls depend on the
 * arrival of the clients and not on their strategy.
 */
export function maxCallsPerSecond(calls: readonly number[]): number {
  const laterCalls = calls.filter((time) => time >= arrivalsMs);
  let max = 0;
  for (let from = 0, to = 0; from < laterCalls.length; from++) {
    while (to < laterCalls.length && laterCalls[to]! < laterCalls[from]! + 1000) to++;
    max = Math.max(max, to - from);
  }
  return max;
}
