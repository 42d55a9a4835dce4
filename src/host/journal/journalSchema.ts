import * as v from 'valibot';
import type { EarlierAnswer } from '../../engine/engine';
import {
  faultActions,
  type AttemptReason,
  type FaultAction,
  type FaultKind,
  type RecordedEvent,
  type ResumeMethod,
  type StreamEvent,
  type TextEvent,
  type WaitOrigin,
} from '../../engine/events';
import { isRecord } from '../../engine/json';
import type { Attachment, ContextKind } from '../../shared/protocol';
import type { ApplyTarget, PromptInput } from '../conversation/exchange';
import { oneOf, parsed, type Entries, type OfType } from '../util/schemas';

/** Raised when a line changes its meaning; an older extension then leaves the file alone. */
export const journalSchema = 3;

export interface HeaderLine {
  readonly type: 'conversation';
  /**
   * 1: an exchange had one `attachment`, and no other version. Up to 2: every terminal event repeated the whole answer.
   */
  readonly schema: 1 | 2 | typeof journalSchema;
  readonly id: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

export interface ExchangeLine extends PromptInput {
  readonly type: 'exchange';
  readonly id: string;
  /** The one it was asked after; '': it is a first one; absent: the last one of the path that was shown then. */
  readonly after?: string | undefined;
}

export interface EventsLine {
  readonly type: 'events';
  readonly exchangeId: string;
  readonly events: readonly RecordedEvent[];
}

/** The turn starts again and keeps its text. */
interface RerunLine {
  readonly type: 'rerun';
  readonly exchangeId: string;
  readonly model?: string | undefined;
  /** Absent: `restart`. */
  readonly go?: EarlierAnswer['go'] | undefined;
}

/** Somebody has found the turn broken off by a reload or a crash; until then nobody was told. */
interface InterruptedLine {
  readonly type: 'interrupted';
  readonly exchangeId: string;
}

/** Another version is shown: the path goes through this exchange. */
interface ShowLine {
  readonly type: 'show';
  readonly exchangeId: string;
}

/** Given by the person; '' takes it away. */
interface TitleLine {
  readonly type: 'title';
  readonly title: string;
}

/** What became of a turn. */
export type TurnLine = EventsLine | RerunLine | InterruptedLine;

export type JournalLine = ExchangeLine | TurnLine | ShowLine | TitleLine;

// A journal on disk may contain anything. Each schema returns a copy of a value with only its known fields, so that
// nothing unchecked gets any further. Numbers are brought into a range that dates and charts can show.

/**
 * Maximum of monotonic times and durations in milliseconds: about thirty years. `latestEpoch` plus this is still a
 * valid `Date`.
 */
const maxMs = 1e12;
const maxEpochMs = 4e15;
const maxOffset = 2 ** 31 - 1;

const textSchema = v.string();
const within = (least: number, most: number) => v.pipe(v.number(), v.toMinValue(least), v.toMaxValue(most));
const ms = within(0, maxMs);
const epoch = within(0, maxEpochMs);
const count = v.pipe(ms, v.transform(Math.trunc));
const position = v.pipe(within(0, maxOffset), v.transform(Math.trunc));
/** For numbers that are only shown: a number that can't be used becomes 0. */
const orZero = (schema: v.GenericSchema<unknown, number>) => v.fallback(schema, 0);
/** For a field that is only shown: a value that can't be used is left out. */
const optionalDetail = <T>(schema: v.GenericSchema<unknown, T>) =>
  v.optional(v.fallback(v.optional(schema), undefined));

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
const actions = v.pipe(
  v.array(v.unknown()),
  v.transform((all) => all.filter((each): each is FaultAction => v.is(oneOf(faultActions), each))),
);

/** Requires every field of every event: a forgotten field would be lost at the next start. */
type EventEntries = {
  readonly [Type in StreamEvent['type']]: Entries<
    Omit<OfType<Type extends 'text' ? StreamEvent : RecordedEvent, Type>, 'type' | 'attempt' | 'at'>
  >;
};

const eventEntries: EventEntries = {
  attempt: {
    model: textSchema,
    why: oneOf(attemptReasons),
    how: optionalDetail(method),
    time: orZero(epoch),
  },
  headers: { status: orZero(count), requestId: optionalDetail(textSchema), ms: orZero(ms) },
  text: { text: textSchema },
  reasoning: { text: textSchema },
  waiting: {
    until: orZero(epoch),
    delayMs: orZero(ms),
    source: oneOf({ server: true, backoff: true }),
    estimated: optionalDetail(v.literal(true)),
    reason: faultKind,
    maxAttempts: orZero(count),
    message: textSchema,
    hintMs: optionalDetail(ms),
    hintFrom: optionalDetail(textSchema),
    jitterMs: optionalDetail(ms),
    told: optionalDetail(oneOf(waitOrigins)),
    status: optionalDetail(count),
    requestId: optionalDetail(textSchema),
    actions: actions,
  },
  quiet: { forMs: orZero(ms) },
  'tool-call': {
    // A corrected index would assign this delta to another call.
    index: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxOffset)),
    id: optionalDetail(textSchema),
    name: v.optional(textSchema),
    arguments: textSchema,
  },
  ended: {
    how: oneOf({ ...faultKinds, finished: true, stopped: true, abandoned: true }),
    row: optionalDetail(count),
    ms: orZero(ms),
    firstTokenMs: optionalDetail(ms),
    bytes: orZero(count),
    chars: orZero(count),
    tokens: optionalDetail(count),
  },
  cut: { reason: faultKind, message: textSchema },
  resumed: { how: method, trimmed: orZero(position), seam: orZero(position) },
  replaced: { text: textSchema, because: optionalDetail(oneOf({ reasoning: true })) },
  model: { from: textSchema, to: textSchema, reason: oneOf({ ...faultKinds, user: true }) },
  usage: { promptTokens: orZero(count), completionTokens: orZero(count), totalTokens: orZero(count) },
  done: { finishReason: textSchema, attempts: orZero(count), text: v.optional(textSchema), waitedMs: orZero(ms) },
  stopped: { text: v.optional(textSchema) },
  failed: {
    kind: faultKind,
    status: optionalDetail(count),
    requestId: optionalDetail(textSchema),
    message: textSchema,
    text: v.optional(textSchema),
    actions: actions,
    detail: optionalDetail(textSchema),
    resetsAt: optionalDetail(epoch),
    beyondMaxHint: optionalDetail(v.literal(true)),
  },
};

const attachment = v.object<Entries<Attachment>>({
  kind: v.optional(oneOf(contextKinds)),
  label: textSchema,
  languageId: textSchema,
  code: textSchema,
  truncated: v.optional(v.boolean()),
});
const promptEntries: Entries<PromptInput> = {
  prompt: textSchema,
  content: v.optional(textSchema),
  attachments: v.optional(v.array(attachment)),
  target: v.optional(
    v.object<Entries<ApplyTarget>>({ uri: textSchema, startLine: position, startCharacter: position }),
  ),
  model: v.optional(textSchema),
  demo: v.optional(v.boolean()),
};
const promptInput = v.object(promptEntries);

const lineEntries: { readonly [Type in JournalLine['type']]: Entries<Omit<OfType<JournalLine, Type>, 'type'>> } = {
  exchange: { id: v.pipe(textSchema, v.nonEmpty()), after: v.optional(textSchema), ...promptEntries },
  // Each event is checked later by itself, so that an event that can't be used does not cost the others.
  events: { exchangeId: textSchema, events: v.custom<readonly RecordedEvent[]>(Array.isArray) },
  rerun: {
    exchangeId: textSchema,
    model: v.optional(textSchema),
    go: v.optional(oneOf({ continue: true, restart: true })),
  },
  interrupted: { exchangeId: textSchema },
  show: { exchangeId: textSchema },
  title: { title: textSchema },
};

const eventSchemas = schemasByType<RecordedEvent>(eventEntries, { attempt: count, at: ms });
const lineSchemas = schemasByType<JournalLine>(lineEntries, {});

/** @returns undefined for an event that can't be used */
export function parseEvent(value: unknown): RecordedEvent | undefined {
  return isTextEvent(value) ? textEvent(value) : parseByType(eventSchemas, value);
}

/** Checks a line, but not yet the events in it. @returns undefined for a line that can't be used */
export function parseLine(value: unknown): JournalLine | undefined {
  return parseByType(lineSchemas, value);
}

/** @param newest the newest schema that is known */
export function parseHeader(value: unknown, newest: number): HeaderLine | undefined {
  const header = v.object({
    type: v.literal('conversation'),
    schema: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(newest)),
    id: textSchema,
    createdAt: orZero(epoch),
  });
  return parsed(header, value) as HeaderLine | undefined;
}

export function isPromptInput(value: unknown): value is PromptInput {
  return v.is(promptInput, value);
}

/** Returns whether the answer would have a gap without this event. */
export function carriesText(value: unknown): boolean {
  const type = isRecord(value) ? value['type'] : undefined;
  return type === 'text' || type === 'reasoning' || type === 'replaced' || type === 'tool-call';
}

/** Recognises most events of a journal without their schema, which would take several times as long. */
function isTextEvent(value: unknown): value is TextEvent {
  if (!isRecord(value) || (value['type'] !== 'text' && value['type'] !== 'reasoning')) return false;
  const { attempt, at, text } = value;
  return typeof text === 'string' && isMilliseconds(attempt) && Number.isInteger(attempt) && isMilliseconds(at);
}

function textEvent({ type, attempt, at, text }: TextEvent): TextEvent {
  return { type, attempt, at, text };
}

function isMilliseconds(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= maxMs;
}

type Schemas<T> = ReadonlyMap<unknown, v.GenericSchema<unknown, T>>;

function schemasByType<T>(entriesOf: Readonly<Record<string, v.ObjectEntries>>, base: v.ObjectEntries): Schemas<T> {
  return new Map(
    Object.entries(entriesOf).map(([type, entries]) => {
      const schema: v.GenericSchema = v.object({ type: v.literal(type), ...base, ...entries });
      return [type, schema as v.GenericSchema<unknown, T>];
    }),
  );
}

function parseByType<T>(schemas: Schemas<T>, value: unknown): T | undefined {
  const schema = isRecord(value) ? schemas.get(value['type']) : undefined;
  return schema && parsed(schema, value);
}
