import type * as v from 'valibot';
import type { eventSchemas } from './schemas';

type Recorded = { [Type in keyof typeof eventSchemas]: Readonly<v.InferOutput<(typeof eventSchemas)[Type]>> };

/**
 * An event as it is stored in the conversation's journal and sent to the page. A terminal event contains the answer's
 * text only if the previous events contain a different text.
 */
export type RecordedEvent = Recorded[keyof Recorded];

type Complete<Event> = Event & { readonly text: string };

export type AttemptEvent = Recorded['attempt'];
export type GatewayRef = AttemptEvent['gateway'];
export type HeadersEvent = Recorded['headers'];
export type TextEvent = Recorded['text' | 'reasoning'];
export type ToolCallEvent = Recorded['tool-call'];
export type WaitingEvent = Recorded['waiting'];
export type EndedEvent = Recorded['ended'];
export type ResumedEvent = Recorded['resumed'];
export type ReplacedEvent = Recorded['replaced'];
export type ModelEvent = Recorded['model'];
export type GatewayEvent = Recorded['gateway'];
export type Usage = Omit<Recorded['usage'], 'type' | 'attempt' | 'at'>;
export type FailedEvent = Complete<Recorded['failed']>;
export type TerminalEvent = Complete<Recorded['done' | 'stopped']> | FailedEvent;

export type AttemptTrigger = AttemptEvent['why'];
export type DelaySource = WaitingEvent['source'];
export type WaitOrigin = NonNullable<WaitingEvent['told']>;
export type ResumeMethod = ResumedEvent['how'];

/** An event that a running turn emits. A terminal event always contains the complete text of the answer. */
export type StreamEvent = Exclude<RecordedEvent, { readonly type: TerminalEvent['type'] }> | TerminalEvent;

/** Maximum number of tool calls in one answer. The OpenAI API has the same limit for a message. */
export const maxToolCalls = 128;

export function isDelta({ type }: RecordedEvent): boolean {
  return type === 'text' || type === 'reasoning' || type === 'tool-call';
}

export function isTerminal<Event extends RecordedEvent>(
  event: Event,
): event is Event & { readonly type: TerminalEvent['type'] } {
  return event.type === 'done' || event.type === 'stopped' || event.type === 'failed';
}
