import { percentile } from '../bench/statistics';
import { arrivalsMs, capacityFor, type CrowdRun } from './crowd';

export interface Measures {
  /** Share of the questions that were answered, 0 to 1. */
  readonly success: number;
  /** Of all questions, milliseconds; one that was never answered took for ever. */
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly callsPerRequest: number;
  /** Mean over the runs of the most calls in any one second after the questions have come, as a multiple of the capacity. */
  readonly peak: number;
}

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

/** Sliding windows that begin after the last question: what comes before is the crowd's arrival, not the strategy. */
export function maxCallsPerSecond(calls: readonly number[]): number {
  const later = calls.filter((at) => at >= arrivalsMs);
  let most = 0;
  for (let from = 0, to = 0; from < later.length; from++) {
    while (to < later.length && later[to]! < later[from]! + 1000) to++;
    most = Math.max(most, to - from);
  }
  return most;
}
