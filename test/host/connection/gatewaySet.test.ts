import assert from 'node:assert/strict';
import { openConversation } from '../../support/host/openedConversation';

describe("gateways (the user's or the demo's) for the next prompt of a conversation", () => {
  for (const { name, isDemo, prompts, expected } of [
    { name: 'an empty conversation', isDemo: false, prompts: [], expected: 'demo' },
    { name: 'a conversation with the demo', isDemo: true, prompts: ['one', 'two'], expected: 'demo' },
    { name: 'a conversation with the user’s gateways', isDemo: false, prompts: ['one'], expected: 'own' },
  ] as const) {
    it(`are the ${expected === 'own' ? 'user' : 'demo'}'s for ${name} while the demo is open`, () => {
      const { ask, conversation, demo, gatewaySets } = openConversation({ demo: isDemo });
      for (const prompt of prompts) ask(prompt);
      demo.isOpen = true;
      assert.equal(gatewaySets.forPrompt(conversation).id, expected);
      demo.isOpen = false;
      assert.equal(gatewaySets.forPrompt(conversation).id, 'own');
    });
  }

  it("are the user's if the conversation starts with a summary of another conversation", () => {
    const { conversation, demo, gatewaySets } = openConversation();
    conversation.addSummary('What we did so far');
    demo.isOpen = true;
    assert.equal(gatewaySets.forPrompt(conversation).id, 'own');
    conversation.useSet(demo);
    assert.equal(conversation.set, gatewaySets.own);
  });

  it("are recorded in the journal only if they are the demo's", () => {
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
