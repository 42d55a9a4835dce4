import assert from 'node:assert/strict';
import { PromptHistory } from '../../../src/host/conversation/promptHistoryStore';
import { fake } from '../../support/fake';
import { useVSCode } from '../../support/fakeVSCode';
import { storeIn } from '../../support/storeIn';

describe('Clear Prompt History command', () => {
  const statuses: string[] = [];
  useVSCode({
    DiagnosticSeverity: {},
    l10n: { t: (text: string) => text },
    window: { setStatusBarMessage: (text: string) => statuses.push(text) },
  });

  it('deletes all prompts from the disk before it reports success', async () => {
    const { clearPromptHistory } = await import('../../../src/host/prompts/promptCommands');
    const memory = new Map<string, unknown>();
    const history = new PromptHistory(storeIn(memory));
    await history.add('secret', 'one');
    const notifiedWith: (readonly string[])[] = [];
    await clearPromptHistory(history, { updatePromptHistory: () => notifiedWith.push(history.list()) });
    assert.deepEqual([notifiedWith, statuses], [[[]], ['Prompt history cleared.']]);
    assert.doesNotMatch(JSON.stringify([...memory]), /secret/);
  });

  it("reports no success if the prompts can't be deleted", async () => {
    const { clearPromptHistory } = await import('../../../src/host/prompts/promptCommands');
    statuses.length = 0;
    const failing = fake<PromptHistory>({ clear: () => Promise.reject(new Error('disk')) });
    await assert.rejects(clearPromptHistory(failing, { updatePromptHistory: () => statuses.push('notified') }));
    assert.deepEqual(statuses, []);
  });
});
