import assert from 'node:assert/strict';
import { disturbance } from '../bench/quietness';
import { none, type Row } from '../bench/row';

function row(what: string, peerRounds?: readonly number[]): Row {
  return { what, ours: '', peer: '', ratio: none, aim: none, ...(peerRounds && { peerRounds }) };
}

describe('disturbance of a benchmark by other programs', () => {
  it('is not reported if the median time is at most a third longer than the shortest time', () => {
    assert.equal(disturbance([row('Time per token', [9, 12, 40])]), undefined);
  });

  it('is reported with advice if the median time is much longer than the shortest time', () => {
    const rows = [row('Time per token', [9, 9, 9]), row('The same, cut', [9, 13.5, 13.6])];
    assert.equal(
      disturbance(rows),
      'The tables were not written, because the machine was not quiet: in “The same, cut”, the median round of the ' +
        'peer was 50 % slower than its fastest round. Close all other programs and run all benchmarks again.',
    );
  });

  it('is not reported for a result that was not measured repeatedly', () => {
    assert.equal(disturbance([row('VSIX')]), undefined);
  });
});
