// Slow tests that kill almost no mutant that faster tests miss. They use real connections, megabytes of text or the garbage
// collector.
const slowFiles = ['wire/**', 'gateways/**', 'crowd.test.ts', 'tutorial.test.ts', 'turn/answerSize.test.ts'];
const slowTitles = ['linear time', 'keeps the turn that ended last'];

/** Mutation tests of the engine: `npm run mutate`. All output goes to `out/stryker`. */
export default {
  mutate: ['src/engine/**/*.ts'],
  testRunner: 'mocha',
  mochaOptions: {
    spec: ['test/engine/**/*.test.ts'],
    ignore: slowFiles.map((file) => `test/engine/${file}`),
    grep: `^(?!.*(${slowTitles.join('|')}))`,
  },
  // Mocha's own `node-option` only reaches the processes that its command line starts.
  testRunnerNodeArgs: ['--import', './test/support/textFiles.mjs'],
  plugins: ['./test/mutation/mochaRunner.mjs'],
  coverageAnalysis: 'perTest',
  // Also mutates tables and patterns, which are built while their module loads. These mutants run against all tests, so
  // they can't be combined with `--testFiles`.
  ignoreStatic: false,
  // Stryker repeats static mutants after a new test only with `--force`.
  incremental: true,
  incrementalFile: 'out/stryker/incremental.json',
  tempDirName: 'out/stryker/tmp',
  cleanTempDir: 'always',
  ignorePatterns: [
    '/dist',
    '/out',
    '/coverage',
    '/.vscode-test',
    '/media',
    '/docs/**/*.png',
    '/docs/**/*.gif',
    '*.vsix',
  ],
  concurrency: 2,
  // Allows for slow property tests on shared machines. Stryker finds endless loops by counting iterations.
  timeoutMS: 10_000,
  reporters: ['clear-text', 'json', 'html', 'progress-append-only'],
  clearTextReporter: { reportTests: false },
  jsonReporter: { fileName: 'out/stryker/mutation.json' },
  htmlReporter: { fileName: 'out/stryker/mutation.html' },
  thresholds: { high: 95, low: 90, break: 90 },
};
