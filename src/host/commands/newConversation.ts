import type { Conversations } from '../conversation/conversations';
import type { ConversationPanels } from '../panel/conversationPanels';
import type { PromptSender } from '../panel/promptSender';
import type { Command } from './command';

interface NewConversationDeps {
  readonly conversations: Conversations;
  readonly panels: ConversationPanels;
  readonly sender: PromptSender;
}

/** An empty conversation with the composer focused; the one before stays in the journal and goes on if it runs. */
export function startConversation({ conversations, panels, sender }: NewConversationDeps, prompt = ''): void {
  sender.forget();
  panels.show(conversations.startNew(), { preserveFocus: false });
  panels.compose(prompt);
}

export function newConversationCommand(deps: NewConversationDeps): Command {
  return { id: 'holysheep.newConversation', execute: () => startConversation(deps) };
}
