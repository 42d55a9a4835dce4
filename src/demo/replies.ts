import type { GatewayRequest, Step } from './script';

/** The `error` object of an OpenAI-style response body. Further fields are sent unchanged. */
export interface ErrorBody {
  readonly message: string;
  readonly type?: string;
  readonly code?: string | number;
  readonly [field: string]: unknown;
}

export interface AnswerOptions {
  /** Length of a delta, in code points. The default is 4. */
  readonly chunkChars?: number;
  /** Time between two deltas, in milliseconds. */
  readonly everyMs?: number;
  /** Reasoning that precedes the text. */
  readonly reasoning?: string;
  readonly usage?: Readonly<Record<string, unknown>>;
  /** Finish reason. The default is `stop`. */
  readonly finish?: string;
}

/** Streams a complete answer: deltas, the finish reason and `[DONE]`. */
export function* answer(text: string, options: AnswerOptions = {}): Iterable<Step> {
  const { chunkChars, everyMs, usage, finish = 'stop' } = options;
  for (const reasoning of splitText(options.reasoning ?? '', chunkChars)) yield* withPause({ reasoning }, everyMs);
  yield* deltas(text, options);
  yield usage ? { finish, usage } : { finish };
  yield { done: true };
}

/** Streams the deltas of a text, without a finish reason or `[DONE]`. */
export function* deltas(text: string, options: Pick<AnswerOptions, 'chunkChars' | 'everyMs'> = {}): Iterable<Step> {
  for (const delta of splitText(text, options.chunkChars)) yield* withPause({ delta }, options.everyMs);
}

/** Sends an error response. */
export function* failure(
  status: number,
  error: ErrorBody,
  headers: Readonly<Record<string, string>> = {},
): Iterable<Step> {
  yield { status, headers: { 'content-type': 'application/json', ...headers } };
  yield { send: JSON.stringify({ error }) };
}

/** Sends a 429 response with `Retry-After`. */
export function rateLimited(seconds: number, headers: Readonly<Record<string, string>> = {}): Iterable<Step> {
  const error = {
    message: `Rate limit reached for requests. Please try again in ${seconds}s.`,
    type: 'rate_limit_error',
    code: 'rate_limit_exceeded',
  };
  return failure(429, error, { 'retry-after': String(seconds), ...headers });
}

/** Sends a 503 response, or the 529 of some providers, without a `Retry-After`. */
export function overloaded(status: 503 | 529): Iterable<Step> {
  return status === 529
    ? failure(529, { message: 'Overloaded', type: 'overloaded_error' })
    : failure(503, { message: 'The model is temporarily overloaded.', type: 'server_error', code: 'overloaded' });
}

/** Sends a 402 response. */
export function outOfCredit(): Iterable<Step> {
  const message = 'Insufficient balance: ¥0.00 left. Top up to go on.';
  return failure(402, { message, type: 'insufficient_quota', code: 'insufficient_balance' });
}

/** Sends a JSON response with the status 200, unless another status is given. */
export function* json(value: unknown, status = 200): Iterable<Step> {
  yield { status, headers: { 'content-type': 'application/json' } };
  yield { send: JSON.stringify(value) };
}

function* withPause(step: Step, everyMs = 0): Iterable<Step> {
  yield step;
  if (everyMs > 0) yield { waitMs: everyMs };
}

function* splitText(text: string, size = 4): Iterable<string> {
  const characters = Array.from(text);
  for (let from = 0; from < characters.length; from += size) yield characters.slice(from, from + size).join('');
}

type AnsweredRequest = Pick<GatewayRequest, 'n' | 'at' | 'json'>;

/** Returns a chunk of a stream in the format of the OpenAI API. */
export function completionChunk(
  request: AnsweredRequest,
  delta: Readonly<Record<string, unknown>>,
  finishReason: string | null = null,
): unknown {
  return {
    ...commonFields(request, 'chat.completion.chunk'),
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  };
}

/** Returns the chunk that carries the usage. The chunk has no choices. */
export function usageChunk(request: AnsweredRequest, usage: Readonly<Record<string, unknown>>): unknown {
  return { ...commonFields(request, 'chat.completion.chunk'), choices: [], usage };
}

/** Returns the response body for a request without `stream`. */
export function completionBody(
  request: AnsweredRequest,
  reply: {
    readonly content: string;
    readonly reasoning?: string | undefined;
    readonly finishReason?: string | null | undefined;
    readonly usage?: Readonly<Record<string, unknown>> | undefined;
  },
): unknown {
  const message = {
    role: 'assistant',
    content: reply.content,
    ...(reply.reasoning ? { reasoning_content: reply.reasoning } : {}),
  };
  return {
    ...commonFields(request, 'chat.completion'),
    choices: [{ index: 0, message, finish_reason: reply.finishReason === undefined ? 'stop' : reply.finishReason }],
    ...(reply.usage ? { usage: reply.usage } : {}),
  };
}

function commonFields(request: AnsweredRequest, object: string): Readonly<Record<string, unknown>> {
  return {
    id: `chatcmpl-${request.n}`,
    object,
    created: Math.floor(request.at / 1000),
    model: request.json?.model ?? '',
  };
}
