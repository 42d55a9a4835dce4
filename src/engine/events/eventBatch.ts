import type { RecordedEvent, TextEvent } from './events';

/**
 * Collects events and joins adjacent text events, and adjacent reasoning events, of one attempt. The joined events lead
 * to the same state of the turn, only with a slightly less exact throughput. Tool calls are not joined, because they
 * are rare: conversations offer no tools.
 */
export class EventBatch<Event extends RecordedEvent> {
  readonly events: Event[] = [];
  /** The batch's own copy of the last event, if more text can be appended to that event. */
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
