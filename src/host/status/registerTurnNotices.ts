import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import type { ConversationPanels } from '../panel/conversationPanels';
import { showTurnNotice, type NoticeDeps } from './showTurnNotice';
import { TurnNotices } from './turnNotices';

export interface TurnNoticesOwner extends NoticeDeps {
  readonly conversations: Conversations;
  readonly panels: Pick<ConversationPanels, 'isVisible'>;
}

/** Tells of turns whose panel is not in view. Those of other extensions and of VS Code's own chat are theirs to tell of. */
export function registerTurnNotices(owner: TurnNoticesOwner): { dispose(): void } {
  const { conversations, panels } = owner;
  const notices = new TurnNotices<Conversation>({
    isVisible: (id) => panels.isVisible(id),
    show: (...notice) => showTurnNotice(owner, ...notice),
  });
  return conversations.onDidChange(({ conversation, change }) => notices.take(conversation, change));
}
