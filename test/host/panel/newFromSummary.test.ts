import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import type { PanelServices, PrefilledPrompt } from '../../../src/host/panel/panelServices';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../../support/host/openedConversation';
import { attempt, done, failed } from '../../support/host/scriptedEngine';

describe('new conversation that starts with a summary', () => {
  useVSCode({});

  const start = async (...events: readonly StreamEvent[]) => {
    const { conversationMessages } = await import('../../../src/host/panel/conversationMessages');
    const { ask, conversation, emit } = openConversation();
    const old = ask('old', attempt(), done('answer'));
    const id = conversation.summarize(old);
    emit(attempt(), done('In short'));
    ask('last', ...events);
    const { conversation: target } = openConversation();
    const prefilled: PrefilledPrompt[] = [];
    const services = {
      conversations: { startNew: () => target },
      panels: { show: () => undefined, prefill: (_: unknown, prompt: PrefilledPrompt) => prefilled.push(prompt) },
    } as unknown as PanelServices;
    conversationMessages(services, conversation).newFromSummary({ type: 'newFromSummary', answerId: id });
    return { draft: prefilled.at(-1)?.text, summary: target.tree.usableSummaries()[0]?.answer.state.text };
  };

  it('has the last prompt in its composer if that prompt was not answered', async () => {
    assert.deepEqual(await start(attempt(), failed('')), { draft: 'last', summary: 'In short' });
  });

  it('has an empty composer if the last prompt was answered', async () => {
    assert.deepEqual(await start(attempt(), done('to last')), { draft: '', summary: 'In short' });
  });
});
