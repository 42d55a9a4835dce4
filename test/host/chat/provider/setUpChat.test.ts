import assert from 'node:assert/strict';
import type { ActiveConnection } from '../../../../src/host/connection/connections';
import type { Log } from '../../../../src/host/diagnostics/log';
import { useVSCode } from '../../../support/fakeVSCode';

const nothing = { dispose: () => undefined };

class CancellationTokenSource {
  readonly token = { isCancellationRequested: false, onCancellationRequested: () => nothing };
  dispose(): void {
    // There is nothing to release.
  }
}

describe('setting up the chat of VS Code', () => {
  /** `chat.disableAIFeatures` in the user's settings and in those of the workspace; VS Code's default is false. */
  let user: boolean | undefined;
  let workspace: boolean | undefined;
  /** The effective value after each update. */
  let values: (boolean | undefined)[];
  let isEnabled: boolean;
  let onUpdate: () => Promise<void>;
  const isDisabled = (): boolean => workspace ?? user ?? false;
  useVSCode({
    CancellationTokenSource,
    ConfigurationTarget: { Global: 1 },
    Disposable: { from: () => nothing },
    commands: { executeCommand: () => Promise.resolve(undefined) },
    extensions: { getExtension: () => (isEnabled ? {} : undefined), onDidChange: () => nothing },
    l10n: { t: (text: string) => text },
    lm: { registerLanguageModelChatProvider: () => nothing, selectChatModels: () => Promise.resolve([]) },
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
      own: () => Promise.resolve({ apiKey: 'hsa-test' } as ActiveConnection),
      model: () => 'gpt-4o',
    };
    const log = { info: () => undefined, error: assert.ifError } as unknown as Log;
    return setUpChat({ connections, log, modelsChanged: () => undefined });
  };

  for (const [what, before] of [
    ['is not set', undefined],
    ['is set to false', false],
  ] as const) {
    it(`enables the chat when the setting ${what}, never disables AI features and restores the setting`, async () => {
      user = before;
      assert.equal(await setUp(), 'ready');
      assert.equal(isEnabled, true);
      assert.equal(user, before);
      assert.ok(values.length > 0);
      assert.ok(!values.includes(true));
    });

    it(`leaves AI features on when the host dies during the setup and the setting ${what}`, async () => {
      user = before;
      let die: () => void = () => undefined;
      const dead = new Promise<void>((resolve) => (die = resolve));
      onUpdate = () => {
        die();
        return new Promise(() => undefined);
      };
      const setup = setUp();
      await dead;
      assert.equal(isDisabled(), false);
      assert.equal(await Promise.race([setup, Promise.resolve('unfinished')]), 'unfinished');
    });
  }

  it('restores the setting when VS Code refuses to write it once', async () => {
    let updates = 0;
    user = false;
    onUpdate = () => (++updates === 2 ? Promise.reject(new Error('The file has unsaved changes.')) : Promise.resolve());
    assert.equal(await setUp(), 'ready');
    assert.equal(user, false);
    assert.equal(updates, 3);
  });

  it('leaves the settings alone when the chat is enabled already', async () => {
    isEnabled = true;
    assert.equal(await setUp(), 'ready');
    assert.deepEqual(values, []);
  });
});
