import * as v from 'valibot';
import {
  faultActions,
  faultKinds,
  type AttemptTrigger,
  type DelaySource,
  type FaultAction,
  type RecordedEvent,
  type ResumeMethod,
  type StreamEvent,
  type WaitOrigin,
} from '../../engine/events';
import { reasoningEfforts } from '../../engine/request';
import { maxCost } from '../../engine/state/usage';
import { oneOf, type FieldSchemas, type MemberOfType } from '../util/schemas';

// A journal on disk may contain anything. Each schema returns a copy with only the fields that it lists. Numbers are
// limited to a range that dates and charts can show.

/** Maximum of monotonic times and durations, in milliseconds. Its sum with `maxEpochMs` is still a valid `Date`. */
export const maxMs = 1e12;
const maxEpochMs = 4e15;
const maxOffset = 2 ** 31 - 1;

const textSchema = v.string();
const within = (min: number, max: number) => v.pipe(v.number(), v.toMinValue(min), v.toMaxValue(max));
const ms = within(0, maxMs);
const epoch = within(0, maxEpochMs);
const count = v.pipe(ms, v.transform(Math.trunc));
// Counts of tokens and prices come from gateways, so an absurd one is left out instead of being limited to a range.
const tokens = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxMs));
const cost = v.pipe(v.number(), v.minValue(0), v.maxValue(maxCost));
const position = v.pipe(within(0, maxOffset), v.transform(Math.trunc));
/** Schema for a number that is only displayed: an invalid number becomes 0. */
const orZero = (schema: v.GenericSchema<unknown, number>) => v.fallback(schema, 0);
/** Schema for a field that is only displayed: an invalid value is left out. */
const optionalDetail = <T>(schema: v.GenericSchema<unknown, T>) =>
  v.optional(v.fallback(v.optional(schema), undefined));

const faultKind = oneOf(faultKinds);
const method = oneOf<ResumeMethod>({ prefill: true, continue: true, restart: true });
const trigger = oneOf<AttemptTrigger>({
  first: true,
  retry: true,
  'retry-now': true,
  replay: true,
  repair: true,
  resume: true,
  switch: true,
});
const actions = v.pipe(
  v.array(v.unknown()),
  v.transform((values) => values.filter((value): value is FaultAction => v.is(oneOf(faultActions), value))),
);

function details<T, Name extends string>(schema: v.GenericSchema<unknown, T>, ...names: readonly Name[]) {
  const entries = names.map((name) => [name, optionalDetail(schema)]);
  return Object.fromEntries(entries) as Readonly<Record<Name, ReturnType<typeof optionalDetail<T>>>>;
}

const effort = v.picklist(reasoningEfforts);
const spent = { ...details(tokens, 'cachedTokens', 'reasoningTokens'), cost: optionalDetail(cost) };

/** Requires a schema for every field of every event, because a field without a schema would be lost when a file is read. */
type EventEntries = {
  readonly [Type in StreamEvent['type']]: FieldSchemas<
    Omit<MemberOfType<Type extends 'text' ? StreamEvent : RecordedEvent, Type>, 'type' | 'attempt' | 'at'>
  >;
};

const eventEntries: EventEntries = {
  attempt: {
    model: textSchema,
    origin: textSchema,
    why: trigger,
    how: optionalDetail(method),
    hasOtherGateway: optionalDetail(v.literal(true)),
    time: orZero(epoch),
    ...details(textSchema, 'baseUrl', 'userModel', 'gatewayName'),
    ...details(effort, 'effort', 'refusedEffort'),
    cutAtTokens: optionalDetail(tokens),
  },
  headers: { status: orZero(count), requestId: optionalDetail(textSchema), ms: orZero(ms) },
  text: { text: textSchema },
  reasoning: { text: textSchema },
  waiting: {
    until: orZero(epoch),
    delayMs: orZero(ms),
    source: oneOf<DelaySource>({ server: true, backoff: true }),
    estimated: optionalDetail(v.literal(true)),
    reason: faultKind,
    maxAttempts: orZero(count),
    message: textSchema,
    told: optionalDetail(oneOf<WaitOrigin>({ turn: true, request: true, window: true })),
    status: optionalDetail(count),
    actions,
    ...details(ms, 'hintMs', 'jitterMs'),
    ...details(textSchema, 'hintFrom', 'requestId', 'detail', 'fallbackModel'),
  },
  'tool-call': {
    // A clamped index would assign this delta to another tool call.
    index: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxOffset)),
    id: optionalDetail(textSchema),
    name: v.optional(textSchema),
    arguments: textSchema,
  },
  ended: {
    how: oneOf({ ...faultKinds, finished: true, stopped: true, abandoned: true }),
    row: optionalDetail(textSchema),
    ms: orZero(ms),
    firstTokenMs: optionalDetail(ms),
    bytes: orZero(count),
    chars: orZero(count),
    ...details(tokens, 'tokens', 'promptTokens', 'completionTokens'),
    ...spent,
    estimatedCost: optionalDetail(cost),
  },
  cut: { reason: faultKind, message: textSchema },
  resumed: { how: method, trimmed: orZero(position), resumePoint: orZero(position) },
  replaced: { text: textSchema, because: optionalDetail(oneOf({ reasoning: true })) },
  model: { from: textSchema, to: textSchema, reason: oneOf({ ...faultKinds, user: true }) },
  gateway: {
    from: textSchema,
    to: textSchema,
    reason: oneOf({ ...faultKinds, user: true }),
    ...details(textSchema, 'row', 'fromUrl', 'toUrl', 'fromName', 'toName'),
  },
  usage: {
    promptTokens: orZero(tokens),
    completionTokens: orZero(tokens),
    totalTokens: orZero(tokens),
    ...spent,
  },
  done: { finishReason: textSchema, attempts: orZero(count), text: v.optional(textSchema), waitedMs: orZero(ms) },
  stopped: { text: v.optional(textSchema) },
  failed: {
    kind: faultKind,
    status: optionalDetail(count),
    message: textSchema,
    text: v.optional(textSchema),
    actions,
    resetsAt: optionalDetail(epoch),
    beyondMaxHint: optionalDetail(v.literal(true)),
    contextTokens: optionalDetail(tokens),
    ...details(textSchema, 'requestId', 'detail', 'fallbackModel', 'nextGateway', 'nextGatewayName'),
  },
};

export const eventSchemas = schemasByType<RecordedEvent>(eventEntries, { attempt: count, at: ms });
export type Schemas<T> = ReadonlyMap<unknown, v.GenericSchema<unknown, T>>;

function schemasByType<T>(entriesOf: Readonly<Record<string, v.ObjectEntries>>, base: v.ObjectEntries): Schemas<T> {
  return new Map(
    Object.entries(entriesOf).map(([type, entries]) => {
      const schema: v.GenericSchema = v.object({ type: v.literal(type), ...base, ...entries });
      return [type, schema as v.GenericSchema<unknown, T>];
    }),
  );
}
