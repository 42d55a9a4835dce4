import type { Ending, GatewayRequest, Script, Step } from './script';

/** The `error` object of an OpenAI-style body; further fields go out as they are. */
export interface ErrorBody {
  readonly message: string;
  readonly type?: string;
  readonly code?: string | number;
  readonly [field: string]: unknown;
}

interface AnswerOptions {
  /** Characters (code points) of a delta; 4 by default. */
  readonly chunkChars?: number;
  /** Between two deltas. */
  readonly everyMs?: number;
  /** Comes before the text. */
  readonly reasoning?: string;
  readonly usage?: Readonly<Record<string, unknown>>;
  /** `stop` by default. */
  readonly finish?: string;
}

/** A whole, well-formed answer: deltas, the finish reason, `[DONE]`. */
export function* answer(text: string, options: AnswerOptions = {}): Iterable<Step> {
  const { chunkChars, everyMs, usage, finish = 'stop' } = options;
  for (const reasoning of splitText(options.reasoning ?? '', chunkChars)) yield* withPause({ reasoning }, everyMs);
  for (const delta of splitText(text, chunkChars)) yield* withPause({ delta }, everyMs);
  yield usage ? { finish, usage } : { finish };
  yield { done: true };
}

/** The deltas of a text and nothing after them. */
export function* deltas(text: string, options: Pick<AnswerOptions, 'chunkChars' | 'everyMs'> = {}): Iterable<Step> {
  for (const delta of splitText(text, options.chunkChars)) yield* withPause({ delta }, options.everyMs);
}

/** Some text, and then the connection fails; a client that reads at once has `settleMs` (20) to see all of it. */
export function* cutAfter(
  text: string,
  how: Ending,
  options: Pick<AnswerOptions, 'chunkChars' | 'everyMs'> & { readonly settleMs?: number } = {},
): Iterable<Step> {
  yield* deltas(text, options);
  // A client drops what it has received and not read when the error comes.
  yield { waitMs: options.settleMs ?? 20 };
  yield { end: how };
}

export function* failure(
  status: number,
  error: ErrorBody,
  headers: Readonly<Record<string, string>> = {},
): Iterable<Step> {
  yield { status, headers: { 'content-type': 'application/json', ...headers } };
  yield { send: JSON.stringify({ error }) };
}

/** 429 with `Retry-After`. */
export function rateLimited(seconds: number, headers: Readonly<Record<string, string>> = {}): Iterable<Step> {
  const error = {
    message: `Rate limit reached for requests. Please try again in ${seconds}s.`,
    type: 'rate_limit_error',
    code: 'rate_limit_exceeded',
  };
  return failure(429, error, { 'retry-after': String(seconds), ...headers });
}

/** 503, or 529 as some providers say, without a time to come back. */
export function overloaded(status: 503 | 529): Iterable<Step> {
  return status === 529
    ? failure(529, { message: 'Overloaded', type: 'overloaded_error' })
    : failure(503, { message: 'The model is temporarily overloaded.', type: 'server_error', code: 'overloaded' });
}

export function outOfCredit(): Iterable<Step> {
  const message = 'Insufficient balance: ¥0.00 left. Top up to go on.';
  return failure(402, { message, type: 'insufficient_quota', code: 'insufficient_balance' });
}

/** A recorded stream, its lines as they were, then `[DONE]`. */
export function* recordedStream(lines: readonly string[], options: { readonly everyMs?: number } = {}): Iterable<Step> {
  for (const line of lines) yield* withPause({ send: `data: ${line}\n\n` }, options.everyMs);
  yield { send: 'data: [DONE]\n\n' };
}

/** A JSON reply; `status` 200 by default. */
export function* json(value: unknown, status = 200): Iterable<Step> {
  yield { status, headers: { 'content-type': 'application/json' } };
  yield { send: JSON.stringify(value) };
}

/** The whole completion as JSON, whether or not the request asked for a stream. */
export function completion(
  request: GatewayRequest,
  text: string,
  options: Pick<AnswerOptions, 'finish' | 'reasoning' | 'usage'> = {},
): Iterable<Step> {
  const { finish: finishReason, reasoning, usage } = options;
  return json(completionBody(request, { content: text, finishReason, reasoning, usage }));
}

/** A page of a portal or a wrong host. */
export function* html(page: string, status = 200): Iterable<Step> {
  yield { status, headers: { 'content-type': 'text/html; charset=utf-8' } };
  yield { send: page };
}

/** The n-th request gets the n-th reply; those after the last get the last. */
export function inTurn(first: Script, ...others: readonly Script[]): Script {
  const all = [first, ...others];
  return (request) => (all[Math.min(request.n, all.length) - 1] ?? first)(request);
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

/** One event of a stream, in OpenAI's shape. */
export function completionChunk(
  request: AnsweredRequest,
  delta: Readonly<Record<string, unknown>>,
  finishReason: string | null = null,
): unknown {
  return { ...commonFields(request, 'chat.completion.chunk'), choices: [{ index: 0, delta, finish_reason: finishReason }] };
}

/** The event that carries the usage: it has no choices. */
export function usageChunk(request: AnsweredRequest, usage: Readonly<Record<string, unknown>>): unknown {
  return { ...commonFields(request, 'chat.completion.chunk'), choices: [], usage };
}

/** What a request without `stream` is answered with. */
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
