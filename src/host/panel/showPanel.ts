import type { Conversations } from '../conversation/conversations';
import type { ConversationPanels } from './conversationPanels';
import type { Command } from '../command';

/** For the status bar and our own links; not in the palette. */
export function showPanelCommand(deps: {
  readonly conversations: Conversations;
  readonly panels: ConversationPanels;
}): Command {
  return {
    id: 'holysheep.showPanel',
    execute: async () => deps.panels.show(await deps.conversations.resumeBusy(), { preserveFocus: false }),
  };
}
