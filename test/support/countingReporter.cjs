const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

/** A process whose tests are over has so long to end. */
const lingerMs = 15_000;
/** Of a message, at the end of the run. */
const toldLines = 8;

/**
 * Mocha's `spec`, which also writes the totals and what failed to the file named by `MOCHA_TOTALS`. With `MOCHA_MUST_END`
 * a process that something keeps alive when its tests are over says so and fails.
 */
module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failed = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => {
      // The seed of a property is in the second line, the difference between two values in those that follow.
      const lines = String(error?.message ?? error)
        .split('\n')
        .filter((line) => line.trim() !== '');
      failed.push(`${test.fullTitle()}: ${lines.slice(0, toldLines).join('\n  ')}`);
    });
    let ended = 0;
    runner.on(Runner.constants.EVENT_TEST_END, () => ended++);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      // A hook that fails takes the rest of its suite with it.
      if (failed.length > 0 && ended < runner.total) failed.push(`${runner.total - ended} tests have not run.`);
      if (process.env.MOCHA_TOTALS) {
        writeFileSync(process.env.MOCHA_TOTALS, JSON.stringify({ passes, failures, pending, failed }));
      }
      if (process.env.MOCHA_MUST_END) {
        setTimeout(() => {
          console.error(`The tests are over, but the process goes on: ${process.getActiveResourcesInfo().join(', ')}`);
          // Mocha's own listener, which is called before, makes it the number of failed tests.
          process.once('exit', () => (process.exitCode = 1));
          process.exit();
        }, lingerMs).unref();
      }
    });
  }
};
