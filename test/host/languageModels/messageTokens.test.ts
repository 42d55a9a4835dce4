import assert from 'node:assert/strict';
import { messageTokens, type CountedMessage } from '../../../src/host/languageModels/messageTokens';
import type { TokenCounter } from '../../../src/host/languageModels/tokenCounter';

/** Characters are easy to add up. */
const characters: TokenCounter = { count: (text) => text.length };

const message = (...parts: CountedMessage['parts']): CountedMessage => ({ role: 'user', parts });

describe('the tokens of a message', () => {
  for (const [what, counted, tokens] of [
    ['nothing but its frame and its role', message(), 3 + 4],
    ['texts', message({ type: 'text', text: 'ab' }, { type: 'text', text: 'c' }), 3 + 4 + 3],
    ['an image, as one of 1024 × 1024 pixels', message({ type: 'image' }), 3 + 4 + 765],
    [
      'a tool call, as JSON',
      message({ type: 'tool-call', name: 'read', arguments: '{"path":"a"}' }),
      3 + 4 + '{"name":"read","arguments":{"path":"a"}}'.length,
    ],
    ['a tool result, as a message of its own', message({ type: 'tool-result', text: 'done' }), 3 + 4 + 3 + 4],
  ] as const) {
    it(`are those of ${what}`, () => assert.equal(messageTokens(counted, characters), tokens));
  }
});
