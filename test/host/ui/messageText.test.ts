import assert from 'node:assert/strict';
import { trimTrailingPeriod } from '../../../src/host/ui/messageText';

describe('text that is quoted within a sentence', () => {
  for (const [text, expected] of [
    ['Incorrect API key provided.', 'Incorrect API key provided'],
    ['密钥无效。', '密钥无效'],
    ['No. 5 is gone', 'No. 5 is gone'],
    ['Is it yours?', 'Is it yours?'],
    ['And so on...', 'And so on...'],
    ['', ''],
  ] as const) {
    it(text === expected ? `keeps ${JSON.stringify(text)}` : `loses its full stop: ${JSON.stringify(text)}`, () =>
      assert.equal(trimTrailingPeriod(text), expected),
    );
  }
});
