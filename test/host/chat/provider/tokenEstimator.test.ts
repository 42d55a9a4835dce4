import assert from 'node:assert/strict';
import { estimateTokens } from '../../../../src/host/chat/provider/tokenEstimator';

describe('estimated tokens', () => {
  it('are a fraction of the length of English text and code', () =>
    assert.equal(estimateTokens('const answer = 42; // why?'), 8));

  it('are one for each Chinese character', () => assert.equal(estimateTokens('你好，世界'), 5));

  it('are zero for an empty text', () => assert.equal(estimateTokens(''), 0));
});
