import assert from 'node:assert/strict';
import { useVSCode } from '../../../support/fakeVSCode';

describe('estimated tokens', () => {
  useVSCode({});
  for (const [behavior, text, tokens] of [
    ['are a fraction of the length of English text and code', 'const answer = 42; // why?', 8],
    ['are one for each Chinese character', '你好，世界', 5],
    ['are zero for an empty text', '', 0],
  ] as const) {
    it(behavior, async () => {
      const { estimateTokens } = await import('../../../../src/host/chat/provider/requestMessages');
      assert.equal(estimateTokens(text), tokens);
    });
  }
});
