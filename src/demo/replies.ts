import type { Step } from './script';

/** The `error` object of an OpenAI-style response body. Additional fields are sent unchanged. */
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

/**
 * Sends the response of an overloaded provider, without a `Retry-After` header. The status is 503, or 529, which some
 * providers use instead.
 */
export function overloaded(status: 503 | 529): Iterable<Step> {
  return status === 529
    ? failure(529, { message: 'Overloaded', type: 'overloaded_error' })
    : failure(503, { message: 'The model is temporarily overloaded.', type: 'server_error', code: 'overloaded' });
}

export function outOfCredit(): Iterable<Step> {
  const message = 'Insufficient balance: ¥0.00 left. Top up to go on.';
  return failure(402, { message, type: 'insufficient_quota', code: 'insufficient_balance' });
}

export function modelList(ids: readonly string[]): Iterable<Step> {
  const data = ids.map((id) => ({ id, object: 'model', created: 0, owned_by: 'demo' }));
  return jsonReply(200, { object: 'list', data }, {});
}

/** Returns a step that sends a chunk of a stream in the format of the OpenAI API. */
export function chunk(delta: Readonly<Record<string, string>>, finishReason: string | null = null): Step {
  return event({ choices: [{ index: 0, delta, finish_reason: finishReason }] });
}

/** Sends the usage in a chunk without choices, and then the end of the stream. */
export function* endOfStream(promptTokens: number, completionTokens: number): Iterable<Step> {
  const total = promptTokens + completionTokens;
  const usage = { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: total };
  yield event({ choices: [], usage });
  yield { send: 'data: [DONE]\n\n' };
}

function event(fields: Readonly<Record<string, unknown>>): Step {
  return { send: `data: ${JSON.stringify({ object: 'chat.completion.chunk', ...fields })}\n\n` };
}
