import type { ReceivedRequest, Step } from './script';

/** The `error` object of an OpenAI-style response body. Further fields are sent unchanged. */
export interface ErrorBody {
  readonly message: string;
  readonly type?: string;
  readonly code?: string | number;
  readonly [field: string]: unknown;
}

function* jsonReply(status: number, body: unknown, headers: Readonly<Record<string, string>>): Iterable<Step> {
  yield { status, headers: { 'content-type': 'application/json', ...headers } };
  yield { send: JSON.stringify(body) };
}

export function failure(
  status: number,
  error: ErrorBody,
  headers: Readonly<Record<string, string>> = {},
): Iterable<Step> {
  return jsonReply(status, { error }, headers);
}

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

export function outOfCredit(): Iterable<Step> {
  const message = 'Insufficient balance: ¥0.00 left. Top up to go on.';
  return failure(402, { message, type: 'insufficient_quota', code: 'insufficient_balance' });
}

/** Sends the list of models. */
export function modelList(ids: readonly string[]): Iterable<Step> {
  const data = ids.map((id) => ({ id, object: 'model', created: 0, owned_by: 'demo' }));
  return jsonReply(200, { object: 'list', data }, {});
}

/** Returns a chunk of a stream in the format of the OpenAI API. */
export function completionChunk(
  request: ReceivedRequest,
  delta: Readonly<Record<string, unknown>>,
  finishReason: string | null = null,
): unknown {
  return { ...commonFields(request), choices: [{ index: 0, delta, finish_reason: finishReason }] };
}

/** Returns the chunk that carries the usage. The chunk has no choices. */
export function usageChunk(request: ReceivedRequest, usage: Readonly<Record<string, unknown>>): unknown {
  return { ...commonFields(request), choices: [], usage };
}

function commonFields(request: ReceivedRequest): Readonly<Record<string, unknown>> {
  return {
    id: `chatcmpl-${request.n}`,
    object: 'chat.completion.chunk',
    created: Math.floor(request.at / 1000),
    model: request.json?.model ?? '',
  };
}
