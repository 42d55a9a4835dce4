import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../../support/host/openedConversation';
import { attempt, done, failed, text } from '../../support/host/scriptedEngine';
import { FakePanel, idleServices, noSubscription, openConversations, openPanel } from './fakePanel';

const ended = (fields: { readonly cost?: number; readonly estimatedCost?: number; readonly promptTokens?: number }) =>
  ({ type: 'ended', how: 'finished', ms: 1, bytes: 1, chars: 1, attempt: 1, at: 5, ...fields }) satisfies StreamEvent;

describe('cost of a conversation in a panel', () => {
  useVSCode({ languages: { onDidChangeDiagnostics: noSubscription } });

  it('includes the costs of failed attempts, discarded attempts and hidden versions', async () => {
    const view = new FakePanel();
    const services = {
      ...idleServices,
      conversations: openConversations,
      onError: assert.ifError,
    } as unknown as PanelServices;
    const { conversation, ask, emit } = openConversation();
    const { panel } = await openPanel(view, conversation, services);
    const posted = (): readonly unknown[] =>
      view.posted.splice(0).flatMap((message) => {
        if (message.type !== 'conversationCost') return [];
        return [
          [
            ...message.costs.map(({ amount, isEstimate }) => `${isEstimate ? '≈' : ''}${amount}`),
            message.unknownAnswers,
          ],
        ];
      });
    const unlisted = ask('before the page listens', attempt(), text('a'), ended({ cost: 0.1 }), done('a'));
    assert.deepEqual(posted(), []);
    await view.send({ type: 'ready' });
    assert.deepEqual(posted(), [['0.1', 0]]);
    const id = ask('one', attempt());
    emit(text('b'), ended({ cost: 0.2 }), failed('b'));
    assert.deepEqual(posted(), [['0.3', 0]]);
    conversation.restart(id);
    emit(attempt(), text('B'), ended({ estimatedCost: 0.4 }), done('B'));
    assert.deepEqual(posted(), [['≈0.7', 0]]);
    conversation.regenerate(unlisted);
    emit(attempt(), text('c'), ended({ promptTokens: 5 }), done('c'));
    assert.deepEqual(posted(), [['≈0.7', 1]]);
    await view.send({ type: 'ready' });
    assert.deepEqual(posted(), [['≈0.7', 1]]);
    panel.dispose();
  });
});
