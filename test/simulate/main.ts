import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { assertNode } from '../support/install/dependencies.mjs';
import { root } from '../support/paths';
import { chart, fullTable, page } from './document';
import { crowds, simulate, type Crowd, type Result } from './results';
import { withOutageOf, scenarios, type Scenario } from './scenarios';
import { strategies } from './strategies/all';
import { inOneWindow } from './strategies/ours';
import { writeTutorialTables } from './tutorial/write';

const otherOutageSeconds = [10, 20, 45, 60, 90];
const otherOutagesCrowd: Crowd = [100, 2];

const outages = scenarios.filter(({ outageMs }) => outageMs > 0);

/** @param asked `crowds`, `tutorial`; both without a word */
async function main(asked: readonly string[]): Promise<void> {
  assertNode();
  const parts: Readonly<Record<string, () => Promise<string>>> = {
    crowds: writeCrowdPages,
    tutorial: writeTutorialTables,
  };
  const unknown = asked.filter((name) => !(name in parts));
  if (unknown.length > 0) throw new Error(`No such part: ${unknown.join(', ')}.`);
  for (const [name, part] of Object.entries(parts)) {
    if (asked.length === 0 || asked.includes(name)) console.log(`${await part()}\n`);
  }
}

/** @returns the table of everything */
async function writeCrowdPages(): Promise<string> {
  const all: Result[] = [];
  for (const scenario of scenarios) {
    process.stderr.write(`${scenario.title}\n`);
    for (const crowd of crowds) all.push(...(await simulate(scenario, crowd, strategies)));
  }
  const lengths: [seconds: number, results: readonly Result[]][] = [];
  for (const seconds of otherOutageSeconds) {
    process.stderr.write(`Outages of ${seconds} s\n`);
    lengths.push([
      seconds,
      await simulateAll(
        outages.map((scenario) => withOutageOf(seconds, scenario)),
        otherOutagesCrowd,
      ),
    ]);
  }
  const patient = await simulateAll(outages, [1, 200], { ours: inOneWindow(10) });
  const write = (name: string, text: string): void => writeFileSync(path.join(root, 'docs', name), text);
  write('simulation.md', page({ all, otherOutages: lengths, withMoreRetries: patient }));
  write(
    'simulation.svg',
    chart(
      all,
      scenarios,
      crowds.map(([clients]) => clients),
    ),
  );
  return fullTable(all);
}

/** Without the ideal, which everything is a multiple of. */
async function simulateAll(worlds: readonly Scenario[], crowd: Crowd, of = strategies): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const scenario of worlds) results.push(...(await simulate(scenario, crowd, of)));
  return results.filter(({ strategy }) => strategy !== 'ideal');
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
