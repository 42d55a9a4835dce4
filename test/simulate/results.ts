import { simulateCrowd, simulateIdealCrowd } from './crowd';
import { measure, type Measures } from './measures';
import type { Scenario } from './scenarios';
import type { Strategy } from './strategies/strategy';

export interface Result extends Measures {
  readonly scenario: Scenario;
  readonly clients: number;
  readonly strategy: string;
  /** As multiples of what the clairvoyant crowd needs. */
  readonly median: number;
  readonly p95: number;
}

/** How many clients there are, and how often they are simulated: few need many runs to have a percentile. */
export type Crowd = readonly [clients: number, runs: number];

export const crowds: readonly Crowd[] = [
  [1, 200],
  [10, 40],
  [100, 6],
  [1000, 2],
];

/** One result a strategy; the clairvoyant crowd's is the last. */
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
