import { simulateCrowd, simulateIdealCrowd } from './crowd';
import { measure, type Measures } from './measures';
import type { Scenario } from './scenarios';
import type { Strategy } from './strategies/strategy';

/** The measures of one strategy in one scenario with one size of crowd. */
export interface Result extends Measures {
  readonly scenario: Scenario;
  readonly clients: number;
  readonly strategy: string;
  /** Median time to an answer, divided by the median of the ideal crowd. */
  readonly median: number;
  /** 95th percentile of the time to an answer, divided by that of the ideal crowd. */
  readonly p95: number;
}

/** The number of clients and the number of runs. A small crowd needs many runs for a reliable percentile. */
export type Crowd = readonly [clients: number, runs: number];

/** The sizes of the simulated crowds. */
export const crowds: readonly Crowd[] = [
  [1, 200],
  [10, 40],
  [100, 6],
  [1000, 2],
];

/** Simulates a scenario with each strategy. @returns one result per strategy, and the result of the ideal crowd as the last */
export async function simulate(
  scenario: Scenario,
  [clients, runs]: Crowd,
  strategies: Readonly<Record<string, Strategy>>,
): Promise<readonly Result[]> {
  const seeds = Array.from({ length: runs }, (_, run) => run + 1);
  const ideal = measure(seeds.map((seed) => simulateIdealCrowd(scenario, clients, seed)));
  const result = (strategy: string, measures: Measures): Result => ({
    ...measures,
    scenario,
    clients,
    strategy,
    median: measures.medianMs / ideal.medianMs,
    p95: measures.p95Ms / ideal.p95Ms,
  });
  const results: Result[] = [];
  for (const [name, strategy] of Object.entries(strategies)) {
    const simulated = [];
    for (const seed of seeds) simulated.push(await simulateCrowd(scenario, strategy, clients, seed));
    results.push(result(name, measure(simulated)));
  }
  return [...results, result('ideal', ideal)];
}
