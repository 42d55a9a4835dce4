import type { ChatSetup, SetUpChatDeps } from '../languageModels/setUpChat';
import type { Command } from './command';

/** Returns what there is now: `ready`, `no-key` or `no-chat`. */
export function setUpChatCommand(deps: SetUpChatDeps): Command {
  return {
    id: 'holysheep.setUpChat',
    async execute(): Promise<ChatSetup> {
      const { setUpChat } = await import('../languageModels/setUpChat');
      return setUpChat(deps);
    },
  };
}
