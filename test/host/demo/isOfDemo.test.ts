import assert from 'node:assert/strict';
import { initialTurn } from '../../../src/engine/state/turnState';
import type { Exchange } from '../../../src/host/conversation/exchange';
import { isDemoConversation } from '../../../src/host/demo/demoTour';

const asked = (demo?: boolean): Exchange => ({ id: 'x', prompt: 'Hi', state: initialTurn, queued: false, demo });

describe('a conversation is one of the demo', () => {
  for (const [what, exchanges, expected] of [
    ['while nothing was asked in it', [], true],
    ['where the demo was asked', [asked(true), asked(true)], true],
    ['not where the user’s own gateway was', [asked(false)], false],
    ['not where that was before it was told apart', [asked()], false],
    ['not where the demo was asked and then the user’s own gateway', [asked(true), asked(false)], false],
  ] as const) {
    it(what, () => {
      assert.equal(isDemoConversation({ exchanges: () => exchanges }), expected);
    });
  }
});
