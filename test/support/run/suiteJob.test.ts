import assert from 'node:assert/strict';
import { countTests } from './suiteJob';

const totals = { passes: 3, failures: 0, failed: [] };

describe('test count of a job', () => {
  it('reads the numbers and names that mocha has written', () => {
    const failed = ['retry policy waits: 1 !== 2'];
    assert.deepEqual(countTests({ kind: 'mocha' }, 1, { passes: 3, failures: 1, failed }), {
      passed: 3,
      failed: 1,
      failures: failed,
    });
  });

  it('adds a failure when mocha fails although no test has failed', () => {
    assert.deepEqual(countTests({ kind: 'mocha' }, 7, totals), {
      passed: 3,
      failed: 1,
      failures: ['The process ended with exit code 7.'],
    });
  });

  it('counts one failure when the process ends before mocha has written its results', () => {
    const { passed, failed } = countTests({ kind: 'mocha' }, 1);
    assert.deepEqual([passed, failed], [0, 1]);
  });

  it('counts one failure when mocha finds no test, unless only some tests were chosen', () => {
    const none = { passes: 0, failures: 0, failed: [] };
    assert.equal(countTests({ kind: 'mocha' }, 0, none).failed, 1);
    assert.equal(countTests({ kind: 'mocha', mayBeEmpty: true }, 0, none).failed, 0);
  });

  it('counts a check, such as the linter, as one test', () => {
    const count = (exitCode: number): readonly number[] => {
      const { passed, failed } = countTests({ kind: 'check' }, exitCode);
      return [passed, failed];
    };
    assert.deepEqual(count(0), [1, 0]);
    assert.deepEqual(count(2), [0, 1]);
  });

  it('counts a preparation, such as a build, only when it fails', () => {
    const count = (exitCode: number): readonly number[] => {
      const { passed, failed } = countTests({ kind: 'preparation' }, exitCode);
      return [passed, failed];
    };
    assert.deepEqual(count(0), [0, 0]);
    assert.deepEqual(count(1), [0, 1]);
  });
});
