/** Mutation tests of the engine: `npm run mutate`. Whatever a run leaves behind goes to `out/stryker`. */
export default {
  mutate: ['src/engine/**/*.ts'],
  testRunner: 'mocha',
  // The wire needs real time, which thousands of runs don't have, and notices only what other tests notice too.
  mochaOptions: { spec: ['test/engine/**/*.test.ts'], ignore: ['test/engine/wire/**', 'test/engine/crowd.test.ts'] },
  // Mocha's own `node-option` only reaches the processes that its command line starts.
  testRunnerNodeArgs: ['--import', 'tsx'],
  plugins: ['./test/mutation/mochaRunner.mjs'],
  coverageAnalysis: 'perTest',
  // Tables and patterns are built while their file loads; they are half of what the engine knows. Their mutants need all
  // tests: `--testFiles`, which Stryker takes for a list of tests by name, would leave them with none.
  ignoreStatic: false,
  // A new test does not make it try a static mutant again; `--force` does.
  incremental: true,
  incrementalFile: 'out/stryker/incremental.json',
  tempDirName: 'out/stryker/tmp',
  cleanTempDir: 'always',
  ignorePatterns: ['/dist', '/out', '/coverage', '/.vscode-test', '/media', '/docs', '*.vsix'],
  concurrency: 2,
  // Property tests on shared machines take their time; an endless loop is found by counting, not by waiting.
  timeoutMS: 10_000,
  reporters: ['clear-text', 'json', 'html', 'progress-append-only'],
  clearTextReporter: { reportTests: false },
  jsonReporter: { fileName: 'out/stryker/mutation.json' },
  htmlReporter: { fileName: 'out/stryker/mutation.html' },
  thresholds: { high: 95, low: 90, break: 90 },
};
