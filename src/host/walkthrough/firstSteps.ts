import type { StreamEvent } from '../../core/events';
import type { Attachment, ConnectionView } from '../../protocol';
import type { SetContext } from '../commands/contextKeys';

/**
 * Which steps of the walkthrough were really taken, as context keys: what was clicked does not count. VS Code remembers
 * which it has seen.
 */
export class FirstSteps {
  private readonly known = new Map<string, boolean>();

  constructor(private readonly setContext: SetContext) {}

  connection({ hasKey, demo }: Pick<ConnectionView, 'hasKey' | 'demo'>): void {
    // The demo has a key of its own.
    this.set('holysheep.hasKey', hasKey && !demo);
    this.set('holysheep.inDemo', demo);
  }

  /** Of a prompt that a person has asked. */
  turn({ attachments = [] }: { readonly attachments?: readonly Attachment[] | undefined }, event: StreamEvent): void {
    if (event.type !== 'attempt') return;
    this.set('holysheep.hasAsked', true);
    if (attachments.some(({ kind = 'selection' }) => kind === 'selection'))
      this.set('holysheep.hasAskedAboutCode', true);
    if (event.attempt > 1) this.set('holysheep.hasSeenRetry', true);
  }

  private set(key: string, value: boolean): void {
    if ((this.known.get(key) ?? false) === value) return;
    this.known.set(key, value);
    this.setContext(key, value);
  }
}
