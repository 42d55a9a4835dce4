import assert from 'node:assert/strict';
import { openConversation } from '../conversation/openedConversation';

describe('gateways that get the next prompt of a conversation', () => {
  for (const [name, isDemo, prompts, expected] of [
    ['an empty conversation', false, [], 'demo'],
    ['a conversation with the demo', true, ['one', 'two'], 'demo'],
    ['a conversation with the user’s gateways', false, ['one'], 'own'],
  ] as const) {
    it(`are those of the ${expected === 'own' ? 'user' : 'demo'} for ${name} while the demo is open`, () => {
      const { ask, conversation, demo, gatewaySets } = openConversation({ demo: isDemo });
      for (const prompt of prompts) ask(prompt);
      demo.isOpen = true;
      assert.equal(gatewaySets.forPrompt(conversation).id, expected);
      demo.isOpen = false;
      assert.equal(gatewaySets.forPrompt(conversation).id, 'own');
    });
  }

  it('are the user’s if the conversation starts with a summary of another one', () => {
    const { conversation, demo, gatewaySets } = openConversation();
    conversation.addSummary('What we did so far');
    demo.isOpen = true;
    assert.equal(gatewaySets.forPrompt(conversation).id, 'own');
    conversation.useSet(demo);
    assert.equal(conversation.set, gatewaySets.own);
  });

  it('are recorded only for the demo', () => {
    for (const [isDemo, records] of [
      [false, []],
      [true, [{ type: 'gateways', set: 'demo' }]],
    ] as const) {
      const { conversation, lines, demo, gatewaySets } = openConversation();
      conversation.useSet(isDemo ? demo : gatewaySets.own);
      assert.deepEqual(lines, records);
    }
  });
});
