import type { RecordedEvent } from '../../core/events';
import type { Attachment, ConnectionView } from '../../protocol';
import type { SetContext } from '../commands/contextKeys';

/**
 * Which steps of the walkthrough were really taken, as context keys: what was clicked does not count. VS Code ticks a
 * step when it sees its key become true, and remembers that. A key that is true already when VS Code gets to know the
 * walkthrough, which may be as late as it is opened, never ticks: so each is true for a moment only.
 */
export class FirstSteps {
  private readonly known = new Map<string, boolean>();

  constructor(private readonly setContext: SetContext) {}

  connection({ hasKey, demo }: Pick<ConnectionView, 'hasKey' | 'demo'>): void {
    // The demo has a key of its own.
    this.set('holysheep.hasKey', hasKey === true && !demo);
    this.set('holysheep.inDemo', demo);
  }

  /** Of a prompt that a person has asked. */
  turn({ attachments = [] }: { readonly attachments?: readonly Attachment[] | undefined }, event: RecordedEvent): void {
    if (event.type !== 'attempt') return;
    this.taken('holysheep.hasAsked');
    if (attachments.some(({ kind = 'selection' }) => kind === 'selection')) this.taken('holysheep.hasAskedAboutCode');
    if (event.attempt > 1) this.taken('holysheep.hasSeenRetry');
  }

  /** All that is true, to a walkthrough that has just been opened. */
  sayAgain(): void {
    for (const [key, value] of this.known) if (value) this.tell(key);
  }

  private set(key: string, value: boolean): void {
    const before = this.known.get(key) ?? false;
    this.known.set(key, value);
    if (value && !before) this.tell(key);
  }

  private taken(key: string): void {
    this.known.set(key, true);
    this.tell(key);
  }

  private tell(key: string): void {
    this.setContext(key, true);
    this.setContext(key, false);
  }
}
