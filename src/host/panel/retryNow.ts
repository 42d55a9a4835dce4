import type { Conversations } from '../conversation/conversations';
import type { Command } from '../command';

/** Ends the wait of the running turn, or starts the last one again. */
export function retryNowCommand({ conversations }: { readonly conversations: Conversations }): Command {
  return {
    id: 'holysheep.retryNow',
    execute: () => (conversations.running ?? conversations.current)?.retryNow(),
  };
}
