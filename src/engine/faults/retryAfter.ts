import { isRecord, parseJson, type JsonRecord } from '../json';
import { messageFields, parseErrorBody, plainKeys, quotedJson } from './errorBody';
import { toSimplified } from './providerMessages';
import {
  findEpochTime,
  findTime,
  parseDelay,
  parseDuration,
  parseLeadingDuration,
  parseNumber,
  parseTime,
} from './retryAfterDurations';

/** A delay that the gateway named for the next request. */
export interface RetryAfter {
  /** The delay from now in milliseconds: a positive and finite number. */
  readonly delayMs: number;
  /** Name of the header or body field that contained the delay. */
  readonly field: string;
  /** Set if the delay comes from the response body, not from a header. */
  readonly isInBody?: true;
}

/** Maximum retry-after in milliseconds: a `Date` might not be able to represent the end of a longer delay. */
const maxRetryAfterMs = 366 * 24 * 3600 * 1000;

/** Returns the retry-after for a delay in milliseconds, or undefined if the delay is zero, negative or unreadable. */
function toRetryAfter(delayMs: number | undefined, field: string): RetryAfter | undefined {
  if (!delayMs || delayMs < 0) return undefined;
  return { delayMs: Math.min(maxRetryAfterMs, Math.ceil(delayMs)), field };
}

/**
 * Reads the retry-after of a response. The first usable value wins, in this order: headers in milliseconds,
 * `retry-after`, the body, the reset time of an exhausted rate limit. Never throws.
 * @param headers the response headers, or undefined for an error inside a response with status 200. Only the fields and
 * messages of the error are then searched, because other text could belong to the answer.
 * @param now the current time in epoch milliseconds, which is used if the response has no usable `Date` header
 */
export function parseRetryAfter(headers: Headers | undefined, body: string, now: number): RetryAfter | undefined {
  const json = parseErrorBody(body);
  if (!headers) return readBody(json, typeof json === 'string' ? json : '', now);
  const serverNow = serverTime(headers, now);
  const ofHeader = (name: string, parse: (text: string) => number | undefined): RetryAfter | undefined =>
    toRetryAfter(parse(headers.get(name) ?? ''), name);
  return (
    ofHeader('retry-after-ms', parseNumber) ??
    ofHeader('x-ms-retry-after-ms', parseNumber) ??
    ofHeader('retry-after', (text) => parseDelay(text, serverNow)) ??
    ofHeader('x-retry-after', (text) => parseDelay(text, serverNow)) ??
    readBody(json, body, serverNow) ??
    readExhaustedLimits(new Map(headers), serverNow)
  );
}

const weekMs = 7 * 86_400_000;

/**
 * Returns the time in the response's `Date` header. Returns this computer's time if the header is missing, or if the
 * two times differ by more than a week.
 */
function serverTime(headers: Headers, now: number): number {
  const date = parseTime(headers.get('date') ?? '') ?? now;
  return Math.abs(date - now) < weekMs ? date : now;
}

const maxSearchedChars = 4096;

/**
 * Reads the retry-after in a response body.
 * @param json the parsed body with uniform field names, or the body's text if it is not JSON
 */
function readBody(json: unknown, text: string, serverNow: number): RetryAfter | undefined {
  const objects = objectsIn(typeof json === 'string' ? plainKeys(parseJson(quotedJson(json))) : json, 5);
  const messages = [...objects.flatMap(messagesOf), text].map((message) =>
    toSimplified(message.slice(0, maxSearchedChars)),
  );
  const zoneHours = usesChinaTime(objects, messages) ? 8 : 0;
  const found = [
    ...objects.map((object) => readFields(object, serverNow, zoneHours)),
    ...messages.map((message) => toRetryAfter(delayIn(message, serverNow, zoneHours), 'message')),
  ].find((retryAfter) => retryAfter !== undefined);
  return found && { ...found, isInBody: true };
}

/**
 * Returns all objects in an error body, innermost first. Gateways wrap the provider's error in their own error,
 * sometimes as JSON text in a message.
 */
function objectsIn(json: unknown, depth: number): readonly JsonRecord[] {
  const list = [json].flat().slice(0, 4);
  if (depth === 0) return [];
  return list.filter(isRecord).flatMap((object) => {
    const nested = Object.values(object).flatMap((value) => objectsIn(value, depth - 1));
    const quoted = messagesOf(object).map((text) => plainKeys(parseJson(quotedJson(text))));
    return [...nested, object, ...quoted.flatMap((value) => objectsIn(value, depth - 1))];
  });
}

function messagesOf(object: JsonRecord): readonly string[] {
  return [...messageFields, 'text', 'error', 'raw', 'data', 'body', 'result']
    .flatMap((name) => object[name])
    .filter((text) => typeof text === 'string');
}

/**
 * Returns whether a time without a time zone is assumed to be a time in China. Returns true if the message is in
 * Chinese, or if the error comes from Zhipu (recognized by its error codes) or MiniMax (recognized by `base_resp`).
 */
function usesChinaTime(objects: readonly JsonRecord[], messages: readonly string[]): boolean {
  if (messages.some((message) => /\p{Script=Han}|Beijing time/iu.test(message))) return true;
  return objects.some(({ code, type, baseresp }) => {
    return isRecord(baseresp) || [code, type].some((value) => /^1[123]\d\d$/.test(String(value)));
  });
}

/**
 * Names of body fields that contain a delay or a time, each with the length of the field's unit in milliseconds (1000
 * for seconds). The first field with a usable value wins.
 */
const delayFields: readonly (readonly [field: string, unitMs: number])[] = (
  [
    [1, 'retry_after_ms retry_delay_ms resets_in_ms reset_in_ms reset_after_ms remaining_ms'],
    [1000, 'retry_after_seconds retry_after retry_in_seconds retry_in retry_delay wait_seconds cooldown_seconds'],
    [1000, 'resets_in_seconds reset_in_seconds reset_seconds resets_in reset_in reset_after remaining_seconds'],
    [1000, 'resets_at reset_at reset_time reset_date reset_timestamp rate_limit_reset rate_limit_reset_at'],
    [
      1000,
      'rate_limit_end_at next_reset next_reset_at next_retry_at next_allowed_at retry_at available_at cooldown_until reset retry-after',
    ],
    [60_000, 'retry_after_minutes resets_in_minutes remaining_minutes'],
    [3_600_000, 'retry_after_hours resets_in_hours remaining_hours'],
    [1000, 'estimated_time'],
  ] as const
).flatMap(([unitMs, fields]) => fields.split(' ').map((field) => [field, unitMs] as const));

/**
 * Looks for a retry-after in the fields of an object that is part of an error body. In an error of OpenRouter, this
 * object can hold the response headers of the provider.
 */
function readFields(object: JsonRecord, serverNow: number, zoneHours: number): RetryAfter | undefined {
  for (const [field, unitMs] of delayFields) {
    const value = object[field.replaceAll('_', '')];
    const retryAfter = toRetryAfter(parseField(value, unitMs, serverNow, zoneHours), field);
    if (retryAfter) return retryAfter;
  }
  const texts = Object.entries(object).map(([name, value]) => [name, String(value)] as const);
  return readExhaustedLimits(new Map(texts), serverNow);
}

function parseField(value: unknown, unitMs: number, serverNow: number, zoneHours: number): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const text = String(value).trim();
  const number = parseNumber(text);
  if (number !== undefined && unitMs !== 1000) return number * unitMs;
  const time = findTime(text, zoneHours)?.time;
  return time === undefined ? parseDelay(text, serverNow) : time - serverNow;
}

const leadInPatterns = [
  /\b(?:(?:try|come|check) (?:again|back)|retry|retrying|resets?|(?:recover|unlock|renew|replenish|refresh|refill)(?:s|ed|es)?|available again)\b[^.\d]{0,40}?\b(?:in|after)[:\s]{1,4}(?:(?:about|approximately|around)\s|~)?\s{0,4}(?=\d|an?\s)/gi,
  /\bwait(?:ing)?\s{1,4}(?:(?:for|at least|about|approximately|another)\s{1,4}){0,2}(?=\d|an?\s)/gi,
  /(?:等待|还需|(?:重置|恢复)还[有剩]|剩余时间|冷却.{0,4}剩余)[约：:\s]{0,4}(?=\d)/g,
];

/** Matches a duration in Chinese that is followed by "later" or "retry": `20 秒后重试`, `1分30秒之后`. */
const chineseDelayPattern =
  /(?:\d{1,9}(?:\.\d{1,9})?\s{0,2}(?:毫秒|秒钟?|分钟?|个?小时|天|ms|s|min)\s{0,2}){1,4}(?=[之以]?后|再试|重试)/;

/**
 * Matches words that mark a time as a reset time. An error message can also contain other times, such as the time of a
 * log entry.
 */
const resetPattern =
  /reset|renew|replenish|refill|refresh|regain|resume|available (?:again|at|after)|try again|retry (?:after|at)\b|limited until|重置|恢复|刷新|解除|解封|(?<!不)可用|重试|再试/i;

function delayIn(message: string, serverNow: number, zoneHours: number): number | undefined {
  const matches = leadInPatterns.flatMap((leadIn) => [...message.matchAll(leadIn)]);
  const delays = matches.map((match) => parseLeadingDuration(message.slice(match.index + match[0].length)));
  const chineseDelay = chineseDelayPattern.exec(message)?.[0].replace(/\s/g, '');
  const delay = delays.find((ms) => ms !== undefined) ?? (chineseDelay && parseDuration(chineseDelay));
  if (delay) return delay;
  const time = findTime(message, zoneHours) ?? findEpochTime(message);
  if (!time) return undefined;
  const nearby = message.slice(Math.max(0, time.index - 60), time.index) + message.slice(time.end, time.end + 20);
  return resetPattern.test(nearby) ? time.time - serverNow : undefined;
}

/**
 * Matches the names of rate-limit headers. Names with unusual characters don't match, because the names can come from a
 * gateway's JSON and are shown to the user.
 */
const rateLimitHeader = /^[a-z-]{0,40}rate-?limit-[\w-]{1,80}$/;

/**
 * Returns the latest reset time among the exhausted rate limits (requests, tokens, …).
 * @param headers the response headers, by their names in lower case
 */
function readExhaustedLimits(headers: ReadonlyMap<string, string>, serverNow: number): RetryAfter | undefined {
  const resets = [...headers].flatMap(([name, value]) => {
    if (!rateLimitHeader.test(name) || !isExhausted(name, headers)) return [];
    return toRetryAfter(parseDelay(value, serverNow), name) ?? [];
  });
  // The IETF draft for the header `RateLimit` defines the format `"default";r=0;t=20`. Earlier drafts define
  // `limit=100, remaining=0, reset=20`.
  const [, standard, older] = exhaustedLimit.exec(headers.get('ratelimit') ?? '') ?? [];
  return (
    resets.sort((a, b) => b.delayMs - a.delayMs)[0] ??
    toRetryAfter(parseDelay(standard ?? older ?? '', serverNow), 'ratelimit')
  );
}

const exhaustedLimit = /;\s{0,2}r=0;\s{0,2}t=(\d+)|\bremaining=0,\s{0,2}reset=(\d+)/;

function isExhausted(name: string, headers: ReadonlyMap<string, string>): boolean {
  if (name.includes('-retry-after')) return true;
  const [, prefix, unit = ''] = /^(.*)-reset(?:-after)?((?:-.*)?)$/.exec(name) ?? [];
  if (prefix === undefined) return false;
  const remaining = headers.get(`${prefix}-remaining${unit}`)?.trim();
  if (remaining) return Number(remaining) <= 0;
  // Anthropic's unified rate limit for subscriptions has a header with a status instead of the number of remaining
  // requests.
  return name.endsWith('-unified-reset') && !headers.get(`${prefix}-status`)?.startsWith('allowed');
}
