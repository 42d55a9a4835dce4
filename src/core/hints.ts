import { isRecord, parseJson, type JsonRecord } from './json';

/** A server's wish for when to come back. */
export interface Hint {
  /** From now, more than 0 and finite. */
  readonly delayMs: number;
  /** The header or body field it came from. */
  readonly from: string;
}

const longestMs = 366 * 24 * 3600 * 1000;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads when to come back, first source that says so wins: millisecond headers, `retry-after`, the body, then the
 * reset time of an exhausted rate-limit dimension. Never throws; a time in the past, zero or nonsense is no hint.
 * @param now epoch milliseconds; absolute times are compared with the response's own `Date` where it has one.
 */
export function parseHint(headers: Headers, body: string, now: number): Hint | undefined {
  const serverNow = httpDate(headers.get('date')) ?? now;
  return (
    millisecondHeader(headers, 'retry-after-ms') ??
    millisecondHeader(headers, 'x-ms-retry-after-ms') ??
    hint(retryAfter(headers.get('retry-after'), serverNow), 'retry-after') ??
    bodyHint(parseJson(body), body, serverNow) ??
    exhaustedDimension(headers, serverNow)
  );
}

function hint(delayMs: number | undefined, from: string): Hint | undefined {
  if (delayMs === undefined || Number.isNaN(delayMs) || delayMs <= 0) return undefined;
  return { delayMs: Math.min(longestMs, Math.ceil(delayMs)), from };
}

function millisecondHeader(headers: Headers, name: string): Hint | undefined {
  const value = headers.get(name)?.trim() ?? '';
  return hint(/^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined, name);
}

/** Digits are seconds (or, when that would be decades, an epoch time); everything else must be an HTTP date. */
function retryAfter(value: string | null, serverNow: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return secondsOrEpoch(Number(text), serverNow);
  const date = httpDate(text);
  return date === undefined ? undefined : date - serverNow;
}

function secondsOrEpoch(value: number, serverNow: number): number {
  if (value >= 1e12) return value - serverNow;
  if (value >= 1e9) return value * 1000 - serverNow;
  return value * 1000;
}

/** `new Date` takes almost anything for a date (`"60"` is a year), so the shape is checked first. */
function httpDate(value: string | null): number | undefined {
  if (value === null || !/^[A-Za-z]{3,9},? \d{1,2}[ -][A-Za-z]{3}[ -]\d{2,4} \d{2}:\d{2}:\d{2}( GMT)?$/.test(value)) {
    return undefined;
  }
  const time = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
  return Number.isNaN(time) ? undefined : time;
}

function bodyHint(json: unknown, text: string, serverNow: number): Hint | undefined {
  const roots = (Array.isArray(json) ? json : [json]).filter(isRecord);
  for (const root of roots) {
    const error = isRecord(root['error']) ? root['error'] : root;
    const found = retryInfo(error) ?? metadataHint(error, serverNow) ?? numberField(error) ?? numberField(root);
    if (found) return found;
  }
  return spokenHint(text);
}

function retryInfo(error: JsonRecord): Hint | undefined {
  const details: readonly unknown[] = Array.isArray(error['details']) ? error['details'] : [];
  for (const detail of details) {
    if (isRecord(detail) && typeof detail['retryDelay'] === 'string') {
      const found = hint(parseDuration(detail['retryDelay']), 'RetryInfo');
      if (found) return found;
    }
  }
  return undefined;
}

function metadataHint(error: JsonRecord, serverNow: number): Hint | undefined {
  const metadata = error['metadata'];
  if (!isRecord(metadata)) return undefined;
  const seconds = hint(numeric(metadata['retry_after_seconds'], 1000), 'retry_after_seconds');
  if (seconds) return seconds;
  const headers = isRecord(metadata['headers']) ? Object.entries(metadata['headers']) : [];
  for (const [name, value] of headers) {
    if (name.toLowerCase() === 'retry-after') return hint(retryAfter(String(value), serverNow), 'metadata.headers');
  }
  return undefined;
}

function numberField(record: JsonRecord): Hint | undefined {
  return (
    hint(numeric(record['retry_after_ms'], 1), 'retry_after_ms') ??
    hint(numeric(record['retry_after'], 1000), 'retry_after')
  );
}

function numeric(value: unknown, unit: number): number | undefined {
  const parsed = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof parsed === 'number' ? parsed * unit : undefined;
}

const spoken =
  /\b(?:try again|retry|retrying)\b[^.\d]{0,30}?\b(?:in|after)\s+((?:\d{1,9}(?:\.\d{1,6})?\s{0,2}(?:milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h|days?|d)\s{0,2}){1,5})/i;

function spokenHint(text: string): Hint | undefined {
  const words = spoken.exec(text.slice(0, 4096))?.[1];
  return words === undefined ? undefined : hint(parseDuration(words), 'message');
}

/** `22s`, `6m0s`, `120ms`, `1h2m3.5s`, `20 seconds`; a bare number is seconds. */
export function parseDuration(value: string): number | undefined {
  const text = value.trim().toLowerCase();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const part = /(\d+(?:\.\d+)?)\s*(ms|milli|[smhd])[a-z]*\s*/y;
  let total = 0;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (!match) return undefined;
    const unit = match[2] === 'milli' ? 'ms' : match[2];
    total += Number(match[1]) * (unitMs[unit ?? ''] ?? Number.NaN);
  }
  return text === '' ? undefined : total;
}

/** A reset time counts only for a dimension with nothing left: the others reset too, but nobody waits for them. */
function exhaustedDimension(headers: Headers, serverNow: number): Hint | undefined {
  let longest: Hint | undefined;
  headers.forEach((value, name) => {
    const reset = /^(x-ratelimit|anthropic-ratelimit)(-.+)?-reset(-.+)?$/.exec(name);
    if (!reset) return;
    const remaining = headers.get(name.replace('-reset', '-remaining'));
    const unified = name.endsWith('-unified-reset') && remaining === null;
    if (!unified && (remaining === null || Number(remaining) > 0 || remaining.trim() === '')) return;
    const found = hint(resetDelay(value.trim(), serverNow), name);
    if (found && found.delayMs > (longest?.delayMs ?? 0)) longest = found;
  });
  return longest;
}

function resetDelay(value: string, serverNow: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(value)) return secondsOrEpoch(Number(value), serverNow);
  if (/^\d{4}-\d{2}-\d{2}T/.test(value)) return Date.parse(value) - serverNow;
  return parseDuration(value);
}
