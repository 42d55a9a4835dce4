import assert from 'node:assert/strict';
import {
  addToThroughput,
  noThroughput,
  throughputSeconds,
  type Throughput,
} from '../../../src/engine/state/throughput';

type Delta = readonly [ms: number, chars: number];
type Second = readonly [second: number, chars: number];

const throughputOf = (deltas: readonly Delta[]): Throughput =>
  deltas.reduce((throughput, [ms, chars]) => addToThroughput(throughput, ms, chars), noThroughput);
const seconds = (throughput: Throughput): Second[] =>
  throughputSeconds(throughput).map(({ second, chars }) => [second, chars]);

const rows: Readonly<Record<string, readonly [deltas: readonly Delta[], expected: readonly Second[]]>> = {
  'no entries without deltas': [[], []],
  'one entry for all characters of the same second': [
    [
      [0, 5],
      [400, 3],
      [999, 2],
    ],
    [[0, 10]],
  ],
  'a separate entry for the next second': [
    [
      [999, 5],
      [1000, 3],
    ],
    [
      [0, 5],
      [1, 3],
    ],
  ],
  'no entry for a second without characters': [
    [
      [200, 5],
      [61_500, 3],
      [61_600, 1],
    ],
    [
      [0, 5],
      [61, 4],
    ],
  ],
  'no entry before the first delta': [[[7300, 4]], [[7, 4]]],
  'no entry for an empty delta': [
    [
      [200, 5],
      [1200, 0],
      [2200, 1],
    ],
    [
      [0, 5],
      [2, 1],
    ],
  ],
};

describe('throughput of an answer', () => {
  for (const [name, [deltas, expected]] of Object.entries(rows)) {
    it(`has ${name}`, () => assert.deepEqual(seconds(throughputOf(deltas)), expected));
  }

  it('copies the list of completed seconds only when another second is complete', () => {
    const throughput = throughputOf([
      [500, 1],
      [1500, 1],
    ]);
    assert.equal(addToThroughput(throughput, 1900, 1).completedSeconds, throughput.completedSeconds);
    assert.notEqual(addToThroughput(throughput, 2000, 1).completedSeconds, throughput.completedSeconds);
  });
});
