const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

/** A process whose tests are over has so long to end. */
const lingerMs = 15_000;

/**
 * Mocha's `spec`, which also writes the totals and what failed to the file named by `MOCHA_TOTALS`. With `MOCHA_MUST_END` a process that
 * something keeps alive when its tests are over says so and fails.
 */
module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failed = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => {
      const [firstLine] = String(error?.message ?? error).split('\n');
      failed.push(`${test.fullTitle()}: ${firstLine}`);
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
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
