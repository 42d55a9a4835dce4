import type { RecordedEvent, TextEvent } from './events';

/**
 * Joins adjacent text events, and adjacent reasoning events, of one attempt. The state that the events yield stays the
 * same, but the throughput becomes slightly less exact. Tool calls are not joined: conversations offer no tools, so their
 * events are rare.
 */
export class EventBatch<Event extends RecordedEvent> {
  readonly events: Event[] = [];
  /** The last event, if it is a copy that belongs to this batch, so that its text may grow. */
  private growing: { readonly type: TextEvent['type']; readonly attempt: number; text: string } | undefined;

  add(event: Event): void {
    const { growing, events } = this;
    if (isText(event)) {
      if (growing?.type === event.type && growing.attempt === event.attempt) growing.text += event.text;
      else events.push((this.growing = { ...event }));
      return;
    }
    this.growing = undefined;
    events.push(event);
  }
}

function isText<Event extends RecordedEvent>(event: Event): event is Event & TextEvent {
  return event.type === 'text' || event.type === 'reasoning';
}
