import assert from 'node:assert/strict';
import { ReceivedSize } from '../../../src/engine/http/receivedSize';

const maxAnswerChars = 32 * 1024 * 1024;
const maxTurnBytes = 256 * 1024 * 1024;

describe('received size of a turn', () => {
  it('accepts text until all attempts together exceed the limit', () => {
    const size = new ReceivedSize();
    assert.deepEqual([size.addChars(10), size.addChars(maxAnswerChars - 10), size.addChars(1)], [true, true, false]);
  });

  it('accepts response bodies until all attempts together exceed the limit', () => {
    const size = new ReceivedSize();
    assert.deepEqual([size.addBytes(10), size.addBytes(maxTurnBytes - 10), size.addBytes(1)], [true, true, false]);
  });
});
