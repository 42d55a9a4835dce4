import assert from 'node:assert/strict';
import { PromptHistory } from '../../../src/host/conversation/promptHistoryStore';
import { useVSCode } from '../../support/fakeVSCode';
import { storeIn } from '../../support/storeIn';

describe('holysheep.clearPromptHistory', () => {
  const said: string[] = [];
  useVSCode({
    DiagnosticSeverity: {},
    l10n: { t: (text: string) => text },
    window: { setStatusBarMessage: (text: string) => said.push(text) },
  });

  it('removes all prompts from the disk before it tells the pages and the user', async () => {
    const { clearPromptHistory } = await import('../../../src/host/prompts/promptCommands');
    const memory = new Map<string, unknown>();
    const history = new PromptHistory(storeIn(memory));
    await history.add('secret', 'one');
    const toldWith: (readonly string[])[] = [];
    await clearPromptHistory(history, { updatePromptHistory: () => toldWith.push(history.list()) });
    assert.deepEqual([toldWith, said], [[[]], ['Prompt history cleared.']]);
    assert.doesNotMatch(JSON.stringify([...memory]), /secret/);
  });

  it('reports nothing when the prompts cannot be removed', async () => {
    const { clearPromptHistory } = await import('../../../src/host/prompts/promptCommands');
    said.length = 0;
    const failing = { clear: () => Promise.reject(new Error('disk')) };
    await assert.rejects(clearPromptHistory(failing, { updatePromptHistory: () => said.push('told') }));
    assert.deepEqual(said, []);
  });
});
