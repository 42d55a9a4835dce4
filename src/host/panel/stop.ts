import type { Conversations } from '../conversation/conversations';
import type { Command } from '../command';

export function stopCommand({ conversations }: { readonly conversations: Conversations }): Command {
  return { id: 'holysheep.stop', execute: () => conversations.running?.stop() };
}
