import assert from 'node:assert/strict';
import type { Conversation } from '../../../src/host/conversation/conversation';
import type { PanelFeatures } from '../../../src/host/panel/panelRegistry';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../../support/host/openedConversation';
import { attempt, done } from '../../support/host/scriptedEngine';

describe('command that exports a conversation', () => {
  let title: string | undefined;
  useVSCode({
    l10n: englishL10n,
    window: {
      showQuickPick: (_items: unknown, options: { readonly title: string }) => {
        ({ title } = options);
        return Promise.resolve();
      },
    },
  });

  const conversationWith = (prompt: string): Conversation => {
    const { ask, conversation } = openConversation();
    ask(prompt, attempt(), done('Hi'));
    return conversation;
  };

  const run = async (context?: object): Promise<void> => {
    const { registerHistory } = await import('../../../src/host/history/historyCommands');
    const conversations = {
      current: conversationWith('current'),
      open: (id: unknown) => {
        if (id === 'other') conversations.current = conversationWith('other');
        return Promise.resolve();
      },
    };
    await registerHistory({ conversations } as unknown as PanelFeatures)['holysheep.exportConversation'](context);
  };

  it('exports the current conversation if it has no argument', async () => {
    await run();
    assert.equal(title, 'Export “current”');
  });

  it('exports the conversation of the page whose context menu the user opened', async () => {
    await run({ conversationId: 'other', answerId: 'a' });
    assert.equal(title, 'Export “other”');
  });
});
