import { envelopeFields, messageFields, parseErrorBody, plainKeys, quotedJson } from './errorBody';
import { toSimplified } from './providerMessages';
import { isRecord, parseJson, type JsonRecord } from '../json';
import {
  parseDelay,
  toRetryAfter,
  parseLeadingDuration,
  parseDuration,
  parseNumber,
  parseTime,
  findTime,
  type RetryAfter,
} from './retryAfterDurations';

export type { RetryAfter };

/**
 * Reads the retry-after of a response. The first source with a usable value decides: millisecond headers,
 * `retry-after`, the body, then the reset time of an exhausted rate limit. Zero, a time in the past and an unreadable
 * value are not usable. Never throws.
 *
 * @param now epoch milliseconds; absolute times are compared with the `Date` header of the response if it has one
 */
export function parseRetryAfter(headers: Headers, body: string, now: number): RetryAfter | undefined {
  const serverNow = serverTime(headers, now);
  return (
    readMillisecondHeader(headers, 'retry-after-ms') ??
    readMillisecondHeader(headers, 'x-ms-retry-after-ms') ??
    toRetryAfter(parseDelay(headers.get('retry-after') ?? '', serverNow), 'retry-after') ??
    readBody(parseErrorBody(body), body, serverNow) ??
    readExhaustedLimits(new Map(headers), serverNow)
  );
}

/**
 * Reads the retry-after of an error inside a stream or a response with status 200. The headers of such a response do
 * not matter.
 */
export function parseInbandRetryAfter(error: unknown, now: number): RetryAfter | undefined {
  return readBody(plainKeys(error), typeof error === 'string' ? error : '', now);
}

const weekMs = 7 * 86_400_000;

/** Returns the time of the gateway's clock, or of this computer's clock if the two differ by more than a week. */
function serverTime(headers: Headers, now: number): number {
  const date = parseTime(headers.get('date') ?? '');
  return date !== undefined && Math.abs(date - now) < weekMs ? date : now;
}

function readMillisecondHeader(headers: Headers, name: string): RetryAfter | undefined {
  return toRetryAfter(parseNumber(headers.get(name) ?? ''), name);
}

/** Maximum number of characters of a message that are searched for a delay. */
const maxSearchedChars = 4096;

/**
 * Reads the retry-after in a body: first in fields, then in messages. Accepts any JSON and any text.
 *
 * @param json the parsed body with uniform field names, or its text if it is not JSON
 * @param text the body
 */
function readBody(json: unknown, text: string, serverNow: number): RetryAfter | undefined {
  const found = searchBody(json, text, serverNow);
  return found && { ...found, isInBody: true };
}

function searchBody(json: unknown, text: string, serverNow: number): RetryAfter | undefined {
  const errors = collectErrors(typeof json === 'string' ? plainKeys(parseJson(quotedJson(json))) : json, 4);
  const messages = [...errors.flatMap(messagesOf), text].map((message) =>
    toSimplified(message.slice(0, maxSearchedChars)),
  );
  const zoneHours = usesChinaTime(errors, messages) ? 8 : 0;
  for (const error of errors) {
    const found = readMetadata(error, serverNow) ?? readFields(error, serverNow, zoneHours);
    if (found) return found;
  }
  for (const message of messages) {
    const time = resetTime(message, zoneHours);
    const found =
      toRetryAfter(delayInText(message), 'message') ??
      toRetryAfter(time === undefined ? time : time - serverNow, 'message');
    if (found) return found;
  }
  return undefined;
}

/**
 * Matches words near a reset time. A message may also contain other times, for example the expiry of a key or the time
 * of a log entry.
 */
const resetPattern =
  /reset|renew|refill|refresh|regain|resume|available (?:again|at|after)|try again|重置|恢复|刷新|解除|解封|(?<!不)可用|重试|再试/i;

/** Number of characters before a time that are searched for a word that explains the time. */
const maxCharsBefore = 60;
/** Number of characters after a time that are searched for a word that explains the time. */
const maxCharsAfter = 20;

function resetTime(message: string, zoneHours: number): number | undefined {
  const found = findTime(message, zoneHours);
  if (!found) return undefined;
  const textBefore = message.slice(Math.max(0, found.index - maxCharsBefore), found.index);
  const textAfter = message.slice(found.end, found.end + maxCharsAfter);
  return resetPattern.test(textBefore) || resetPattern.test(textAfter) ? found.time : undefined;
}

/**
 * Returns whether the provider is in China, so that a time without a time zone is a time in China. A message in Chinese
 * comes from a provider in China. If the message is in English, Zhipu is recognized by its codes and MiniMax by its
 * `base_resp`.
 */
function usesChinaTime(errors: readonly JsonRecord[], messages: readonly string[]): boolean {
  if (messages.some((message) => /\p{Script=Han}|Beijing time/iu.test(message))) return true;
  return errors.some(({ code, type, baseresp: minimax }) => {
    const codes = [code, type].filter((value) => typeof value === 'string' || typeof value === 'number');
    return isRecord(minimax) || codes.some((value) => /^1[123]\d\d$/.test(String(value)));
  });
}

/** Fields that contain an error or details of an error. */
const containerFields = [
  'error',
  'errors',
  'baseresp',
  ...envelopeFields,
  'detail',
  'details',
  'data',
  'metadata',
  'extrafields',
  'rawresponse',
] as const;

/**
 * Returns the error objects in a body, innermost first. Gateways nest a provider's error, some of them as JSON text in a
 * message.
 */
function collectErrors(json: unknown, depth: number): readonly JsonRecord[] {
  return toList(json)
    .filter(isRecord)
    .flatMap((root) => {
      if (depth === 0) return [root];
      const nested = containerFields.flatMap((name) => collectErrors(root[name], depth - 1));
      const quoted = messagesOf(root).flatMap((text) =>
        collectErrors(plainKeys(parseJson(quotedJson(text))), depth - 1),
      );
      return [...nested, root, ...quoted];
    });
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, 4) : [value];
}

function messagesOf(error: JsonRecord): readonly string[] {
  const metadata = isRecord(error['metadata']) ? error['metadata'] : {};
  const texts = [...messageFields.map((name) => error[name]), error['error'], metadata['raw']];
  return texts.filter((text) => typeof text === 'string');
}

/** Reads the headers of the provider in OpenRouter's `metadata`. */
function readMetadata(error: JsonRecord, serverNow: number): RetryAfter | undefined {
  const { metadata } = error;
  if (!isRecord(metadata) || !isRecord(metadata['headers'])) return undefined;
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(metadata['headers'])) {
    if (typeof value === 'string' || typeof value === 'number') headers.set(name, String(value));
  }
  const retryAfter = toRetryAfter(parseDelay(headers.get('retry-after') ?? '', serverNow), 'metadata.headers');
  return retryAfter ?? readExhaustedLimits(headers, serverNow);
}

/**
 * Fields that name a delay, each with its unit in milliseconds, or a time. The first field with a usable value decides.
 * A field may be spelled with underscores or in camel case.
 */
const delayFields: readonly (readonly [field: string, unitMs: number])[] = (
  [
    [1, 'retry_after_ms retry_delay_ms resets_in_ms reset_in_ms reset_after_ms remaining_ms'],
    [1000, 'retry_after_seconds retry_after retry_in_seconds retry_in retry_delay wait_seconds cooldown_seconds'],
    [1000, 'resets_in_seconds reset_in_seconds reset_seconds resets_in reset_in reset_after remaining_seconds'],
    [1000, 'resets_at reset_at reset_time reset_date reset_timestamp rate_limit_reset rate_limit_reset_at'],
    [1000, 'rate_limit_end_at next_reset next_reset_at retry_at available_at cooldown_until reset'],
    [60_000, 'retry_after_minutes resets_in_minutes remaining_minutes'],
    [3_600_000, 'retry_after_hours resets_in_hours remaining_hours'],
    [1000, 'estimated_time'],
  ] as const
).flatMap(([unitMs, fields]) => fields.split(' ').map((field) => [field, unitMs] as const));

function readFields(error: JsonRecord, serverNow: number, zoneHours: number): RetryAfter | undefined {
  for (const [field, unitMs] of delayFields) {
    const value = error[field.replaceAll('_', '')];
    const found = toRetryAfter(parseField(value, unitMs, serverNow, zoneHours), field);
    if (found) return found;
  }
  return undefined;
}

/** Parses the value of a field: a number in the unit of the field, an epoch time, a date and time, or a duration. */
function parseField(value: unknown, unitMs: number, serverNow: number, zoneHours: number): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const text = String(value).trim();
  const number = parseNumber(text);
  if (number !== undefined && unitMs !== 1000) return number * unitMs;
  const time = findTime(text, zoneHours)?.time;
  return time === undefined ? (parseDelay(text, serverNow) ?? parseDuration(text)) : time - serverNow;
}

/** Patterns for the words that precede a duration. */
const leadInPatterns = [
  /\b(?:try again|retry|retrying|resets?|available again)\b[^.\d]{0,40}?\b(?:in|after)[:\s]{1,4}(?:(?:about|approximately|around)\s{1,4}|~\s{0,2})?(?=\d|an?\s)/gi,
  /\bwait(?:ing)?\s{1,4}(?:(?:for|at least|about|approximately|another)\s{1,4}){0,2}(?=\d|an?\s)/gi,
  /(?:等待|还需|(?:重置|恢复)还[有剩]|剩余时间|冷却.{0,4}剩余)[约：:\s]{0,4}(?=\d)/g,
];

/** Matches a duration in Chinese that is followed by "later": `20 秒后重试`, `1分30秒之后`. */
const chineseDelayPattern =
  /(?:\d{1,9}(?:\.\d{1,9})?\s{0,2}(?:毫秒|秒钟?|分钟?|个?小时|天|ms|s|min)\s{0,2}){1,4}(?=[之以]?后|再试|重试)/;

function delayInText(text: string): number | undefined {
  for (const leadIn of leadInPatterns) {
    for (const match of text.matchAll(leadIn)) {
      const delay = parseLeadingDuration(text.slice(match.index + match[0].length));
      if (delay !== undefined) return delay;
    }
  }
  const delayText = chineseDelayPattern.exec(text)?.[0];
  return delayText === undefined ? undefined : parseDuration(delayText.replace(/\s/g, ''));
}

/**
 * Matches the names of rate limit headers. The user sees the name, which may come from the gateway's JSON, so names
 * with unusual characters are ignored.
 */
const rateLimitHeader = /^[a-z-]{0,40}ratelimit-[\w-]{1,80}$/;

/**
 * Returns the latest reset time among the exhausted rate limits (requests, tokens, …). Limits that are not exhausted
 * are ignored.
 *
 * @param headers names in lower case
 */
function readExhaustedLimits(headers: ReadonlyMap<string, string>, serverNow: number): RetryAfter | undefined {
  let longest: RetryAfter | undefined;
  for (const [name, value] of headers) {
    if (!rateLimitHeader.test(name) || !isExhausted(name, headers)) continue;
    const found = toRetryAfter(parseDelay(value, serverNow) ?? parseDuration(value), name);
    if (found && found.delayMs > (longest?.delayMs ?? 0)) longest = found;
  }
  return longest;
}

function isExhausted(name: string, headers: ReadonlyMap<string, string>): boolean {
  if (name.includes('-retry-after')) return true;
  const reset = name.lastIndexOf('-reset');
  const end = reset + '-reset'.length;
  if (reset < 0) return false;
  const readSibling = (suffix: string): string | undefined =>
    headers.get(`${name.slice(0, reset)}-${suffix}${name.slice(end).replace(/^-after$/, '')}`)?.trim();
  const remaining = readSibling('remaining');
  if (remaining) return Number(remaining) <= 0;
  // Anthropic's unified rate limit of a subscription has a status instead of a number of remaining requests. If the
  // gateway sends this status, the limit is exhausted unless the status begins with `allowed`.
  return name.endsWith('-unified-reset') && !readSibling('status')?.startsWith('allowed');
}
