import type { RecordedEvent, TextEvent } from './events';

/**
 * Collects events. Adjacent text events of an attempt are joined, and so are adjacent reasoning events. The state of
 * the turn is the same as without joining, except that the throughput is slightly less exact. Tool calls are rare and
 * are not joined.
 */
export class EventBatch<Event extends RecordedEvent> {
  readonly events: Event[] = [];
  /**
   * Copy of the last event if it is a text or reasoning event. The text of the next events can be appended to this
   * copy.
   */
  private lastText: { readonly type: TextEvent['type']; readonly attempt: number; text: string } | undefined;

  add(event: Event): void {
    const { lastText, events } = this;
    if (isText(event)) {
      if (lastText?.type === event.type && lastText.attempt === event.attempt) lastText.text += event.text;
      else events.push((this.lastText = { ...event }));
      return;
    }
    this.lastText = undefined;
    events.push(event);
  }
}

function isText<Event extends RecordedEvent>(event: Event): event is Event & TextEvent {
  return event.type === 'text' || event.type === 'reasoning';
}
