import * as v from 'valibot';
import { currencies, faultActions, faultKinds, maxCost, maxEpochMs, maxMs, maxTokens } from './kinds';
import { reasoningEfforts } from '../request';
import type { FaultAction } from './kinds';

// The journal (file) of a conversation can be damaged, so its events are validated when they are read. Each schema
// returns a copy with only the fields that the schema lists. Numbers are limited to a range that dates and charts can
// show.

const maxOffset = 2 ** 31 - 1;
const within = (min: number, max: number) => v.pipe(v.number(), v.toMinValue(min), v.toMaxValue(max));
const text = v.string();
const ms = within(0, maxMs);
export const epoch = within(0, maxEpochMs);
const count = v.pipe(ms, v.transform(Math.trunc));
export const position = v.pipe(within(0, maxOffset), v.transform(Math.trunc));
// Numbers of tokens and costs come from gateways. An implausible value is omitted, and not replaced by the nearest
// plausible value.
const tokens = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxTokens));
const cost = v.pipe(v.number(), v.minValue(0), v.maxValue(maxCost));
/** Returns a schema for a number that is only displayed. An invalid number becomes 0. */
export const orZero = (schema: v.GenericSchema<unknown, number>) => v.fallback(schema, 0);
/** Returns a schema for a field that is only displayed. An invalid value is omitted. */
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

/** Base URL and label of a gateway at the time of the event. */
const gatewayRef = v.pipe(
  v.object({
    /** The normalized base URL. Its path can contain a token, so logs and reports must not contain the base URL. */
    id: text,
    label: text,
  }),
  v.readonly(),
);

/** The tokens that a request used. An optional field is absent if the gateway does not report its value. */
const usage = {
  promptTokens: orZero(tokens),
  /** Number of tokens in the answer, including the tokens of its reasoning. */
  completionTokens: orZero(tokens),
  totalTokens: orZero(tokens),
  /** Number of prompt tokens that the provider read from its cache. */
  cachedTokens: detail(tokens),
  /** Number of prompt tokens that the provider wrote to its cache. */
  cacheWriteTokens: detail(tokens),
  reasoningTokens: detail(tokens),
  cost: detail(cost),
  currency,
};

function event<const Type extends string, Entries extends v.ObjectEntries>(type: Type, entries: Entries) {
  return v.object({
    type: v.literal(type),
    /** Number of the attempt in the turn, starting at 1. A `waiting` event contains the number of the next attempt. */
    attempt: count,
    /** Time of the event in monotonic milliseconds. */
    at: ms,
    ...entries,
  });
}

/**
 * Schemas for the events of a turn. The panel, the status bar, the log, the journal and the API of the extension read
 * these events. Fields can be added, but must never be renamed.
 */
export const eventSchemas = {
  attempt: event('attempt', {
    /** Name of the model in the request. */
    model: text,
    /** The name by which the user chose the model. Set only if the gateway uses a different name for the same model. */
    userModel: detail(text),
    gateway: gatewayRef,
    /** Reasoning effort in the request. */
    effort: detail(effort),
    /**
     * The reasoning effort that the user chose. Set only if the gateway refused this effort. The request then contains
     * a different effort or none.
     */
    refusedEffort: detail(effort),
    /**
     * Parameters that the gateway has refused before, as names separated by commas. The request leaves them out, or
     * contains them under another name.
     */
    unsupportedParameters: detail(text),
    /** Whether the user can switch to another gateway. */
    hasOtherGateway: isTrue,
    /**
     * The gateway's context window in tokens. Set only if the prompt is too long for the context window and the gateway
     * silently omits its beginning.
     */
    cutAtTokens: detail(tokens),
    /** Why the attempt was made. Only attempts with the value `retry` or `resume` count against the retry budget. */
    why: v.picklist(['first', 'retry', 'retry-now', 'replay', 'repair', 'resume', 'switch']),
    /** How the attempt resumes a partial answer. Absent if the attempt sends the original request. */
    how: detail(method),
    /** Start of the attempt in epoch milliseconds. */
    time: orZero(epoch),
  }),
  headers: event('headers', {
    status: orZero(count),
    requestId: detail(text),
    /** Time from the start of the attempt to the response headers, in milliseconds. */
    ms: orZero(ms),
  }),
  /** An event whose `text` must be appended to the answer. */
  text: event('text', { text }),
  reasoning: event('reasoning', { text }),
  /**
   * A part of a tool call. A new attempt discards the tool calls of earlier attempts, unless it continues the partial
   * answer.
   */
  'tool-call': event('tool-call', {
    // An invalid index is rejected. If the index were limited to the valid range, this part would be added to a
    // different tool call.
    index: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxOffset)),
    id: detail(text),
    name: v.optional(text),
    /** A piece of the JSON text of the arguments, which must be appended to the previous pieces. */
    arguments: text,
  }),
  waiting: event('waiting', {
    /** Start of the next attempt in epoch milliseconds. */
    until: orZero(epoch),
    delayMs: orZero(ms),
    /**
     * Where the delay comes from: `server` if the gateway named a retry-after, `backoff` if the engine chose the delay.
     */
    source: v.picklist(['server', 'backoff']),
    /**
     * Set if `until` and `delayMs` are only estimates: the turn waits for another request, and continues as soon as the
     * gateway has accepted that request. Later estimates are not emitted, so the next attempt might start later than
     * `until`.
     */
    estimated: isTrue,
    reason: faultKind,
    row: detail(text),
    maxAttempts: orZero(count),
    /** Localized message that describes why the turn waits. */
    message: text,
    /**
     * The retry-after that the gateway named, without the margin that the engine adds. Set only if `source` is
     * `server`.
     */
    hintMs: detail(ms),
    /** Name of the header or body field in which the gateway sent the retry-after. */
    hintFrom: detail(text),
    jitterMs: detail(ms),
    /**
     * The source of the failure that causes the wait: a request of this turn (`turn`), a request of another turn in
     * this window (`request`), or a record of another window or of this window before a reload (`window`).
     */
    told: detail(v.picklist(['turn', 'request', 'window'])),
    status: detail(count),
    requestId: detail(text),
    /** The provider's message without API keys, at most 300 characters long. */
    detail: detail(text),
    actions,
    /** The fallback model that the action `continueWithFallback` uses. Set only together with this action. */
    fallbackModel: detail(text),
  }),
  ended: event('ended', {
    /**
     * How the attempt ended. A fault kind means that the attempt failed. `abandoned` means that a new attempt replaces
     * it.
     */
    how: v.picklist([...faultKinds, 'finished', 'stopped', 'abandoned']),
    row: detail(text),
    ms: orZero(ms),
    /** Time from the start of the attempt to the first text or reasoning, in milliseconds. */
    firstTokenMs: detail(ms),
    /** Size of the response body in bytes, after decompression. */
    bytes: orZero(count),
    chars: orZero(count),
    // The following fields contain the token usage and the cost of the attempt.
    tokens: detail(tokens),
    promptTokens: detail(tokens),
    completionTokens: detail(tokens),
    cachedTokens: usage.cachedTokens,
    cacheWriteTokens: usage.cacheWriteTokens,
    reasoningTokens: usage.reasoningTokens,
    cost: usage.cost,
    /**
     * Estimated cost of the attempt: the price of the model multiplied by the numbers of tokens. Set only if the
     * gateway reports no cost and the price is known.
     */
    estimatedCost: detail(cost),
    /**
     * Amount that prompt caching saved, computed from the price of the model. Negative if writing to the cache cost more
     * than reading from it saved.
     */
    cacheSaving: detail(v.pipe(v.number(), v.minValue(-maxCost), v.maxValue(maxCost))),
    /** The currency of the costs and the saving. */
    currency,
  }),
  cut: event('cut', { reason: faultKind, message: text }),
  /** A continuation has been joined to the partial answer, or a restarted answer has replaced the partial answer. */
  resumed: event('resumed', {
    how: method,
    /**
     * Number of characters that were removed from the start of the continuation, because they repeated the partial
     * answer.
     */
    trimmed: orZero(position),
    /** Offset in the answer at which the new part begins, in UTF-16 code units. */
    resumePoint: orZero(position),
  }),
  replaced: event('replaced', {
    /** The new text of the answer, which replaces all previous text. */
    text,
    /**
     * Set if the engine removes text from the answer because the text turned out to be reasoning. A view that can't
     * remove text keeps showing it.
     */
    because: detail(v.literal('reasoning')),
  }),
  model: event('model', { from: text, to: text, reason: switchReason }),
  gateway: event('gateway', {
    from: gatewayRef,
    to: gatewayRef,
    /**
     * Why the turn left the previous gateway. The reason is `user` if the user switched to another gateway, or removed
     * the previous gateway or its API key.
     */
    reason: switchReason,
    row: detail(text),
  }),
  /** The tokens that all attempts of the turn have used so far. */
  usage: event('usage', usage),
  // The following events are terminal. They contain the answer's text only if the previous events contain a different
  // text.
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
    /** Localized message that describes the fault and what the user can do about it. */
    message: text,
    text: v.optional(text),
    actions,
    /** The provider's message without API keys, at most 300 characters long. */
    detail: detail(text),
    /** Time at which the rate limit resets, in epoch milliseconds. Set only if the gateway named that time. */
    resetsAt: detail(epoch),
    /** Set if the retry-after was longer than `holysheep.retry.maxHintMs`. */
    beyondMaxHint: isTrue,
    fallbackModel: detail(text),
    /**
     * The context window that the gateway named in its error, in tokens. Set only for the fault kind `context-length`.
     */
    contextTokens: detail(tokens),
    /** The gateway that the action `switchGateway` selects. */
    nextGateway: detail(gatewayRef),
  }),
};
