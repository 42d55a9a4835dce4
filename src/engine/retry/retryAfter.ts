import { delayUntil, hint, parseNumber, parseTime, type Hint } from './retryAfterDurations';
import { hintInBody } from './retryAfterBody';
import { exhaustedDimension } from './retryAfterHeaders';
import { parseJson } from '../json';

export type { Hint } from './retryAfterDurations';

/**
 * Reads when to come back, first source that says so wins: millisecond headers, `retry-after`, the body, then the
 * reset time of an exhausted rate-limit dimension. Never throws; a time in the past, zero or nonsense is no hint.
 * @param now epoch milliseconds; absolute times are compared with the response's own `Date` where it has one.
 */
export function parseHint(headers: Headers, body: string, now: number): Hint | undefined {
  const serverNow = serverTime(headers, now);
  return (
    millisecondHeader(headers, 'retry-after-ms') ??
    millisecondHeader(headers, 'x-ms-retry-after-ms') ??
    hint(delayUntil(headers.get('retry-after') ?? '', serverNow), 'retry-after') ??
    hintInBody(parseJson(body), body, serverNow) ??
    exhaustedDimension(new Map(headers), serverNow)
  );
}

/** The same for an error that came inside a 200 or a stream, whose headers speak of something else. */
export function parseInbandHint(error: unknown, now: number): Hint | undefined {
  return hintInBody(error, typeof error === 'string' ? error : '', now);
}

const weekMs = 7 * 86_400_000;

/** Uses the server's clock unless it is more than a week off; TLS would fail if ours were. */
function serverTime(headers: Headers, now: number): number {
  const date = parseTime(headers.get('date') ?? '');
  return date !== undefined && Math.abs(date - now) < weekMs ? date : now;
}

function millisecondHeader(headers: Headers, name: string): Hint | undefined {
  return hint(parseNumber(headers.get(name) ?? ''), name);
}
