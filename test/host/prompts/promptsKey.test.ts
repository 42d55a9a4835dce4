import assert from 'node:assert/strict';
import type { CustomPrompts } from '../../../src/host/prompts/customPrompts';
import type { Settings } from '../../../src/host/settings/settings';
import { fake } from '../../support/fake';
import { subscription } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';

describe('context key holysheep.hasPrompts', () => {
  useVSCode({
    DiagnosticSeverity: {},
    Disposable: { from: () => subscription },
    workspace: { onDidGrantWorkspaceTrust: () => subscription },
  });

  it('is true only while the settings contain a prompt', async () => {
    const { watchHasPrompts } = await import('../../../src/host/prompts/promptCommands');
    const template = 'Explain ${selection}';
    const prompts = [{ title: 'Explain', template, from: 'user' as const }];
    let settingsChanged: () => void = () => undefined;
    const customPrompts = fake<CustomPrompts>({
      list: () => [...prompts],
      withoutConsent: () => [],
    });
    const settings = fake<Settings>({
      prompts: () => ({ usablePrompts: [], unusablePrompts: [] }),
      onDidChange: (listener: () => void) => {
        settingsChanged = listener;
        return subscription;
      },
    });
    const values: (readonly [string, boolean])[] = [];
    watchHasPrompts(customPrompts, settings, (...value) => values.push(value));
    settingsChanged();
    prompts.pop();
    settingsChanged();
    assert.deepEqual(values, [
      ['holysheep.hasPrompts', true],
      ['holysheep.hasPrompts', true],
      ['holysheep.hasPrompts', false],
    ]);
  });
});
