import assert from 'node:assert/strict';
import {
  addToThroughput,
  noThroughput,
  throughputSeconds,
  type Throughput,
} from '../../../src/engine/state/throughput';

/** Adds deltas, each with the milliseconds at which it arrived and the number of its characters, such as `400:3`. */
const throughputOf = (deltas: string): Throughput =>
  (deltas.match(/\S+/g) ?? []).reduce((throughput, delta) => {
    const [ms = 0, chars = 0] = delta.split(':').map(Number);
    return addToThroughput(throughput, ms, chars);
  }, noThroughput);

/** Deltas, and the expected seconds with their numbers of characters. */
const rows: Readonly<Record<string, readonly [deltas: string, seconds: string]>> = {
  'no entries without deltas': ['', ''],
  'one entry for all characters of the same second': ['0:5 400:3 999:2', '0:10'],
  'a separate entry for the next second': ['999:5 1000:3', '0:5 1:3'],
  'no entry for a second without characters': ['200:5 61500:3 61600:1', '0:5 61:4'],
  'no entry before the first delta': ['7300:4', '7:4'],
  'no entry for an empty delta': ['200:5 1200:0 2200:1', '0:5 2:1'],
};

describe('throughput of an answer', () => {
  for (const [name, [deltas, expected]] of Object.entries(rows)) {
    it(`has ${name}`, () => {
      const seconds = throughputSeconds(throughputOf(deltas));
      assert.equal(seconds.map(({ second, chars }) => `${second}:${chars}`).join(' '), expected);
    });
  }

  it('is the same list object until another second is complete', () => {
    const throughput = throughputOf('500:1 1500:1');
    assert.equal(addToThroughput(throughput, 1900, 1).completedSeconds, throughput.completedSeconds);
    assert.notEqual(addToThroughput(throughput, 2000, 1).completedSeconds, throughput.completedSeconds);
  });
});
