import { routeOf, type AttemptEvent, type StreamEvent, type WaitingEvent } from '../../engine/events';
import type { Log } from '../util/log';

interface TurnLogLine {
  readonly level: 'info' | 'warn';
  readonly text: string;
}

/** Logs an event of a turn. Never throws, because a failure to log an event must not end the turn. */
export function logTurnEvent(log: Pick<Log, 'info' | 'warn' | 'error'>, ...event: TurnLogEvent): void {
  try {
    const line = turnLogLine(...event);
    if (line) log[line.level](line.text);
  } catch (error) {
    log.error(error);
  }
}

export type TurnLogEvent = Parameters<typeof turnLogLine>;

/**
 * Returns a log line for an event of a turn, or undefined for an event that is not logged. A line describes the network
 * activity and never contains the prompt or the answer.
 */
export function turnLogLine(conversationId: string, exchangeId: string, event: StreamEvent): TurnLogLine | undefined {
  const description = describeEvent(event);
  if (description === undefined) return undefined;
  return {
    level: isWarning(event) ? 'warn' : 'info',
    text: `[${shortId(conversationId)}/${shortId(exchangeId)}] ${description}`,
  };
}

function isWarning(event: StreamEvent): boolean {
  switch (event.type) {
    case 'waiting':
    case 'cut':
    case 'failed':
      return true;
    case 'route':
      return event.reason !== 'user';
    default:
      return false;
  }
}

function describeEvent(event: StreamEvent): string | undefined {
  switch (event.type) {
    case 'attempt':
      return `attempt ${event.attempt} (${event.how ? `${event.why}, ${event.how}` : event.why}) with ${event.model}${routeText(event)}`;
    case 'headers':
      return `attempt ${event.attempt}: status ${event.status} in ${Math.round(event.ms)} ms${requestIdText(event)}`;
    case 'waiting': {
      const until = new Date(event.until).toISOString();
      const attempt = `attempt ${event.attempt} of ${event.maxAttempts}`;
      const wait = `waiting ${Math.round(event.delayMs)} ms (${event.estimated ? 'estimated' : event.source}) until ${until} for ${attempt}`;
      return `${wait}: ${event.reason}${blockedByText(event)}${statusText(event)}${requestIdText(event)}`;
    }
    case 'quiet':
      return `attempt ${event.attempt}: no data for ${Math.round(event.forMs)} ms`;
    case 'ended': {
      const { attempt, how, ms, bytes, chars, tokens } = event;
      const received = `${bytes} bytes, ${chars} characters${tokens === undefined ? '' : `, ${tokens} tokens`}`;
      return `attempt ${attempt}: ended, ${how}, after ${Math.round(ms)} ms with ${received}`;
    }
    case 'cut':
      return `attempt ${event.attempt}: cut, ${event.reason}`;
    case 'resumed':
      return `attempt ${event.attempt}: resumed by ${event.how}, ${event.trimmed} characters trimmed`;
    case 'replaced':
      return `attempt ${event.attempt}: replaced the partial answer with a new one`;
    case 'model':
      return `model ${event.from} → ${event.to} (${event.reason})`;
    case 'route':
      return `route ${event.fromUrl ?? event.from} → ${event.toUrl ?? event.to} (${event.reason})`;
    case 'done': {
      const waited = `${Math.round(event.waitedMs)} ms of waiting`;
      return `done (${event.finishReason}) after ${event.attempts} attempts, ${waited}, ${event.text.length} characters`;
    }
    case 'stopped':
      return `stopped in attempt ${event.attempt}, ${event.text.length} characters received`;
    case 'failed': {
      const received = `${event.text.length} characters received`;
      return `failed in attempt ${event.attempt}: ${event.kind}${statusText(event)}${requestIdText(event)}, ${received}`;
    }
    case 'text':
    case 'reasoning':
    case 'tool-call':
    case 'usage':
      return undefined;
  }
}

function blockedByText({ told }: WaitingEvent): string {
  return told === undefined || told === 'turn' ? '' : `, blocked by another ${told}`;
}

function routeText(event: AttemptEvent): string {
  const route = routeOf(event);
  return route === undefined ? '' : ` at ${route}`;
}

function statusText(event: { readonly status?: number | undefined }): string {
  return event.status === undefined ? '' : `, status ${event.status}`;
}

function requestIdText(event: { readonly requestId?: string | undefined }): string {
  return event.requestId ? `, request id ${event.requestId}` : '';
}

/** Returns the start of a UUID, which is enough to identify the file of a conversation. */
function shortId(id: string): string {
  return id.slice(0, 8);
}
