import assert from 'node:assert/strict';
import { withoutFullStop } from '../../../src/host/ui/messageText';

describe('words that are quoted within a sentence', () => {
  for (const [words, expected] of [
    ['Incorrect API key provided.', 'Incorrect API key provided'],
    ['密钥无效。', '密钥无效'],
    ['No. 5 is gone', 'No. 5 is gone'],
    ['Is it yours?', 'Is it yours?'],
    ['And so on...', 'And so on...'],
    ['', ''],
  ] as const) {
    it(`${JSON.stringify(words)} end as ${JSON.stringify(expected)}`, () =>
      assert.equal(withoutFullStop(words), expected));
  }
});
