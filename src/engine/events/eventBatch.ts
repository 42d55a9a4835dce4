import type { RecordedEvent, TextEvent } from './events';

/**
 * Collects events. Adjacent text events of an attempt are joined, and so are adjacent reasoning events. Joining events
 * does not change the state of the turn, except that the recorded throughput becomes slightly less exact. Tool calls
 * are not joined, because they are rare: conversations offer no tools to the model.
 */
export class EventBatch<Event extends RecordedEvent> {
  readonly events: Event[] = [];
  /**
   * Copy of the last event, if that event is a text or reasoning event. The text of later events can be appended to
   * this copy.
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
