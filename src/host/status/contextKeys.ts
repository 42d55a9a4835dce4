import type { Turns } from './activity';
import { canRetry } from '../conversation/exchange';

export type SetContext = (key: string, value: boolean) => void;

/** `holysheep.running`, `holysheep.retryable` and `holysheep.hasConversation`, set only when their value changes. */
export class ContextKeys {
  private readonly known = new Map<string, boolean>();

  constructor(private readonly setContext: SetContext) {}

  update({ running, current }: Pick<Turns, 'running' | 'current'>): void {
    this.set('holysheep.running', running !== undefined);
    this.set('holysheep.retryable', isRetryable(running ?? current));
    // Something was asked in it: it can be named, exported and deleted.
    this.set('holysheep.hasConversation', current?.last !== undefined);
  }

  private set(key: string, value: boolean): void {
    if ((this.known.get(key) ?? false) === value) return;
    this.known.set(key, value);
    this.setContext(key, value);
  }
}

function isRetryable(conversation: Turns['current']): boolean {
  if (!conversation) return false;
  const { active, last } = conversation;
  if (!active) return last !== undefined && canRetry(last);
  const { phase } = active.state;
  return phase === 'waiting' || phase === 'offline' || phase === 'connecting' || phase === 'resuming';
}
