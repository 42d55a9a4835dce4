import { isDelta, type StreamEvent } from '../../engine/events/events';
import { isRecord } from '../../engine/json';
import type { Log } from '../util/log';

export type TurnLogEvent = readonly [conversationId: string, answerId: string, event: StreamEvent];

const warnings: ReadonlySet<StreamEvent['type']> = new Set(['waiting', 'cut', 'failed']);

/**
 * Fields of events that are written to the log. A field that contains text of a prompt, an answer or an error must
 * never be added.
 */
const fields = [
  'attempt attempts maxAttempts why how model userModel effort refusedEffort gateway from to',
  'reason kind row status requestId finishReason source estimated told until hintFrom',
  'delayMs hintMs jitterMs waitedMs ms firstTokenMs bytes chars tokens trimmed',
].flatMap((names) => names.split(' '));

/**
 * Logs the network activity of a turn, with one line for each event. Parts of the answer and token counts are not
 * logged.
 */
export function logTurnEvent(log: Log, ...[conversationId, answerId, event]: TurnLogEvent): void {
  if (isDelta(event) || event.type === 'usage') return;
  const isWarning = warnings.has(event.type) || (event.type === 'gateway' && event.reason !== 'user');
  const values: Readonly<Record<string, unknown>> = { ...event };
  const pairs = fields
    .filter((name) => values[name] !== undefined)
    .map((name) => `${name}=${format(name, values[name])}`);
  if ('text' in event) pairs.push(`textLength=${event.text.length}`);
  log[isWarning ? 'warn' : 'info'](
    `[${shortId(conversationId)}/${shortId(answerId)}] ${event.type} ${pairs.join(' ')}`,
  );
}

function format(name: string, value: unknown): string {
  if (isRecord(value)) return String(value['label']);
  if (typeof value !== 'number') return String(value);
  return name === 'until' ? new Date(value).toISOString() : String(Math.round(value));
}

/** Returns the first characters of an id. They suffice to find the file of a conversation. */
function shortId(id: string): string {
  return id.slice(0, 8);
}
