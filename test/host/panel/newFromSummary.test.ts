import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import type { PanelServices, PrefilledPrompt } from '../../../src/host/panel/panelServices';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import type { ShownSummary } from '../../../src/shared/exchanges';
import { openConversation } from '../../support/host/openedConversation';
import { attempt, done, failed } from '../../support/host/scriptedEngine';

describe('new conversation that starts with a summary', () => {
  useVSCode({ l10n: englishL10n });

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
    const [summary] = target.tree.usableSummaries();
    return { draft: prefilled.at(-1)?.text, summary: summary?.answer.state.text, target, conversation, services };
  };

  it('has the last prompt in its composer if that prompt was not answered', async () => {
    const { draft, summary } = await start(attempt(), failed(''));
    assert.deepEqual({ draft, summary }, { draft: 'last', summary: 'In short' });
  });

  it('has an empty composer if the last prompt was answered', async () => {
    const { draft, summary } = await start(attempt(), done('to last'));
    assert.deepEqual({ draft, summary }, { draft: '', summary: 'In short' });
  });

  it('is named after the summarized conversation', async () => {
    const { target } = await start(attempt(), done('to last'));
    assert.equal(target.tree.title, 'Summary of “old”');
  });

  it('keeps its link to the summarized conversation after the summary was edited', async () => {
    const { target, conversation } = await start(attempt(), done('to last'));
    const [{ answer }] = target.tree.usableSummaries() as [ShownSummary];
    target.editSummary(answer.id, 'Shorter');
    const [edited] = target.tree.usableSummaries();
    assert.deepEqual(edited?.source, { id: conversation.id, title: 'old' });
  });

  for (const exists of [true, false]) {
    it(`${exists ? 'opens' : 'says that it can no longer open'} the summarized conversation`, async () => {
      const { target, conversation, services } = await start(attempt(), done('to last'));
      const opened: string[] = [];
      services.panels.open = (id) => Promise.resolve(opened.push(id) > 0 && exists);
      const { conversationMessages } = await import('../../../src/host/panel/conversationMessages');
      const [{ answer }] = target.tree.usableSummaries() as [ShownSummary];
      const opening = conversationMessages(services, target).openSource({ type: 'openSource', answerId: answer.id });
      if (exists) await opening;
      else await assert.rejects(opening, { message: '“old” can no longer be opened.' });
      assert.deepEqual(opened, [conversation.id]);
    });
  }
});
