import type { SetContext } from '../commands';
import { canRetry } from '../journal/exchange';
import type { Turns } from './activity';

/** Returns a function that sets the context keys of `holysheep`, each only when its value changes. */
export function createContextKeys(setContext: SetContext): (turns: Omit<Turns, 'runningCount'>) => void {
  const values = new Map<string, boolean>();
  return ({ running, current }) => {
    const keys = {
      'holysheep.running': running !== undefined,
      'holysheep.retryable': isRetryable(running ?? current),
      // False for an empty conversation, because it can't be renamed, exported or deleted.
      'holysheep.hasConversation': current?.lastExchange !== undefined,
    };
    for (const [key, value] of Object.entries(keys)) {
      if ((values.get(key) ?? false) === value) continue;
      values.set(key, value);
      setContext(key, value);
    }
  };
}

function isRetryable(conversation: Turns['current']): boolean {
  if (!conversation) return false;
  const { activeExchange, lastExchange } = conversation;
  if (!activeExchange) return lastExchange !== undefined && canRetry(lastExchange);
  return activeExchange.state.phase !== 'streaming';
}
