import assert from 'node:assert/strict';
import { maxAnswerChars, maxTurnBytes, ReceivedSize } from '../../../src/engine/http/receivedSize';

describe('received size of a turn', () => {
  it('accepts text until all attempts together exceed the maximum', () => {
    const size = new ReceivedSize();
    assert.deepEqual([size.addChars(10), size.addChars(maxAnswerChars - 10), size.addChars(1)], [true, true, false]);
  });

  it('accepts response bodies until all attempts together exceed the maximum', () => {
    const size = new ReceivedSize();
    assert.deepEqual([size.addBytes(10), size.addBytes(maxTurnBytes - 10), size.addBytes(1)], [true, true, false]);
  });

  it('is limited to 33,554,432 characters of text and 256 MiB of response bodies', () => {
    assert.deepEqual([maxAnswerChars, maxTurnBytes], [33_554_432, 268_435_456]);
  });
});
