import { boundedText } from './boundedText';
import type { EngineDeps } from './engine';
import type { Repairs } from './repairs';
import type { ChatRequest, Connection } from './request';
import type { OutgoingMessage } from './resume/continuation';

/** A response that is no success. Its body has been read, within limits, and the socket let go. */
export class HttpRejection extends Error {
  constructor(
    readonly status: number,
    readonly headers: Headers,
    readonly body: string,
  ) {
    super(`HTTP ${status}`);
  }
}

export interface AttemptRequest {
  readonly connection: Connection & { readonly apiKey: string };
  readonly request: Omit<ChatRequest, 'messages'>;
  /** Those of the request, and what asks for the rest of a partial answer. */
  readonly messages: readonly OutgoingMessage[];
  readonly repairs: Repairs;
}

export type OnHeaders = (status: number, headers: Headers) => void;

/**
 * Sends one request through the SDK, which knows the URL, the headers and the body's shape, and hands back the bare
 * response: its retries are off and its stream parser is not used, because comments, `[DONE]` and a missing
 * finish reason have to stay visible.
 * @throws HttpRejection for every status outside 2xx; otherwise what `fetch` rejected with, found in the cause chain
 */
export async function send(
  deps: Pick<EngineDeps, 'clock' | 'fetch' | 'userAgent'>,
  { connection, request, messages, repairs }: AttemptRequest,
  signal: AbortSignal,
  onHeaders: OnHeaders,
): Promise<Response> {
  const { OpenAI } = await import('./sdk');
  const client = new OpenAI({
    apiKey: connection.apiKey,
    baseURL: connection.baseUrl,
    // The environment of the editor must not name an organisation, nor make the SDK print what it sends.
    organization: null,
    project: null,
    logLevel: 'off',
    maxRetries: 0,
    defaultHeaders: { 'User-Agent': deps.userAgent },
    fetch: async (url, init) => {
      // The key never follows a redirect: to whom it would be shown is not the user's choice.
      const headers = ownHeaders(init?.headers, connection.apiKey);
      const response = await deps.fetch(url, { ...init, headers, redirect: 'manual' });
      onHeaders(response.status, response.headers);
      if (response.ok) return response;
      const text = await boundedText(response.body, deps.clock);
      throw new HttpRejection(response.status || 302, response.headers, text);
    },
  });
  const { model, temperature, maxTokens } = request;
  const body = {
    model,
    messages: messages.map(({ role, content, prefix }) => ({ role, content, ...(prefix && { prefix }) })),
    stream: true as const,
    ...(repairs.has('stream_options') ? {} : { stream_options: { include_usage: true } }),
    ...(temperature === undefined || repairs.has('temperature') ? {} : { temperature }),
    ...(maxTokens === undefined
      ? {}
      : { [repairs.has('max_tokens') ? 'max_completion_tokens' : 'max_tokens']: maxTokens }),
  };
  try {
    return await client.chat.completions.create(body, { signal }).asResponse();
  } catch (error) {
    throw rejectionIn(error) ?? error;
  }
}

const sentHeaders = ['accept', 'content-type', 'user-agent'];

/**
 * What the SDK adds besides is left out: it tells operating system and runtime, which is nobody's business, and
 * it takes headers from the environment (`OPENAI_CUSTOM_HEADERS`), among them the key of another provider.
 */
function ownHeaders(all: RequestInit['headers'], apiKey: string): Headers {
  const given = new Headers(all);
  const own = new Headers({ authorization: `Bearer ${apiKey}` });
  for (const name of sentHeaders) {
    const value = given.get(name);
    if (value !== null) own.set(name, value);
  }
  return own;
}

/** The SDK wraps whatever `fetch` throws. */
function rejectionIn(error: unknown): HttpRejection | undefined {
  for (let link = error, depth = 0; link instanceof Error && depth < 8; link = link.cause, depth++) {
    if (link instanceof HttpRejection) return link;
  }
  return undefined;
}

/** Names that gateways give to the id support asks for, most specific first. */
const requestIdHeaders = ['x-request-id', 'request-id', 'x-amzn-requestid', 'apim-request-id', 'cf-ray'];

export function requestIdOf(headers: Headers): string | undefined {
  for (const name of requestIdHeaders) {
    const id = headers.get(name)?.trim();
    if (id) return id.slice(0, 200);
  }
  return undefined;
}
