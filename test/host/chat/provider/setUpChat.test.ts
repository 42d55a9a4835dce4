import assert from 'node:assert/strict';
import type { ChatServices } from '../../../../src/host/chat/chatServices';
import type { UserGateways } from '../../../../src/host/connection/userGateways';
import type { Settings } from '../../../../src/host/settings/settings';
import type { Log } from '../../../../src/host/util/log';
import { FakeEditor } from '../../../support/fakeEditor';
import { useVSCode } from '../../../support/fakeVSCode';
import { fake } from '../../../support/fake';
import { gatewayFrom } from '../../../support/testGateways';

describe('Set Up VS Code Chat command', () => {
  const editor = new FakeEditor();
  const api = editor.api() as { readonly window: object };
  let isDisabled: boolean;
  let isEnabled: boolean;
  let changes: string[];
  useVSCode({
    ...api,
    extensions: { getExtension: () => (isEnabled ? {} : undefined) },
    lm: { registerLanguageModelChatProvider: () => undefined, selectChatModels: () => Promise.resolve([]) },
    workspace: {
      getConfiguration: () => ({
        get: () => isDisabled,
        update: (name: string) => Promise.resolve(void changes.push(name)),
      }),
    },
  });
  beforeEach(() => {
    editor.reset();
    [isDisabled, isEnabled, changes] = [false, false, []];
  });

  const setUp = async (): Promise<string> => {
    const { setUpChat } = await import('../../../../src/host/chat/provider/setUpChat');
    const gateway = gatewayFrom({ baseUrl: 'https://own.example/v1', apiKey: 'hsa-test' });
    const userGateways = fake<UserGateways>({ firstWithAccess: () => Promise.resolve(gateway) });
    const settings = fake<Settings>({ model: () => 'gpt-4o' });
    const log = { info: () => undefined, error: assert.ifError } as unknown as Log;
    const modelsChanged = (): void => undefined;
    const state = await setUpChat(fake<ChatServices>({ userGateways, settings, log, modelsChanged }));
    await new Promise(setImmediate);
    return state;
  };
  const openSetting = ['workbench.action.openSettings', '@id:chat.disableAIFeatures'];
  const opensChat = (): boolean => editor.commands.some(([id]) => id === 'workbench.action.chat.open');

  it('explains how to enable the chat without a sign-in, and changes no setting', async () => {
    editor.pressed = 'Open settings';
    assert.equal(await setUp(), 'ready');
    assert.deepEqual(
      editor.messages.map(({ message }) => message),
      [
        'VS Code keeps its chat disabled until you sign in. To use the chat without signing in, turn the setting chat.disableAIFeatures on and off again.',
      ],
    );
    assert.deepEqual([editor.commands.at(-1), opensChat(), changes], [openSetting, true, []]);
  });

  it('shows no message when the chat is already enabled', async () => {
    isEnabled = true;
    assert.equal(await setUp(), 'ready');
    assert.deepEqual([editor.messages, opensChat(), changes], [[], true, []]);
  });

  it('opens no chat when the settings disable AI features', async () => {
    [isDisabled, editor.pressed] = [true, 'Open settings'];
    assert.equal(await setUp(), 'no-chat');
    assert.deepEqual([editor.commands, changes], [[openSetting], []]);
  });
});
