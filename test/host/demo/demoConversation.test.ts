import assert from 'node:assert/strict';
import { isDemoConversation } from '../../../src/host/connection/demoConversation';
import { openConversation } from '../conversation/openedConversation';

describe('recognition of demo conversations', () => {
  for (const [name, demo, prompts, expected] of [
    ['an empty conversation', false, [], true],
    ['a conversation with the demo', true, ['one', 'two'], true],
    ['a conversation with the user’s gateway', false, ['one'], false],
  ] as const) {
    it(`treats ${name} as ${expected ? 'a' : 'no'} demo conversation`, () => {
      const { ask, conversation } = openConversation({ demo });
      for (const prompt of prompts) ask(prompt);
      assert.equal(isDemoConversation(conversation), expected);
    });
  }

  it('treats a conversation that starts with a summary of another one as no demo conversation', () => {
    const { conversation } = openConversation();
    conversation.addSummary('What we did so far');
    assert.equal(isDemoConversation(conversation), false);
  });
});
