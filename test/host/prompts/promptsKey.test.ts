import assert from 'node:assert/strict';
import type { CustomPrompts } from '../../../src/host/prompts/customPrompts';
import type { Settings } from '../../../src/host/settings/settings';
import { useVSCode } from '../../support/fakeVSCode';

const nothing = { dispose: () => undefined };

describe('the context key for prompts', () => {
  const refusal = new Error('refused');
  useVSCode({
    commands: { executeCommand: () => Promise.reject(refusal) },
    Disposable: { from: () => nothing },
    workspace: { onDidGrantWorkspaceTrust: () => nothing },
  });

  it('reports the error when VS Code fails to set it', async () => {
    const { registerPromptsKey } = await import('../../../src/host/prompts/promptsKey');
    const customPrompts = { list: () => [{}], unasked: () => [], refused: () => [] } as unknown as CustomPrompts;
    const settings = { unusablePrompts: () => [], onDidChange: () => nothing } as unknown as Settings;
    const errors: unknown[] = [];
    registerPromptsKey(customPrompts, settings, (error) => errors.push(error));
    await new Promise(setImmediate);
    assert.deepEqual(errors, [refusal]);
  });
});
