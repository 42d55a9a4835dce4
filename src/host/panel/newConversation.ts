import type { Conversations } from '../conversation/conversations';
import type { ConversationPanels } from './conversationPanels';
import type { Command } from '../command';

interface NewConversationDeps {
  readonly conversations: Conversations;
  readonly panels: ConversationPanels;
}

/** An empty conversation in a panel of its own, with the composer focused; the one before goes on if it runs. */
export function startConversation({ conversations, panels }: NewConversationDeps, prompt = ''): void {
  const conversation = conversations.startNew();
  panels.show(conversation, { preserveFocus: false });
  panels.compose(conversation, { text: prompt });
}

export function newConversationCommand(deps: NewConversationDeps): Command {
  return { id: 'holysheep.newConversation', execute: () => startConversation(deps) };
}
