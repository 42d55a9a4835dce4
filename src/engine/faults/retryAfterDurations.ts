/** Maximum number of characters that are read as a duration. */
const maxTextLength = 100;

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

/**
 * Parses a number that consists of digits with or without decimals. Returns undefined if the text has a sign, an
 * exponent or a space.
 */
export function parseNumber(text: string): number | undefined {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Matches an ISO 8601 duration: `PT1M30S`, `P1DT2H`. */
const isoDuration = /^P(\d{1,5}D)?(?:T((?:\d{1,9}(?:\.\d{1,9})?[HMS]){1,3}))?$/i;

/**
 * Parses a duration: `22s`, `6m0s`, `120ms`, `1h2m3.5s`, `1 minute and 20 seconds`, `30 秒`, `an hour`, `PT30S`, or a
 * number of seconds.
 * @returns the duration in milliseconds, or undefined if the text is not a duration
 */
export function parseDuration(value: string): number | undefined {
  const text = value.trim();
  const seconds = parseNumber(text);
  if (seconds !== undefined) return seconds * 1000;
  if (text.length > maxTextLength) return undefined;
  const iso = isoDuration.exec(text);
  if (iso) return parseDuration(`${iso[1] ?? ''}${iso[2] ?? ''}`.toLowerCase());
  const scanned = scanDuration(text);
  return scanned?.length === text.length ? scanned.ms : undefined;
}

/** Matches a duration in the format of .NET, with or without days: `05:11:02`, `16.05:20:23`. */
const clockPattern = /^(?:(\d{1,3})\.)?(\d{1,3}):(\d\d):(\d\d)/;

/**
 * Parses a duration at the start of a text.
 * @returns the duration in milliseconds, or undefined if the text does not begin with a duration or its unit is not
 * supported (`1 month`)
 */
export function parseLeadingDuration(text: string): number | undefined {
  const clock = clockPattern.exec(text);
  if (clock) {
    const [days = 0, hours = 0, minutes = 0, seconds = 0] = clock
      .slice(1)
      .map((part: string | undefined) => Number(part ?? 0));
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  }
  return scanDuration(text.slice(0, maxTextLength))?.ms;
}

function scanDuration(text: string): { readonly ms: number | undefined; readonly length: number } | undefined {
  const part =
    /(\d{1,15}(?:\.\d{1,15})?|an?(?=\s))\s{0,2}([a-z]{1,12}|个?[毫秒分钟小时天]{1,2})(?:,?\s{0,2}(?:and\s{1,2})?(?=\d))?/giy;
  let ms: number | undefined;
  let length = 0;
  for (let match = part.exec(text); match; match = part.exec(text)) {
    const unit = unitMs.get(match[2]?.toLowerCase() ?? '');
    if (unit === undefined) return undefined;
    ms = (ms ?? 0) + (/\d/.test(String(match[1])) ? Number(match[1]) : 1) * unit;
    length = part.lastIndex;
  }
  return { ms, length };
}

/** Matches an HTTP date in the form that servers must send (RFC 9110, 5.6.7), or an RFC 3339 time. */
const timePattern =
  /^(?:[a-z]{3}, \d\d [a-z]{3} \d{4} \d\d:\d\d:\d\d GMT|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))$/i;

/**
 * Parses an HTTP date or an RFC 3339 time.
 * @returns the time in epoch milliseconds, or undefined if the text is neither
 */
export function parseTime(text: string): number | undefined {
  // The format is checked first, because `Date.parse` accepts almost any text: it reads `"60"` as a year.
  const time = timePattern.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

const hourMs = 3_600_000;

/**
 * Matches a date and time with `-`, `/`, `.` or 年月日 between the parts of the date, and the time zone if there is one.
 */
const dateAndTime =
  /(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:T|,? at |\s{1,2})?(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d{1,9})?\s{0,2}\(?(Z\b|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d\d)?|UTC|GMT)?/;

interface FoundTime {
  /** Time that was found in the text, in epoch milliseconds. */
  readonly time: number;
  /** Offsets in the text at which the time begins and ends. */
  readonly index: number;
  readonly end: number;
}

/**
 * Finds the first date and time in a text.
 * @param zoneHours the time zone to assume if the text names none, in hours east of UTC
 */
export function findTime(text: string, zoneHours: number): FoundTime | undefined {
  const match = dateAndTime.exec(text);
  if (!match) return undefined;
  const [year, month, day, hours, minutes, seconds = 0] = match.slice(1, 7).filter(Boolean).map(Number);
  const time = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hours, minutes, seconds);
  const { index } = match;
  return { time: time - (zoneOffset(match[7]) ?? zoneHours) * hourMs, index, end: index + match[0].length };
}

/** Finds an epoch time between 2020 and 2033 in a text, in seconds or milliseconds: `resets at 1768471200`. */
export function findEpochTime(text: string): FoundTime | undefined {
  const match = /(?<![\w.-])1[6-9]\d{8}(\d{3})?(?![\w-]|\.\d)/.exec(text);
  if (!match) return undefined;
  const time = Number(match[0]) * (match[1] === undefined ? 1000 : 1);
  return { time, index: match.index, end: match.index + match[0].length };
}

/** Returns the offset of a time zone, such as `+08:00`, in hours east of UTC. */
function zoneOffset(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined;
  const [, sign, hours, minutes] = /([+-])(\d{1,2}):?(\d\d)?/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) + Number(minutes ?? 0) / 60);
}

/**
 * Parses the value of a `retry-after` or reset field: an epoch time in seconds or milliseconds, a date and time, or a
 * duration, which can be a number of seconds.
 * @param serverNow the current time by the gateway's clock, in epoch milliseconds
 * @returns the delay from `serverNow` in milliseconds, or undefined if the value is unreadable
 */
export function parseDelay(value: string, serverNow: number): number | undefined {
  const text = value.trim();
  const number = parseNumber(text) ?? 0;
  const time = number >= 1e12 ? number : number >= 1e9 ? number * 1000 : parseTime(text);
  return time === undefined ? parseDuration(text) : time - serverNow;
}
