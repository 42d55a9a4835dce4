import { sentenceFields } from '../faults/providerError';
import { toSimplified } from '../faults/providerMessages';
import { isRecord, parseJson, type JsonRecord } from '../json';
import {
  delayUntil,
  hint,
  leadingDuration,
  parseDuration,
  parseNumber,
  parseTime,
  timeInText,
  type Hint,
} from './retryAfterDurations';

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

/** The sentence that names a delay stands near the beginning of a message. */
const searchedChars = 4096;

/**
 * What an error says of when to come back: in fields, then in words. Total over any JSON and text.
 * @param text the body itself, of which `json` is the parsed form, if it is any
 */
function hintInBody(json: unknown, text: string, serverNow: number): Hint | undefined {
  const errors = errorsIn(json, 2);
  const messages = [...errors.flatMap(messagesOf), text].map((message) =>
    toSimplified(message.slice(0, searchedChars)),
  );
  const zoneHours = isChinese(errors, messages) ? 8 : 0;
  for (const error of errors) {
    const found = retryInfo(error) ?? metadataHint(error, serverNow) ?? fieldHint(error, serverNow, zoneHours);
    if (found) return found;
  }
  for (const message of messages) {
    const time = resetTime(message, zoneHours);
    const found =
      hint(spokenDelay(message), 'message') ?? hint(time === undefined ? time : time - serverNow, 'message');
    if (found) return found;
  }
  return undefined;
}

/** Around a time that says when to come back; others tell when a key has expired, or when the line was logged. */
const resetWords =
  /reset|renew|refill|refresh|regain|resume|available (?:again|at|after)|try again|重置|恢复|刷新|解除|解封|(?<!不)可用|重试|再试/i;

/** Maximum distance in characters between a time and the word that explains it. */
const wordBefore = 60;
const wordAfter = 20;

function resetTime(message: string, zoneHours: number): number | undefined {
  const found = timeInText(message, zoneHours);
  if (!found) return undefined;
  const before = message.slice(Math.max(0, found.index - wordBefore), found.index);
  const after = message.slice(found.end, found.end + wordAfter);
  return resetWords.test(before) || resetWords.test(after) ? found.time : undefined;
}

/** Providers in China name times in their own zone: by their language or, in English, Zhipu by its codes and MiniMax. */
function isChinese(errors: readonly JsonRecord[], messages: readonly string[]): boolean {
  if (messages.some((message) => /\p{Script=Han}|Beijing time/iu.test(message))) return true;
  return errors.some(({ code, type, base_resp: minimax }) => {
    const codes = [code, type].filter((each) => typeof each === 'string' || typeof each === 'number');
    return isRecord(minimax) || codes.some((each) => /^1[123]\d\d$/.test(String(each)));
  });
}

/** The error objects of a body; gateways nest what the provider said, some of them as text in a message. */
function errorsIn(json: unknown, depth: number): readonly JsonRecord[] {
  const roots = listOf(json).filter(isRecord);
  return roots.flatMap((root) => {
    const errors = [...listOf(root['error']), ...listOf(root['errors']), root['base_resp'], root].filter(isRecord);
    if (depth === 0) return errors;
    return [
      ...errors,
      ...errors
        .flatMap(messagesOf)
        .flatMap((text) => (/^\s*[{[]/.test(text) ? errorsIn(parseJson(text), depth - 1) : [])),
    ];
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, 4) : [value];
}

function messagesOf(error: JsonRecord): readonly string[] {
  const metadata = isRecord(error['metadata']) ? error['metadata'] : {};
  const texts = [...sentenceFields.map((name) => error[name]), error['error'], metadata['raw']];
  return texts.filter((text) => typeof text === 'string');
}

/** Google: `details: [{'@type': '…RetryInfo', retryDelay: '22s'}]`. */
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

/** OpenRouter: seconds of its own, or the headers of the provider behind it. */
function metadataHint(error: JsonRecord, serverNow: number): Hint | undefined {
  const metadata = error['metadata'];
  if (!isRecord(metadata)) return undefined;
  const seconds = hint(amount(metadata['retry_after_seconds'], 1000), 'retry_after_seconds');
  if (seconds || !isRecord(metadata['headers'])) return seconds;
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(metadata['headers'])) {
    if (typeof value === 'string' || typeof value === 'number') headers.set(name.toLowerCase(), String(value));
  }
  const retryAfter = hint(delayUntil(headers.get('retry-after') ?? '', serverNow), 'metadata.headers');
  return retryAfter ?? exhaustedDimension(headers, serverNow);
}

function fieldHint(error: JsonRecord, serverNow: number, zoneHours: number): Hint | undefined {
  const { retry_after: after } = error;
  const resets = error['resets_at'] ?? error['reset_at'];
  return (
    hint(amount(error['retry_after_ms'], 1), 'retry_after_ms') ??
    hint(amount(error['retry_after_seconds'], 1000), 'retry_after_seconds') ??
    hint(typeof after === 'string' ? delayUntil(after, serverNow) : amount(after, 1000), 'retry_after') ??
    hint(amount(error['resets_in_seconds'], 1000), 'resets_in_seconds') ??
    hint(typeof resets === 'number' ? delayUntil(String(resets), serverNow) : undefined, 'resets_at') ??
    hint(typeof resets === 'string' ? resetDelay(resets, serverNow, zoneHours) : undefined, 'resets_at')
  );
}

function resetDelay(text: string, serverNow: number, zoneHours: number): number | undefined {
  const found = timeInText(text, zoneHours);
  return found ? found.time - serverNow : delayUntil(text, serverNow);
}

function amount(value: unknown, unitMs: number): number | undefined {
  const number = typeof value === 'string' ? parseNumber(value.trim()) : value;
  return typeof number === 'number' ? number * unitMs : undefined;
}

/** What stands before a duration, at the end of the match. */
const leadIns = [
  /\b(?:try again|retry|retrying|resets?|available again)\b[^.\d]{0,40}?\b(?:in|after)\s{1,4}(?=\d)/gi,
  /\bwait\s{1,4}(?:for\s{1,4}|at least\s{1,4})?(?=\d)/gi,
];

/** `20 秒后重试`, `1分30秒之后`. */
const chinese =
  /(?:\d{1,9}(?:\.\d{1,9})?\s{0,2}(?:毫秒|秒钟?|分钟?|个?小时|天|ms|s|min)\s{0,2}){1,4}(?=[之以]?后|再试|重试)/;

function spokenDelay(text: string): number | undefined {
  for (const leadIn of leadIns) {
    for (const match of text.matchAll(leadIn)) {
      const delay = leadingDuration(text.slice(match.index + match[0].length));
      if (delay !== undefined) return delay;
    }
  }
  const words = chinese.exec(text)?.[0];
  return words === undefined ? undefined : parseDuration(words.replace(/\s/g, ''));
}

/**
 * Names of rate limit headers. A name is shown to the user but may come from the gateway's JSON, so a name with other
 * characters is ignored.
 */
const dimension = /^(?:x-|anthropic-)?ratelimit-[\w-]{1,80}$/;

/**
 * The reset time of a dimension (requests, tokens, …) that has nothing left; of several the last one. The others
 * reset too, but nobody waits for them.
 * @param headers names in lower case
 */
function exhaustedDimension(headers: ReadonlyMap<string, string>, serverNow: number): Hint | undefined {
  let longest: Hint | undefined;
  for (const [name, value] of headers) {
    if (!dimension.test(name) || !isExhausted(name, headers)) continue;
    const found = hint(delayUntil(value, serverNow) ?? parseDuration(value), name);
    if (found && found.delayMs > (longest?.delayMs ?? 0)) longest = found;
  }
  return longest;
}

function isExhausted(name: string, headers: ReadonlyMap<string, string>): boolean {
  const reset = name.lastIndexOf('-reset');
  const end = reset + '-reset'.length;
  if (reset < 0) return false;
  const sibling = (word: string): string | undefined =>
    headers.get(`${name.slice(0, reset)}-${word}${name.slice(end)}`)?.trim();
  const remaining = sibling('remaining');
  if (remaining) return Number(remaining) <= 0;
  // The unified limit of a subscription counts nothing; where it names its state, only a refusal is worth a wait.
  return name.endsWith('-unified-reset') && !sibling('status')?.startsWith('allowed');
}
