import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/paths';
import { page } from './document';
import { type Crowd, crowds, type Result, simulate } from './results';
import { type Scenario, scenarios, withOutageOf } from './scenarios';
import { simulateGateways } from './gateways/gatewayResults';
import { inOneWindow, onSeparateMachines } from './strategies/ours';
import { peers } from './strategies/peers';
import type { Strategy } from './strategies/strategy';
import { writeTutorialTables } from './tutorial/write';

const ours = { HolySheep: inOneWindow() };
/** All strategies, in the order of the tables. */
const strategies: Readonly<Record<string, Strategy>> = {
  ...ours,
  'HolySheep, separate': onSeparateMachines(),
  ...peers,
};

const otherOutageSeconds = [10, 20, 45, 60, 90];
const otherOutagesCrowd: Crowd = [100, 2];

const outages = scenarios.filter(({ outageMs }) => outageMs > 0);

/** Runs the simulations. @param names `crowds` or `tutorial`; both if empty */
async function main(names: readonly string[]): Promise<void> {
  const simulations: Readonly<Record<string, () => Promise<void>>> = {
    crowds: writeCrowdPage,
    tutorial: writeTutorialTables,
  };
  const unknown = names.filter((name) => !(name in simulations));
  if (unknown.length > 0)
    throw new Error(`No such simulation: ${unknown.join(', ')}. There are ${Object.keys(simulations).join(', ')}.`);
  for (const [name, run] of Object.entries(simulations)) {
    if (names.length === 0 || names.includes(name)) await run();
  }
}

/** Simulates the crowds and writes their page. */
async function writeCrowdPage(): Promise<void> {
  const all: Result[] = [];
  for (const scenario of scenarios) {
    process.stderr.write(`${scenario.title}\n`);
    for (const crowd of crowds) {
      const [clients] = crowd;
      all.push(...(await simulate(scenario, crowd, clients === 100 ? strategies : ours)));
    }
  }
  const otherOutages: [seconds: number, results: readonly Result[]][] = [];
  for (const seconds of otherOutageSeconds) {
    process.stderr.write(`Outages of ${seconds} s\n`);
    otherOutages.push([
      seconds,
      await simulateAll(
        outages.map((scenario) => withOutageOf(seconds, scenario)),
        otherOutagesCrowd,
      ),
    ]);
  }
  const withMoreRetries = await simulateAll(outages, [1, 200], { HolySheep: inOneWindow({ maxRetries: 10 }) });
  process.stderr.write('A primary gateway that goes dark\n');
  const gateways = await simulateGateways(crowds);
  writeFileSync(path.join(root, 'docs/simulation.md'), page({ all, otherOutages, withMoreRetries, gateways }));
}

/** Simulates all scenarios with the given strategies, and leaves out the results of the ideal crowd. */
async function simulateAll(
  selected: readonly Scenario[],
  crowd: Crowd,
  selectedStrategies = strategies,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const scenario of selected) results.push(...(await simulate(scenario, crowd, selectedStrategies)));
  return results.filter(({ strategy }) => strategy !== 'ideal');
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
