import type { RecordedEvent, TextEvent, ToolCallEvent } from './events';

/**
 * A list of events in which adjacent deltas of one part are joined. The state that the events yield stays the same, but
 * the throughput becomes slightly less exact.
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
    const previous = events.at(-1);
    const joined = previous && joinToolCalls(previous, event);
    if (joined) events[events.length - 1] = joined;
    else events.push(event);
  }
}

function joinToolCalls<Event extends RecordedEvent>(first: Event, next: Event): Event | undefined {
  if (first.attempt !== next.attempt || !isToolCall(first) || !isToolCall(next)) return undefined;
  const isSameCall = first.index === next.index && [undefined, first.id].includes(next.id);
  if (!isSameCall || ![undefined, first.name].includes(next.name)) return undefined;
  return { ...first, arguments: first.arguments + next.arguments };
}

function isToolCall<Event extends RecordedEvent>(event: Event): event is Event & ToolCallEvent {
  return event.type === 'tool-call';
}

function isText<Event extends RecordedEvent>(event: Event): event is Event & TextEvent {
  return event.type === 'text' || event.type === 'reasoning';
}
