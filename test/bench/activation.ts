import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { out, root } from '../support/paths';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporaryFolder';
import { quietSettings, writeUserSettings } from '../support/vscode/quietSettings';
import { testHost } from '../support/vscode/testHost';
import { newest } from '../support/vscode/versions';
import { emptyExtension, packagedExtension } from './measuredExtensions';
import { progress } from './progress';
import { withSpread, type Row } from './row';
import { median } from './statistics';

const hosts = 12;

interface Times {
  readonly ours: number;
  readonly empty: number;
}

/** Measures the time from the activation call until `activate()` has resolved, in new extension hosts. */
export async function activation(): Promise<readonly Row[]> {
  const tests = path.join(out, 'bench/host.js');
  await build({
    entryPoints: [path.join(root, 'test/bench/host/index.ts')],
    outfile: tests,
    bundle: true,
    platform: 'node',
    external: ['vscode'],
    logLevel: 'warning',
  });
  const times: Times[] = [];
  for (let host = 0; host < hosts; host++) {
    const measured = await inFreshHost(tests, host % 2 === 0);
    progress(`activation, ms: ours ${measured.ours.toFixed(1)}, empty ${measured.empty.toFixed(1)}`);
    times.push(measured);
  }
  const ours = median(times.map((time) => time.ours));
  const empty = median(times.map((time) => time.empty));
  return [
    {
      what: `Activation, median of ${hosts} hosts`,
      ours: `${ours.toFixed(1)} ms (+${(ours - empty).toFixed(1)} ms)`,
      peer: `${empty.toFixed(1)} ms, empty extension`,
      ratio: withSpread(times.map((time) => time.ours / time.empty)),
      aim: '≤ +3 ms',
    },
  ];
}

/**
 * A third, empty extension is activated first, so that the cost of the first activation counts for neither of the two.
 */
async function inFreshHost(tests: string, oursFirst: boolean): Promise<Times> {
  const folder = temporaryFolder();
  const inFolder = (name: string): string => path.join(folder, name);
  const first = emptyExtension('first', folder);
  const empty = emptyExtension('empty', inFolder('extensions'));
  const ours = await packagedExtension(inFolder('extensions'));
  writeUserSettings(inFolder('user-data'), quietSettings);
  const host = await testHost(newest);
  await runTests({
    ...host.start,
    extensionDevelopmentPath: first.folder,
    extensionTestsPath: tests,
    extensionTestsEnv: {
      BENCH_EXTENSIONS: JSON.stringify([first.id, ...(oursFirst ? [ours.id, empty.id] : [empty.id, ours.id])]),
      BENCH_RESULT: inFolder('result.json'),
      ...host.env,
    },
    launchArgs: ['--user-data-dir', inFolder('user-data'), '--extensions-dir', inFolder('extensions')],
  });
  const times = JSON.parse(readFileSync(inFolder('result.json'), 'utf8')) as Readonly<Record<string, number>>;
  removeTemporaryFolder(folder);
  return { ours: times[ours.id] ?? NaN, empty: times[empty.id] ?? NaN };
}
