import assert from 'node:assert/strict';
import type { ExtensionContext } from 'vscode';
import { useVSCode } from '../support/fakeVSCode';

describe('context key', () => {
  const sent: (readonly unknown[])[] = [];
  useVSCode({
    commands: { executeCommand: (...command: readonly unknown[]) => Promise.resolve(sent.push(command)) },
    window: { createOutputChannel: () => ({}) },
    workspace: {},
  });

  it('is sent to VS Code only when its value changes', async () => {
    const { createHostWindow } = await import('../../src/host/hostWindow');
    const context = { subscriptions: [], extension: { packageJSON: {} }, globalStorageUri: {} };
    const { setContext } = createHostWindow(context as unknown as ExtensionContext);
    for (const value of [false, true, true, false, false]) setContext('holysheep.isDemo', value);
    setContext('holysheep.canStop', true);
    assert.deepEqual(sent, [
      ['setContext', 'holysheep.isDemo', true],
      ['setContext', 'holysheep.isDemo', false],
      ['setContext', 'holysheep.canStop', true],
    ]);
  });
});
