const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

/** Mocha's `spec`, which also writes the totals to the file named by `MOCHA_TOTALS`. */
module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      if (process.env.MOCHA_TOTALS) {
        writeFileSync(process.env.MOCHA_TOTALS, JSON.stringify({ passes, failures, pending }));
      }
    });
  }
};
