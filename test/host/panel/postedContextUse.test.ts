import assert from 'node:assert/strict';
import type { ModelCatalog } from '../../../src/host/models/modelCatalog';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import { fake } from '../../support/fake';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../../support/host/openedConversation';
import { attempt, done, text, waitForEvents } from '../../support/host/scriptedEngine';
import { FakePanel, idleServices, noSubscription, openConversations, openPanel } from './fakePanel';

const tokens = (count: number): string => 'x'.repeat(4 * count);

describe('tokens of the next request, which a panel shows', () => {
  useVSCode({ languages: { onDidChangeDiagnostics: noSubscription } });

  it('are sent to the page only when the number has changed', async () => {
    const view = new FakePanel();
    const windows: Record<string, number | undefined> = { m: 1000 };
    let changeConnection = (): void => assert.fail('nobody listens');
    const { conversation, ask, emit, gatewaySets } = openConversation();
    Object.assign(gatewaySets, {
      onDidChange: (listener: () => void) => {
        changeConnection = listener;
        return noSubscription();
      },
    });
    Object.assign(gatewaySets.own, { defaults: () => ({ model: 'm', systemPrompt: '' }) });
    const attachment = { kind: 'file', label: 'a.ts', languageId: 'typescript', code: tokens(30) } as const;
    const services = {
      ...idleServices,
      conversations: openConversations,
      gatewaySets,
      contextSource: { resolve: (id: string) => Promise.resolve([{ id, attachment }]) },
      catalog: fake<ModelCatalog>({
        factsOf: (model) => ({ contextWindow: windows[model] }),
        recent: () => Promise.resolve({ used: [], compared: [] }),
      }),
      onError: assert.ifError,
    } as unknown as PanelServices;
    const { panel } = await openPanel(view, conversation, services);
    let canSummarize = false;
    /** Returns the context windows and the tokens that were posted since the last call. */
    const posted = (): readonly unknown[] =>
      view.posted.splice(0).flatMap((message) => {
        if (message.type !== 'contextUse') return [];
        const { windowTokens, parts } = message.use ?? {};
        canSummarize = message.canSummarize;
        return [[windowTokens, ...(parts ?? []).map((part) => `${part.kind} ${part.tokens}`)]];
      });

    ask('before the page listens', attempt(), done(tokens(90)));
    assert.deepEqual(posted(), []);
    await view.send({ type: 'ready' });
    assert.deepEqual(posted(), [[1000, 'turns 96']]);
    ask(tokens(100));
    assert.deepEqual(posted(), [[1000, 'turns 196']]);
    emit(attempt(), text(tokens(50)));
    emit(text(tokens(50)));
    assert.deepEqual(posted(), []);
    emit(done(tokens(100)));
    assert.deepEqual(posted(), [[1000, 'turns 296']]);
    await view.send({ type: 'attach', id: 'file:a.ts' });
    assert.deepEqual(posted(), [[1000, 'turns 296', 'attachments 30']]);
    windows['m'] = undefined;
    changeConnection();
    await waitForEvents();
    assert.deepEqual(posted(), [[undefined]]);
    windows['m'] = 500;
    changeConnection();
    await waitForEvents();
    assert.deepEqual(posted(), [[500, 'turns 296', 'attachments 30']]);
    changeConnection();
    await waitForEvents();
    assert.deepEqual(posted(), []);
    await view.send({ type: 'ready' });
    assert.deepEqual(posted(), [[500, 'turns 296', 'attachments 30']]);
    const summaryId = conversation.summarize(conversation.last!.answer.id);
    conversation.editSummary(summaryId, tokens(5));
    assert.deepEqual(posted().at(-1), [500, 'summary 24', 'attachments 30']);
    assert.equal(canSummarize, false);
    conversation.editSummary(summaryId, '');
    posted();
    assert.equal(canSummarize, true);
    panel.dispose();
  });
});
