import type { Clock } from '../../engine/clock';
import { isTerminal, type StreamEvent } from '../../engine/events';

const frameMs = 16;

/** One batch a frame; the first words and the end of a turn at once. */
export class EventBatcher {
  private waiting: StreamEvent[] = [];
  private cancel: (() => void) | undefined;
  private flushedAt = Number.NEGATIVE_INFINITY;
  private sawText = false;

  constructor(
    private readonly clock: Clock,
    private readonly emit: (events: readonly StreamEvent[]) => void,
  ) {}

  push(event: StreamEvent): void {
    this.waiting.push(event);
    const firstText = event.type === 'text' && !this.sawText;
    this.sawText ||= firstText;
    const sinceFlush = this.clock.ticks() - this.flushedAt;
    if (firstText || isTerminal(event) || sinceFlush >= frameMs) this.flush();
    else this.cancel ??= this.clock.after(frameMs - sinceFlush, () => this.flush());
  }

  flush(): void {
    this.cancel?.();
    this.cancel = undefined;
    if (!this.waiting.length) return;
    const events = this.waiting;
    this.waiting = [];
    this.flushedAt = this.clock.ticks();
    this.emit(events);
  }
}
