import * as v from 'valibot';
import { currencies, faultActions, faultKinds, maxCost, maxEpochMs, maxMs, maxTokens } from './kinds';
import { reasoningEfforts } from '../request';
import type { FaultAction } from './kinds';

// A file on disk may contain anything. Each schema returns a copy with only the fields that it lists. Numbers are limited
// to a range that dates and charts can show.

const maxOffset = 2 ** 31 - 1;
const within = (min: number, max: number) => v.pipe(v.number(), v.toMinValue(min), v.toMaxValue(max));
const text = v.string();
const ms = within(0, maxMs);
export const epoch = within(0, maxEpochMs);
const count = v.pipe(ms, v.transform(Math.trunc));
export const position = v.pipe(within(0, maxOffset), v.transform(Math.trunc));
// Counts of tokens and prices come from gateways, so an absurd one is left out instead of being limited to a range.
const tokens = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxTokens));
const cost = v.pipe(v.number(), v.minValue(0), v.maxValue(maxCost));
/** Schema for a number that is only displayed: an invalid number becomes 0. */
export const orZero = (schema: v.GenericSchema<unknown, number>) => v.fallback(schema, 0);
/** Schema for a field that is only displayed: an invalid value is left out. */
export const detail = <T>(schema: v.GenericSchema<unknown, T>) => v.optional(v.fallback(v.optional(schema), undefined));
const isTrue = detail(v.literal(true));

const faultKind = v.picklist(faultKinds);
const actions = v.pipe(
  v.array(v.unknown()),
  v.transform((values): readonly FaultAction[] => values.filter((value) => v.is(v.picklist(faultActions), value))),
);
const method = v.picklist(['prefill', 'continue', 'restart']);
const switchReason = v.picklist([...faultKinds, 'user']);
const effort = v.picklist(reasoningEfforts);
const currency = detail(v.picklist(currencies));

/** A gateway as the user knew it at the time of the event. */
const gatewayRef = v.pipe(
  v.object({
    /** The normalized base URL. Its path may contain a token, so that no log and no report contains it. */
    id: text,
    label: text,
  }),
  v.readonly(),
);

/** The usage of tokens. An optional field is absent if the gateway does not report it. */
const usage = {
  promptTokens: orZero(tokens),
  /** Number of tokens in the answer, including its reasoning. */
  completionTokens: orZero(tokens),
  totalTokens: orZero(tokens),
  /** Tokens of the prompt that came from the provider's cache. */
  cachedTokens: detail(tokens),
  reasoningTokens: detail(tokens),
  cost: detail(cost),
  /** The currency of `cost`. */
  currency,
};

function event<const Type extends string, Entries extends v.ObjectEntries>(type: Type, entries: Entries) {
  return v.object({
    type: v.literal(type),
    /** From 1. A `waiting` event has the number of the next attempt. */
    attempt: count,
    /** Monotonic milliseconds. */
    at: ms,
    ...entries,
  });
}

/**
 * The events of a turn. The panel, the status bar, the log, the journal and the API of the extension all read this
 * stream. The field names are a contract: fields may be added, but never renamed.
 */
export const eventSchemas = {
  attempt: event('attempt', {
    /** The name of the model as it is sent. */
    model: text,
    /** The name that the user knows. Set only if the gateway has another name for the same model. */
    userModel: detail(text),
    gateway: gatewayRef,
    /** The reasoning effort that is sent. */
    effort: detail(effort),
    /** The reasoning effort that the user chose. Set only if the gateway refused it, so that another or none is sent. */
    refusedEffort: detail(effort),
    /** The user can switch to another gateway. */
    hasOtherGateway: isTrue,
    /** The context window in tokens. Set only if the prompt is longer and the gateway silently leaves out its beginning. */
    cutAtTokens: detail(tokens),
    /** The trigger of the attempt. Only the triggers `retry` and `resume` count against the retry budget. */
    why: v.picklist(['first', 'retry', 'retry-now', 'replay', 'repair', 'resume', 'switch']),
    /** How the attempt resumes a partial answer. Absent if the attempt sends the original request. */
    how: detail(method),
    /** Epoch milliseconds at which the attempt started. */
    time: orZero(epoch),
  }),
  headers: event('headers', {
    status: orZero(count),
    requestId: detail(text),
    /** Milliseconds from the start of the attempt to the headers. */
    ms: orZero(ms),
  }),
  /** `text` is to be appended. */
  text: event('text', { text }),
  reasoning: event('reasoning', { text }),
  /** A new attempt of the turn discards the tool calls of the previous attempts. */
  'tool-call': event('tool-call', {
    // A clamped index would assign this delta to another tool call.
    index: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxOffset)),
    id: detail(text),
    name: v.optional(text),
    /** JSON text to be appended. */
    arguments: text,
  }),
  waiting: event('waiting', {
    /** Epoch milliseconds at which the next attempt starts. */
    until: orZero(epoch),
    delayMs: orZero(ms),
    /** The gateway named a retry-after (`server`), or the engine chose a backoff (`backoff`). */
    source: v.picklist(['server', 'backoff']),
    /**
     * Set if `until` and `delayMs` are an estimate: another request is sent first, and this turn follows as soon as the
     * gateway has accepted that request. The event is emitted once, so `until` may pass before the next attempt starts.
     */
    estimated: isTrue,
    reason: faultKind,
    maxAttempts: orZero(count),
    /** Localized. */
    message: text,
    /** The retry-after that the gateway named, without the margin that the engine adds. Only with `source: 'server'`. */
    hintMs: detail(ms),
    /** Name of the header or body field that contained the retry-after. */
    hintFrom: detail(text),
    jitterMs: detail(ms),
    /**
     * Which request the gateway told to wait: a request of this turn (`turn`), of another turn in this window
     * (`request`), or of another window or this window before a reload (`window`).
     */
    told: detail(v.picklist(['turn', 'request', 'window'])),
    status: detail(count),
    requestId: detail(text),
    /** The provider's message without keys, at most 300 characters long. */
    detail: detail(text),
    actions,
    /** Set with the action `continueWithFallback`. */
    fallbackModel: detail(text),
  }),
  ended: event('ended', {
    /** `abandoned` means that another attempt replaces this one, and a fault kind that the attempt failed. */
    how: v.picklist([...faultKinds, 'finished', 'stopped', 'abandoned']),
    row: detail(text),
    ms: orZero(ms),
    /** Milliseconds from the start of the attempt to the first text or reasoning. */
    firstTokenMs: detail(ms),
    /** Size of the response body in bytes, after decompression. */
    bytes: orZero(count),
    chars: orZero(count),
    // The usage of the attempt.
    tokens: detail(tokens),
    promptTokens: detail(tokens),
    completionTokens: detail(tokens),
    cachedTokens: usage.cachedTokens,
    reasoningTokens: usage.reasoningTokens,
    cost: usage.cost,
    /** The price of the model times the tokens. Set only if the gateway reports no cost and the price is known. */
    estimatedCost: detail(cost),
    /** The currency of `cost` or `estimatedCost`. */
    currency,
  }),
  cut: event('cut', { reason: faultKind, message: text }),
  /** A continuation has been joined to the partial answer, or a restarted answer replaces it. */
  resumed: event('resumed', {
    how: method,
    /** Number of characters of the continuation that were dropped because they repeated the partial answer. */
    trimmed: orZero(position),
    /** Offset in the answer at which the resumed part begins, in UTF-16 code units. */
    resumePoint: orZero(position),
  }),
  replaced: event('replaced', {
    /** Replaces all previous text. */
    text,
    /** Set if text of the answer turned out to be reasoning. A view that can't remove text leaves it in place. */
    because: detail(v.literal('reasoning')),
  }),
  model: event('model', { from: text, to: text, reason: switchReason }),
  gateway: event('gateway', {
    from: gatewayRef,
    to: gatewayRef,
    /** `user` also if the user has removed the previous gateway or its key. */
    reason: switchReason,
    row: detail(text),
  }),
  /** The tokens that all attempts of the turn have used so far. */
  usage: event('usage', usage),
  // Terminal events. Their text is recorded only if it differs from what the previous events yield.
  done: event('done', {
    finishReason: text,
    attempts: orZero(count),
    text: v.optional(text),
    waitedMs: orZero(ms),
  }),
  stopped: event('stopped', { text: v.optional(text) }),
  failed: event('failed', {
    kind: faultKind,
    status: detail(count),
    requestId: detail(text),
    /** Localized: the fault and what to do about it. */
    message: text,
    text: v.optional(text),
    actions,
    /** The provider's message without keys, at most 300 characters long. */
    detail: detail(text),
    /** Epoch milliseconds at which the rate limit resets, if the gateway named that time. */
    resetsAt: detail(epoch),
    /** Set if the retry-after was longer than `holysheep.retry.maxHintMs`. */
    beyondMaxHint: isTrue,
    fallbackModel: detail(text),
    /** The context window that the gateway named, in tokens. Set for the kind `context-length`. */
    contextTokens: detail(tokens),
    /** The gateway to which the action `switchGateway` leads. */
    nextGateway: detail(gatewayRef),
  }),
};
