import assert from 'node:assert/strict';
import type { ActiveConnection } from '../../../../src/host/connection/connections';
import type { Log } from '../../../../src/host/util/log';
import { useVSCode } from '../../../support/fakeVSCode';

const disposable = { dispose: () => undefined };

class CancellationTokenSource {
  readonly token = { isCancellationRequested: false, onCancellationRequested: () => disposable };
  dispose(): void {
    // There is nothing to release.
  }
}

describe("setup of VS Code's chat", () => {
  /** Value of `chat.disableAIFeatures` in the user settings. The default of VS Code is false. */
  let user: boolean | undefined;
  /** Value of `chat.disableAIFeatures` in the workspace settings. */
  let workspace: boolean | undefined;
  /** Effective values of the setting after each update. */
  let values: (boolean | undefined)[];
  let isEnabled: boolean;
  let onUpdate: () => Promise<void>;
  const isDisabled = (): boolean => workspace ?? user ?? false;
  useVSCode({
    CancellationTokenSource,
    ConfigurationTarget: { Global: 1 },
    Disposable: { from: () => disposable },
    commands: { executeCommand: () => Promise.resolve(undefined) },
    extensions: { getExtension: () => (isEnabled ? {} : undefined), onDidChange: () => disposable },
    l10n: { t: (text: string) => text },
    lm: { registerLanguageModelChatProvider: () => disposable, selectChatModels: () => Promise.resolve([]) },
    workspace: {
      getConfiguration: () => ({
        get: isDisabled,
        inspect: () => ({ defaultValue: false, globalValue: user, workspaceValue: workspace }),
        update: async (_name: string, value: boolean | undefined) => {
          const isChange = user !== value;
          user = value;
          values.push(isDisabled());
          // VS Code enables the extension after a change that leaves AI features on.
          isEnabled ||= isChange && !isDisabled();
          await onUpdate();
        },
      }),
    },
  });
  beforeEach(() => {
    [user, workspace, values, isEnabled] = [undefined, undefined, [], false];
    onUpdate = () => Promise.resolve();
  });

  const setUp = async (): Promise<string> => {
    const { setUpChat } = await import('../../../../src/host/chat/provider/setUpChat');
    const connections = {
      configured: () => Promise.resolve({ baseUrl: 'https://own.example/v1', apiKey: 'hsa-test' } as ActiveConnection),
      model: () => 'gpt-4o',
    };
    const log = { info: () => undefined, error: assert.ifError } as unknown as Log;
    return setUpChat({ connections, log, modelsChanged: () => undefined });
  };

  for (const [previous, initialValue] of [
    ['not set', undefined],
    ['false', false],
  ] as const) {
    it(`enables the chat without ever disabling AI features, and restores their setting when it was ${previous} before`, async () => {
      user = initialValue;
      assert.equal(await setUp(), 'ready');
      assert.equal(isEnabled, true);
      assert.equal(user, initialValue);
      assert.ok(values.length > 0);
      assert.ok(!values.includes(true));
    });

    it(`leaves AI features on when the extension host exits during the setup and their setting was ${previous} before`, async () => {
      user = initialValue;
      let signalExit: () => void = () => undefined;
      const exit = new Promise<void>((resolve) => (signalExit = resolve));
      onUpdate = () => {
        signalExit();
        return new Promise(() => undefined);
      };
      const setup = setUp();
      await exit;
      assert.equal(isDisabled(), false);
      assert.equal(await Promise.race([setup, Promise.resolve('unfinished')]), 'unfinished');
    });
  }

  it('continues with AI features on if VS Code rejects a change of their setting', async () => {
    user = false;
    onUpdate = () => Promise.reject(new Error('The file has unsaved changes.'));
    assert.equal(await setUp(), 'ready');
    assert.equal(isDisabled(), false);
  });

  it('does not change the setting for AI features when the chat is already enabled', async () => {
    isEnabled = true;
    assert.equal(await setUp(), 'ready');
    assert.deepEqual(values, []);
  });
});
