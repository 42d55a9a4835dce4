import assert from 'node:assert/strict';
import {
  addToThroughput,
  noThroughput,
  addEvenly,
  throughputSeconds,
  type Throughput,
} from '../../../src/engine/state/throughput';

type Piece = readonly [ms: number, chars: number];
type Second = readonly [second: number, chars: number];

const paceOf = (pieces: readonly Piece[]): Throughput =>
  pieces.reduce((throughput, [ms, chars]) => addToThroughput(throughput, ms, chars), noThroughput);
const seconds = (throughput: Throughput): Second[] =>
  throughputSeconds(throughput).map(({ second, chars }) => [second, chars]);

const rows: Readonly<Record<string, readonly [pieces: readonly Piece[], expected: readonly Second[]]>> = {
  'nothing of nothing': [[], []],
  'the characters of one second together': [
    [
      [0, 5],
      [400, 3],
      [999, 2],
    ],
    [[0, 10]],
  ],
  'those of the next apart': [
    [
      [999, 5],
      [1000, 3],
    ],
    [
      [0, 5],
      [1, 3],
    ],
  ],
  'no seconds in which nothing came': [
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
  'no second before the first piece': [[[7300, 4]], [[7, 4]]],
  'no second of a piece without characters': [
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

describe('the throughput of an answer', () => {
  for (const [name, [pieces, expected]] of Object.entries(rows)) {
    it(`has ${name}`, () => assert.deepEqual(seconds(paceOf(pieces)), expected));
  }

  it('copies the seconds that are over only when another one is', () => {
    const one = paceOf([
      [500, 1],
      [1500, 1],
    ]);
    assert.equal(addToThroughput(one, 1900, 1).completedSeconds, one.completedSeconds);
    assert.notEqual(addToThroughput(one, 2000, 1).completedSeconds, one.completedSeconds);
  });

  it('has what came unseen evenly over its time, to the last character', () => {
    const spreadOut = addEvenly(paceOf([[500, 4]]), 1500, 3900, 10);
    assert.deepEqual(seconds(spreadOut), [
      [0, 4],
      [1, 3],
      [2, 4],
      [3, 3],
    ]);
  });

  it('has what came unseen within one second in that one', () => {
    assert.deepEqual(seconds(addEvenly(noThroughput, 1200, 1200, 7)), [[1, 7]]);
  });
});
