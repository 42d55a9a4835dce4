import assert from 'node:assert/strict';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../../support/host/openedConversation';
import { attempt, done } from '../../support/host/scriptedEngine';

describe('choice of an answer in a comparison', () => {
  useVSCode({});

  /** Chooses another answer than the one that queued prompts follow, while a third one still runs. */
  const choose = async (mayStart: boolean, queued?: string) => {
    const { conversationMessages } = await import('../../../src/host/panel/conversationMessages');
    const { ask, conversation, engine, phases } = openConversation();
    const [, , chosen] = conversation.ask({ prompt: 'which?' }, ['a', 'b', 'c']);
    engine.turns[1]!.emit(attempt(), done('of b'));
    if (queued !== undefined) ask(queued);
    engine.turns[2]!.emit(attempt(), done('of c'));
    let questions = 0;
    const services = {
      budget: { mayStart: () => Promise.resolve((questions++, mayStart)) },
    } as unknown as PanelServices;
    await conversationMessages(services, conversation).useAnswer({ type: 'useAnswer', answerId: chosen! });
    return { questions, phases: phases(), requests: engine.turns.length };
  };

  it('asks about the daily budget if a queued prompt will then be sent', async () => {
    const { questions, phases } = await choose(true, 'next');
    assert.deepEqual([questions, phases], [1, ['which?: done', 'next: connecting']]);
  });

  it('changes nothing if the user declines to exceed the budget', async () => {
    const { questions, phases, requests } = await choose(false, 'next');
    assert.deepEqual([questions, requests], [1, 3]);
    assert.ok(phases.includes('next: queued'), phases.join());
  });

  it('asks no question if no prompt is queued', async () => {
    const { questions, phases } = await choose(false);
    assert.deepEqual([questions, phases], [0, ['which?: done']]);
  });
});
