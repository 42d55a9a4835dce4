import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chunksOf } from '../../../src/host/languageModels/textChunks';

describe('the chunks of a long text', () => {
  it('are the text, whatever it is, and short', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), fc.nat(400), (text, times) => {
        const long = text.repeat(times);
        const chunks = [...chunksOf(long)];
        assert.equal(chunks.join(''), long);
        assert.ok(chunks.every((chunk) => chunk.length <= 4_096));
      }),
    );
  });

  it('end with a word where there is one', () => {
    const chunks = [...chunksOf('alpha beta, gamma; '.repeat(1_000))];
    assert.ok(chunks.length > 4);
    for (const chunk of chunks.slice(0, -1)) assert.match(chunk, /(alpha|gamma)$/);
  });

  it('split no character in two', () => {
    for (const chunk of chunksOf(`a${'😀'.repeat(9_000)}`)) assert.ok(chunk.isWellFormed());
  });

  it('are the same at the beginning of a text that goes on', () => {
    const text = 'A line of a prompt that is cut to fit.\n'.repeat(1_000);
    const [whole, part] = [[...chunksOf(text)], [...chunksOf(text.slice(0, 20_000))]];
    assert.deepEqual(part.slice(0, -1), whole.slice(0, part.length - 1));
  });
});
