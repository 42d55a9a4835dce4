import type { Localize } from '../../core/engine';
import type { Conversation } from '../conversation/conversation';

/** The current one if nothing real is in it, else one of its own. */
export function demoConversation(conversations: {
  readonly current: Conversation | undefined;
  startNew(): Conversation;
}): Conversation {
  const { current } = conversations;
  return current && isOfDemo(current) ? current : conversations.startNew();
}

/** Nothing real is in it. */
export function isOfDemo(conversation: Pick<Conversation, 'exchanges'>): boolean {
  return conversation.exchanges().every(({ demo }) => demo === true);
}

/** Before anything is asked in it, so that it can be told from a real one in the history, too. */
export function nameAfterDemo(
  conversation: Pick<Conversation, 'title' | 'exchanges' | 'rename'>,
  localize: Localize,
): void {
  if (conversation.title === undefined && conversation.exchanges().length === 0) {
    conversation.rename(localize('Offline demo'));
  }
}
