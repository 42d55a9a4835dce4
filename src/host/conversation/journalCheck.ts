import {
  faultActions,
  type AttemptReason,
  type FaultAction,
  type FaultKind,
  type RecordedEvent,
  type ResumeMethod,
  type StreamEvent,
  type WaitOrigin,
} from '../../core/events';
import type { ContextKind } from '../../protocol';
import type { PromptInput } from './exchange';
import type { HeaderLine, JournalLine } from './journalLines';

// A journal on disk may contain anything. Each check returns a copy of a value with only its known fields, so that
// nothing unchecked gets any further, or returns `undefined` for a value that can't be used. Numbers are brought into a
// range that dates and charts can show.

type Check<T = unknown> = (value: unknown) => T | undefined;

interface Field {
  readonly check: Check;
  /** What happens if the value can't be used: `refused` refuses the whole object, `left out` drops only this field. */
  readonly otherwise: 'refused' | 'left out';
  readonly isOptional: boolean;
}

/**
 * Maximum of monotonic times and durations in milliseconds: about thirty years. `latestEpoch` plus this is still a
 * valid `Date`.
 */
const longestMs = 1e12;
const latestEpoch = 4e15;

const text: Check<string> = (value) => (typeof value === 'string' ? value : undefined);
const flag: Check<boolean> = (value) => (typeof value === 'boolean' ? value : undefined);
const within =
  (least: number, most: number): Check<number> =>
  (value) =>
    typeof value === 'number' && !Number.isNaN(value) ? Math.min(most, Math.max(least, value)) : undefined;
const whole =
  (least: number, most: number): Check<number> =>
  (value) => {
    const number = within(least, most)(value);
    return number === undefined ? undefined : Math.trunc(number);
  };
const ms = within(0, longestMs);
const epoch = within(0, latestEpoch);
const count = whole(0, longestMs);
/** For numbers that are only shown: a number that can't be used becomes 0. */
const orZero =
  (check: Check<number>): Check<number> =>
  (value) =>
    check(value) ?? 0;
const position = whole(0, 2 ** 31 - 1);

function oneOf<T extends string>(known: Readonly<Record<T, true>>): Check<T> {
  return (value) => (typeof value === 'string' && Object.hasOwn(known, value) ? (value as T) : undefined);
}

function listOf<T>(check: Check<T>): Check<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    const items = value.map(check);
    return items.every((item) => item !== undefined) ? items : undefined;
  };
}

const required = (check: Check): Field => ({ check, otherwise: 'refused', isOptional: false });
const optional = (check: Check): Field => ({ check, otherwise: 'refused', isOptional: true });
/** For a field that is only shown: a value that can't be used is left out. */
const extra = (check: Check): Field => ({ check, otherwise: 'left out', isOptional: true });
const number = (check: Check<number>): Field => ({ check: orZero(check), otherwise: 'refused', isOptional: false });

type Fields = Readonly<Record<string, Field>>;

function objectOf<T>(fields: Fields): Check<T> {
  const all = Object.entries(fields);
  return (value) => {
    if (!isObject(value)) return undefined;
    const known: Record<string, unknown> = {};
    for (const [name, { check, otherwise, isOptional }] of all) {
      const given = Object.hasOwn(value, name) ? value[name] : undefined;
      if (given === undefined && isOptional) continue;
      const checked = check(given);
      if (checked !== undefined) known[name] = checked;
      else if (otherwise === 'refused') return undefined;
    }
    return known as T;
  };
}

const faultKinds: Readonly<Record<FaultKind, true>> = {
  auth: true,
  credit: true,
  'rate-limit': true,
  model: true,
  'context-length': true,
  'content-filter': true,
  request: true,
  'not-found': true,
  permission: true,
  'too-large': true,
  overloaded: true,
  server: true,
  gateway: true,
  timeout: true,
  connection: true,
  dns: true,
  offline: true,
  tls: true,
  proxy: true,
  redirect: true,
  'not-a-stream': true,
  empty: true,
  stalled: true,
  truncated: true,
  malformed: true,
  budget: true,
  breaker: true,
  keyring: true,
  internal: true,
};
const attemptReasons: Readonly<Record<AttemptReason, true>> = {
  first: true,
  retry: true,
  'retry-now': true,
  replay: true,
  repair: true,
  resume: true,
  switch: true,
};
const resumeMethods: Readonly<Record<ResumeMethod, true>> = { prefill: true, continue: true, restart: true };
const waitOrigins: Readonly<Record<WaitOrigin, true>> = { turn: true, request: true, window: true };
const contextKinds: Readonly<Record<ContextKind, true>> = { selection: true, file: true, problems: true };

const faultKind = oneOf(faultKinds);
const method = oneOf(resumeMethods);
const action = oneOf(faultActions);
const actions: Check<readonly FaultAction[]> = (value) =>
  Array.isArray(value) ? value.flatMap((each) => action(each) ?? []) : undefined;
const isTrue: Check<true> = (value) => (value === true ? true : undefined);

type EventOf<Type, Event = StreamEvent> = Event extends { type: infer Types }
  ? Type extends Types
    ? Event
    : never
  : never;
/** Requires every field of every event: a forgotten field would be lost at the next start. */
type EventFields = {
  readonly [Type in StreamEvent['type']]: Readonly<
    Record<Exclude<keyof EventOf<Type>, 'type' | 'attempt' | 'at'>, Field>
  >;
};

const eventFields: EventFields = {
  attempt: {
    model: required(text),
    why: required(oneOf(attemptReasons)),
    how: extra(method),
    time: number(epoch),
  },
  headers: { status: number(count), requestId: extra(text), ms: number(ms) },
  text: { text: required(text) },
  reasoning: { text: required(text) },
  waiting: {
    until: number(epoch),
    delayMs: number(ms),
    source: required(oneOf({ server: true, backoff: true })),
    estimated: extra(isTrue),
    reason: required(faultKind),
    maxAttempts: number(count),
    message: required(text),
    hintMs: extra(ms),
    hintFrom: extra(text),
    jitterMs: extra(ms),
    told: extra(oneOf(waitOrigins)),
    status: extra(count),
    requestId: extra(text),
    actions: required(actions),
  },
  quiet: { forMs: number(ms) },
  'tool-call': {
    // A corrected index would assign this delta to another call.
    index: required((value) => (position(value) === value ? value : undefined)),
    id: extra(text),
    name: optional(text),
    arguments: required(text),
  },
  ended: {
    how: required(oneOf({ ...faultKinds, finished: true, stopped: true, abandoned: true })),
    row: extra(count),
    ms: number(ms),
    firstTokenMs: extra(ms),
    bytes: number(count),
    chars: number(count),
    tokens: extra(count),
  },
  cut: { reason: required(faultKind), message: required(text) },
  resumed: { how: required(method), trimmed: number(position), seam: number(position) },
  replaced: { text: required(text), because: extra(oneOf({ reasoning: true })) },
  model: { from: required(text), to: required(text), reason: required(oneOf({ ...faultKinds, user: true })) },
  usage: { promptTokens: number(count), completionTokens: number(count), totalTokens: number(count) },
  done: { finishReason: required(text), attempts: number(count), text: optional(text), waitedMs: number(ms) },
  stopped: { text: optional(text) },
  failed: {
    kind: required(faultKind),
    status: extra(count),
    requestId: extra(text),
    message: required(text),
    text: optional(text),
    actions: required(actions),
    detail: extra(text),
    resetsAt: extra(epoch),
    beyondMaxHint: extra(isTrue),
  },
};

const eventType = oneOf<StreamEvent['type']>(
  Object.fromEntries(Object.keys(eventFields).map((type) => [type, true])) as Record<StreamEvent['type'], true>,
);
const eventChecks = new Map(
  Object.entries(eventFields).map(([type, fields]) => [
    type,
    objectOf<RecordedEvent>({ type: required(eventType), attempt: required(count), at: required(ms), ...fields }),
  ]),
);

/** @returns undefined for an event that can't be used */
export function checkedEvent(value: unknown): RecordedEvent | undefined {
  const type = isObject(value) ? eventType(value['type']) : undefined;
  return type && eventChecks.get(type)?.(value);
}

/** Returns whether the answer would have a gap without this event. */
export function bringsText(value: unknown): boolean {
  const type = isObject(value) ? value['type'] : undefined;
  return type === 'text' || type === 'reasoning' || type === 'replaced' || type === 'tool-call';
}

const attachment = objectOf({
  kind: optional(oneOf(contextKinds)),
  label: required(text),
  languageId: required(text),
  code: required(text),
  truncated: optional(flag),
});
const promptFields: Fields = {
  prompt: required(text),
  content: optional(text),
  attachments: optional(listOf(attachment)),
  target: optional(
    objectOf({ uri: required(text), startLine: required(position), startCharacter: required(position) }),
  ),
  model: optional(text),
  demo: optional(flag),
};
const promptInput = objectOf<PromptInput>(promptFields);

export function isPromptInput(value: unknown): value is PromptInput {
  return promptInput(value) !== undefined;
}

const id: Check<string> = (value) => (value === '' ? undefined : text(value));
const exchangeId = required(text);
const lineFields: Readonly<Record<JournalLine['type'], Fields>> = {
  exchange: { id: required(id), after: optional(text), ...promptFields },
  // Each event is checked later by itself, so that an event that can't be used does not cost the others.
  events: { exchangeId, events: required((value) => (Array.isArray(value) ? value : undefined)) },
  rerun: { exchangeId, model: optional(text), go: optional(oneOf({ continue: true, restart: true })) },
  interrupted: { exchangeId },
  show: { exchangeId },
  title: { title: required(text) },
};
const lineType = oneOf<JournalLine['type']>(
  Object.fromEntries(Object.keys(lineFields).map((type) => [type, true])) as Record<JournalLine['type'], true>,
);
const lineChecks = new Map(
  Object.entries(lineFields).map(([type, fields]) => [
    type,
    objectOf<JournalLine>({ type: required(lineType), ...fields }),
  ]),
);

/** Checks a line, but not yet the events in it. @returns undefined for a line that can't be used */
export function checkedLine(value: unknown): JournalLine | undefined {
  const type = isObject(value) ? lineType(value['type']) : undefined;
  return type && lineChecks.get(type)?.(value);
}

/** @param newest the newest schema that is known */
export function checkedHeader(value: unknown, newest: number): HeaderLine | undefined {
  const header = objectOf<HeaderLine>({
    type: required(oneOf({ conversation: true })),
    schema: required((schema) => (Number.isInteger(schema) ? within(1, newest)(schema) : undefined)),
    id: required(text),
    createdAt: number(epoch),
  })(value);
  return isObject(value) && header?.schema === value['schema'] ? header : undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
