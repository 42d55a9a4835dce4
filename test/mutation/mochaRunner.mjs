/**
 * Stryker's runner for mocha, extended so that the test that kills a mutant runs sooner. Tests that killed other mutants
 * of the same source file run first. The other test files follow in the order of their time, and files in the folder of
 * the source file come early.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const { cache, extensions } = createRequire(import.meta.url);

// Mocha 12 has files that end in `.cjs`, which Stryker requires by a path without an extension (stryker-js pull request
// 6205).
extensions['.cjs'] ??= extensions['.js'];

const { createMochaTestRunner, strykerValidationSchema } = await import('@stryker-mutator/mocha-runner');

/** The duration of each test in the initial run, in milliseconds, by title. All processes use the same folder. */
const timesFile = 'testTimes.json';

/** Time in milliseconds after which a test fails with a mutant, because it waits for something that does not happen. */
const testTimeoutMs = 10_000;

/** Maximum number of tests that run first. */
const maxKillers = 12;
/** Maximum duration of a test that runs first, in milliseconds. */
const maxKillerMs = 50;

class OrderedMochaRunner {
  #runner;
  #times = {};
  /** Titles of the tests that run first, by source file. The test that killed the latest mutant is the last. */
  #killers = new Map();

  constructor(runner) {
    this.#runner = runner;
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    await this.#runner.init();
    if (!existsSync(timesFile)) return;
    this.#times = JSON.parse(readFileSync(timesFile, 'utf8'));
    this.#runner.mocha.timeout(testTimeoutMs);
  }

  async dryRun(options) {
    const result = await this.#runner.dryRun(options);
    const times = Object.fromEntries((result.tests ?? []).map(({ id, timeSpentMs }) => [id, timeSpentMs]));
    writeFileSync(timesFile, JSON.stringify(times));
    await this.#reload();
    return result;
  }

  async mutantRun(options) {
    if (options.reloadEnvironment) await this.#reload();
    const source = options.activeMutant.fileName;
    const covering = new Set(options.testFilter ?? Object.keys(this.#times));
    const killers = new Set(this.#killers.get(source));
    let result = await this.#run(options, (title) => killers.has(title) && covering.has(title));
    if (result.status === 'survived') {
      this.#sort(source);
      result = await this.#run(options, (title) => !killers.has(title) && covering.has(title));
    }
    for (const title of result.killedBy ?? []) {
      if (!(this.#times[title] <= maxKillerMs)) continue;
      killers.delete(title);
      killers.add(title);
    }
    this.#killers.set(source, [...killers].slice(-maxKillers));
    return result;
  }

  dispose() {
    return this.#runner.dispose();
  }

  /** Runs the tests whose titles match. Stryker itself passes a regular expression with thousands of alternatives. */
  #run(options, matches) {
    this.#runner.originalGrep = { test: matches };
    return this.#runner.mutantRun({ ...options, testFilter: undefined });
  }

  /** Loads the engine and the tests again in this process. */
  async #reload() {
    for (const file of Object.keys(cache)) if (!file.includes('node_modules')) delete cache[file];
    // Mocha's modules would otherwise keep every version of the tests.
    for (const module of Object.values(cache)) module.children = module.children.filter(({ id }) => id in cache);
    await this.init();
    this.#runner.loadedEnv = false;
  }

  /** Sorts the test files by their time. Divides the time by ten in the source file's folder, so that its tests run early. */
  #sort(source) {
    const folder = `/test/engine/${path.basename(path.dirname(source))}/`;
    const weights = new Map();
    for (const suite of this.#runner.mocha.suite.suites) {
      let weight = 0;
      suite.eachTest((test) => (weight += this.#times[test.fullTitle()] ?? 0));
      weights.set(suite, suite.file.includes(folder) ? weight / 10 : weight);
    }
    this.#runner.mocha.suite.suites.sort((one, other) => weights.get(one) - weights.get(other));
  }
}

function createRunner(injector) {
  return new OrderedMochaRunner(createMochaTestRunner(injector));
}
createRunner.inject = createMochaTestRunner.inject;

export const strykerPlugins = [{ kind: 'TestRunner', name: 'mocha', factory: createRunner }];
export { strykerValidationSchema };
