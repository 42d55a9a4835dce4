/** Times and durations as servers write them. Results in milliseconds; undefined: it is none. */

/** Nothing a server means is longer, and no pattern here ever sees more. */
const maxTextLength = 100;

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const unitMs: ReadonlyMap<string, number> = new Map(
  (
    [
      [1, 'ms msec msecs millisecond milliseconds 毫秒'],
      [1000, 's sec secs second seconds 秒 秒钟'],
      [60_000, 'm min mins minute minutes 分 分钟'],
      [3_600_000, 'h hr hrs hour hours 小时 个小时'],
      [86_400_000, 'd day days 天'],
    ] as const
  ).flatMap(([ms, names]) => names.split(' ').map((name): readonly [string, number] => [name, ms])),
);

/** Digits with or without decimals; no sign, no exponent, no blanks. */
export function parseNumber(text: string): number | undefined {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** `22s`, `6m0s`, `120ms`, `1h2m3.5s`, `1 minute and 20 seconds`, `30 秒`; a bare number is seconds. */
export function parseDuration(value: string): number | undefined {
  const text = value.trim();
  const seconds = parseNumber(text);
  if (seconds !== undefined) return seconds * 1000;
  if (text.length > maxTextLength) return undefined;
  const scanned = scanDuration(text);
  return scanned?.length === text.length ? scanned.ms : undefined;
}

/** The duration that `text` begins with, whatever follows it. An unknown unit (`1 month`) makes it none. */
export function parseLeadingDuration(text: string): number | undefined {
  return scanDuration(text.slice(0, maxTextLength))?.ms;
}

function scanDuration(text: string): { readonly ms: number | undefined; readonly length: number } | undefined {
  const part =
    /(\d{1,15}(?:\.\d{1,15})?)\s{0,2}([a-z]{1,12}|个?[毫秒分钟小时天]{1,2})(?:,?\s{0,2}(?:and\s{1,2})?(?=\d))?/giy;
  let ms: number | undefined;
  let length = 0;
  for (let match = part.exec(text); match; match = part.exec(text)) {
    const unit = unitMs.get(match[2]?.toLowerCase() ?? '');
    if (unit === undefined) return undefined;
    ms = (ms ?? 0) + Number(match[1]) * unit;
    length = part.lastIndex;
  }
  return { ms, length };
}

/** Epoch milliseconds of an HTTP date in any of its three forms (RFC 9110, 5.6.7), or of an RFC 3339 time. */
export function parseTime(text: string): number | undefined {
  // `new Date` takes almost anything for a date (`"60"` is a year), so the shape comes first.
  const httpDate =
    /^[a-z]{3,9}, (\d{1,2})[ -]([a-z]{3})[ -](\d{4}|\d{2}) (\d\d):(\d\d):(\d\d)(?: (?:GMT|UTC|\+0000))?$/i.exec(text);
  if (httpDate) return utc(httpDate[3], httpDate[2], httpDate[1], httpDate.slice(4));
  const asctime = /^[a-z]{3} ([a-z]{3}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})$/i.exec(text);
  if (asctime) return utc(asctime[6], asctime[1], asctime[2], asctime.slice(3, 6));
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

const hourMs = 3_600_000;

/** A date and time with `-`, `/`, `.` or 年月日 between its parts; its zone, where it names one. */
const dateAndTime =
  /(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:T|,? at |\s{1,2})?(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d{1,9})?\s{0,2}\(?(Z\b|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d\d)?|UTC|GMT)?/;

interface FoundTime {
  /** Epoch milliseconds. */
  readonly time: number;
  /** Offsets of its text in the sentence. */
  readonly index: number;
  readonly end: number;
}

/**
 * Finds the first date and time in a sentence.
 * @param zoneHours the zone of a time without one, in hours east of UTC
 */
export function findTime(text: string, zoneHours: number): FoundTime | undefined {
  const match = dateAndTime.exec(text);
  if (!match) return undefined;
  const [year, month, day, hours, minutes, seconds = 0] = match.slice(1, 7).filter(Boolean).map(Number);
  const time = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hours, minutes, seconds);
  const { index } = match;
  return { time: time - (zoneOffset(match[7]) ?? zoneHours) * hourMs, index, end: index + match[0].length };
}

/** Hours east of UTC. */
function zoneOffset(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined;
  const [, sign, hours = '0', minutes = '0'] = /([+-])(\d{1,2}):?(\d\d)?/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) + Number(minutes) / 60);
}

function utc(year = '', month = '', day = '', [hours, minutes, seconds]: readonly string[]): number | undefined {
  const index = months.indexOf(month.toLowerCase());
  // Two digits are the RFC 850 form; nobody asks for the last century any more than for 1970 and before.
  const fullYear = year.length === 4 ? Number(year) : Number(year) + (Number(year) < 70 ? 2000 : 1900);
  const time = Date.UTC(fullYear, index, Number(day), Number(hours), Number(minutes), Number(seconds));
  const isRealDate = index >= 0 && new Date(time).getUTCDate() === Number(day);
  return isRealDate ? time : undefined;
}

/**
 * From `serverNow`: a number is seconds or, where that would be decades, an epoch time in seconds or milliseconds;
 * anything else must be a time of day with its date.
 */
export function parseDelay(value: string, serverNow: number): number | undefined {
  const text = value.trim();
  const number = parseNumber(text);
  if (number === undefined) {
    const time = text.length > maxTextLength ? undefined : parseTime(text);
    return time === undefined ? undefined : time - serverNow;
  }
  if (number >= 1e12) return number - serverNow;
  return number >= 1e9 ? number * 1000 - serverNow : number * 1000;
}

/** A server's wish for when to come back. */
export interface RetryAfter {
  /** From now, more than 0 and finite. */
  readonly delayMs: number;
  /** The header or body field it came from. */
  readonly field: string;
}

const maxRetryAfterMs = 366 * 24 * 3600 * 1000;

/** Zero, a time in the past and nonsense are no hint; centuries are cut to what a date can show. */
export function toRetryAfter(delayMs: number | undefined, field: string): RetryAfter | undefined {
  if (delayMs === undefined || Number.isNaN(delayMs) || delayMs <= 0) return undefined;
  return { delayMs: Math.min(maxRetryAfterMs, Math.ceil(delayMs)), field };
}
