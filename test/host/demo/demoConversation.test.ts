import assert from 'node:assert/strict';
import { initialTurn } from '../../../src/engine/state/turnState';
import type { Exchange } from '../../../src/host/journal/exchange';
import { isDemoConversation } from '../../../src/host/connection/demoConversation';
import { openConversation } from '../conversation/openedConversation';

const exchange = (demo?: boolean): Exchange => ({ id: 'x', prompt: 'Hi', state: initialTurn, queued: false, demo });

describe('recognition of demo conversations', () => {
  for (const [name, exchanges, expected] of [
    ['an empty conversation', [], true],
    ['a conversation with only demo exchanges', [exchange(true), exchange(true)], true],
    ['a conversation with the user’s gateway', [exchange(false)], false],
    ['an old conversation that does not record whether its prompts went to the demo', [exchange()], false],
    ['a conversation with the demo and then the user’s gateway', [exchange(true), exchange(false)], false],
  ] as const) {
    it(`treats ${name} as ${expected ? 'a' : 'no'} demo conversation`, () => {
      assert.equal(isDemoConversation({ tree: { onPage: () => exchanges } }), expected);
    });
  }

  it('treats a conversation that starts with a summary of another one as no demo conversation', () => {
    const { conversation } = openConversation();
    conversation.addSummary('What we did so far');
    assert.equal(isDemoConversation(conversation), false);
  });
});
