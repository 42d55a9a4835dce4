const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

/** Maximum time that a process may run after its tests, in milliseconds. */
const lingerMs = 15_000;
/** Maximum number of lines of a failure message at the end of the run. */
const maxMessageLines = 8;

/**
 * Mocha's `spec` reporter, which also writes the totals and the failures to the file named by `MOCHA_TOTALS`. With
 * `MOCHA_MUST_END`, a process that is still alive after its tests reports this and fails.
 */
module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failed = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => {
      // The second line contains the seed of a property, the lines after it the difference between two values.
      const lines = String(error?.message ?? error)
        .split('\n')
        .filter((line) => line.trim() !== '');
      failed.push(`${test.fullTitle()}: ${lines.slice(0, maxMessageLines).join('\n  ')}`);
    });
    let ended = 0;
    runner.on(Runner.constants.EVENT_TEST_END, () => ended++);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      // A failing hook also skips the remaining tests of its suite.
      if (failed.length > 0 && ended < runner.total) failed.push(`${runner.total - ended} tests have not run.`);
      if (process.env.MOCHA_TOTALS) {
        writeFileSync(process.env.MOCHA_TOTALS, JSON.stringify({ passes, failures, pending, failed }));
      }
      if (process.env.MOCHA_MUST_END) {
        setTimeout(() => {
          console.error(`The tests are over, but the process goes on: ${process.getActiveResourcesInfo().join(', ')}`);
          // Mocha's own listener, which is called first, has set the exit code to the number of failed tests.
          process.once('exit', () => (process.exitCode = 1));
          process.exit();
        }, lingerMs).unref();
      }
    });
  }
};
