import { isRunning } from '../../src/engine/state/turnState';
import { liveConversations, type LiveOptions } from '../support/kill/liveConversations';

/** Writes a conversation as the extension host does and closes it. */
export async function writeConversation(options: LiveOptions, prompts: readonly string[]): Promise<void> {
  const { conversations, journal } = liveConversations(options);
  const conversation = conversations.startNew();
  for (const prompt of prompts) {
    const over = new Promise<void>((resolve) => {
      const listening = conversation.log.onDidChange(() => {
        if (!conversation.last || isRunning(conversation.last.answer.state.phase)) return;
        listening.dispose();
        resolve();
      });
    });
    conversation.ask({ prompt });
    await over;
  }
  journal.flushSync();
  await journal.close(conversation.id);
}
