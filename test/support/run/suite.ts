import { readdirSync } from 'node:fs';
import path from 'node:path';
import { packageScript, root } from '../paths';
import { onDesktop } from '../vscode/testHost';
import { hostWindows } from './hostWindows';
import type { SuiteJob } from './suiteJob';

const reporter = path.join(root, 'test/support/countingReporter.cjs');

/** Cores of a job that keeps one busy, of one that waits for timers and other processes, and of a download. */
const [busy, partlyWaiting, installing] = [1, 0.5, 0.5];
/**
 * Cores of a job with VS Code and a browser, which sometimes wait. On a desktop, only one such job may run at a time,
 * because its window needs the focus.
 */
const window = onDesktop ? Infinity : 0.65;

/**
 * The files of end-to-end tests, in two jobs that take equally long. The files of a job share a window, because VS Code
 * starts slowly. A file that needs a new VS Code and is not the first starts VS Code again. No other file can share the
 * VS Code of `nativeChat`, so it comes last.
 */
const workbenchJobs: Readonly<Record<string, readonly string[]>> = {
  windows: [
    'crash',
    'twoWindows',
    'history',
    'reload',
    'effort',
    'compare',
    'contextRing',
    'gateways',
    'summary',
    'access',
    'nativeChat',
  ],
  panel: [
    'walkthrough',
    'demo',
    'health',
    'accessibility',
    'ask',
    'code',
    'codeBlocks',
    'links',
    'prompts',
    'focus',
    'smoke',
    'versions',
    'turns',
    'conversations',
    'context',
    'images',
    'indicators',
    'scheduled',
    'reading',
    'sideBar',
  ],
};

/** Returns all jobs of a test run. `mochaArgs` are passed to mocha, for example `--grep`. */
export function suiteJobs(mochaArgs: readonly string[]): readonly SuiteJob[] {
  return [
    // Jobs that others need and windows of VS Code come first, the longest before the others, so that all cores stay busy
    // until the end.
    preparation('browser'),
    preparation('vscode newest', { showsProgress: true }),
    preparation('desktop newest', { showsProgress: true }),
    preparation('desktop oldest', { showsProgress: true }),
    preparation('vsix', { cores: busy }),
    preparation('packaged extension', { needs: ['vscode newest', 'vsix'] }),
    // Needs `vsix`, because both jobs write `dist`. The windows read `dist` until they close.
    preparation('development build', { needs: ['vsix'] }),
    ...e2eJobs(mochaArgs),
    ...hostJobs('newest', mochaArgs),
    check('lint', 'oxlint', ['oxlint/bin/oxlint']),
    preparation('vscode oldest', { showsProgress: true }),
    ...['host', 'webview', 'engine', 'demo', 'support'].map((folder) => unitJob(folder, mochaArgs)),
    { ...mochaJob('package', 'package', ['test/package/**/*.test.ts'], mochaArgs), needs: ['vsix'] },
    { ...mochaJob('pages', 'pages', ['test/pages/**/*.test.ts'], mochaArgs), needs: ['vsix', 'browser'] },
    ...hostJobs('oldest', mochaArgs),
    check('check', 'src test', ['typescript-native/bin/tsc', '-p', '.']),
    check('check', 'webview', ['typescript-native/bin/tsc', '-p', 'src/webview']),
    check('lint', 'imports', ['dependency-cruiser/bin/dependency-cruise.mjs', '--output-type', 'err-long', 'src']),
    check('lint', 'oxfmt', ['oxfmt/bin/oxfmt', '--check']),
    check('lint', 'unused code', ['knip/bin/knip.js', '--no-progress', '--treat-config-hints-as-errors']),
    picturesJob(mochaArgs),
  ];
}

function preparation(name: string, differences: Partial<SuiteJob> = {}): SuiteJob {
  return {
    name,
    stage: 'prepare',
    kind: 'preparation',
    command: ['--import', 'tsx', 'test/support/run/prepare.ts', name],
    needs: [],
    cores: installing,
    ...differences,
  };
}

function check(stage: string, part: string, [script, ...args]: readonly [string, ...string[]]): SuiteJob {
  return {
    name: `${stage} ${part}`,
    stage,
    kind: 'check',
    command: [packageScript(script), ...args],
    needs: [],
    cores: busy,
  };
}

/**
 * Returns a job that runs mocha directly in its Node process. With a configuration file, mocha would start a second
 * process, which would survive a signal to the first.
 */
function mochaJob(stage: string, name: string, args: readonly string[], mochaArgs: readonly string[]): SuiteJob {
  return {
    name,
    stage,
    kind: 'mocha',
    command: [
      '--import',
      './test/support/textFiles.mjs',
      packageScript('mocha/bin/mocha.js'),
      '--no-config',
      '--forbid-only',
      '--reporter',
      reporter,
      '--timeout',
      '60000',
      ...args,
      ...mochaArgs,
    ],
    env: { MOCHA_MUST_END: '1' },
    mayBeEmpty: mochaArgs.length > 0,
    needs: [],
    cores: busy,
  };
}

function unitJob(folder: string, mochaArgs: readonly string[]): SuiteJob {
  return { ...mochaJob('unit', `unit ${folder}`, [`test/${folder}/**/*.test.ts`], mochaArgs), cores: partlyWaiting };
}

/**
 * Returns jobs that run mocha inside the extension host of a real VS Code with the development build, in one process
 * per window.
 */
function hostJobs(version: string, mochaArgs: readonly string[]): readonly SuiteJob[] {
  const stage = version === 'newest' ? 'host' : 'host-oldest';
  // Omits windows that need workspace trust on a desktop, where VS Code trusts every workspace of a test run.
  return hostWindows
    .filter(({ untrusted }) => !(untrusted && onDesktop))
    .filter(({ inOldest }) => version === 'newest' || inOldest !== undefined)
    .map(({ name }) => ({
      name: `${stage} ${name}`,
      stage,
      kind: 'mocha',
      command: ['--import', 'tsx', 'test/support/run/hostWindow.ts', version, name],
      mayBeEmpty: mochaArgs.length > 0,
      env: { MOCHA_REPORTER: reporter, MOCHA_ARGUMENTS: JSON.stringify(mochaArgs) },
      needs: ['development build', ...(onDesktop ? [`desktop ${version}`] : [`vscode ${version}`, 'browser'])],
      cores: window,
    }));
}

/** Returns jobs that test the packaged extension in a real workbench. */
function e2eJobs(mochaArgs: readonly string[]): readonly SuiteJob[] {
  const files = readdirSync(path.join(root, 'test/e2e')).filter((file) => file.endsWith('.test.ts'));
  const listed = Object.values(workbenchJobs).flat();
  const missing = files.map((file) => path.basename(file, '.test.ts')).filter((name) => !listed.includes(name));
  if (missing.length > 0)
    throw new Error(`Add these end-to-end tests to a job in test/support/run/suite.ts: ${missing.join(', ')}`);
  return Object.entries(workbenchJobs).map(([name, files]) => workbenchJob('e2e', `e2e ${name}`, files, mochaArgs));
}

/** Returns the job that takes pictures for people to look at. */
function picturesJob(mochaArgs: readonly string[]): SuiteJob {
  const job = workbenchJob('pictures', 'pictures', ['pictures/pictures'], mochaArgs);
  return { ...job, onRequest: true };
}

function workbenchJob(stage: string, name: string, names: readonly string[], mochaArgs: readonly string[]): SuiteJob {
  const files = names.map((file) => `test/e2e/${file}.test.ts`);
  const args = ['--require', 'test/e2e/support/setup.ts', '--timeout', '180000', ...files];
  return { ...mochaJob(stage, name, args, mochaArgs), needs: ['packaged extension', 'browser'], cores: window };
}
