import type { Conversations } from '../conversation/conversations';
import type { DemoMode } from '../demoMode';
import type { ConversationPanels } from '../panel/conversationPanels';
import type { Command } from './command';

export function openDemoCommand(deps: {
  readonly demo: DemoMode;
  readonly conversations: Conversations;
  readonly panels: ConversationPanels;
}): Command {
  return {
    id: 'holysheep.openDemo',
    async execute() {
      await deps.demo.enter();
      deps.panels.show(await deps.conversations.resume(), { preserveFocus: false });
    },
  };
}
