import type { EngineDeps } from '../engine';
import type { KnownKeys } from '../gateway/knownKeys';
import type { ChatRequest, Connection } from '../request';
import { requestBody } from './requestBody';
import type { OutgoingMessage } from '../answer/continuation';
import { boundedText, ConnectionFailure } from './responseBody';
import type { RouteBehavior } from '../gate/routeMemory';
import type { RequestBuilder } from './sdk';
import { visibleText } from '../gateway/visibleText';

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
  readonly behavior: RouteBehavior;
}

export type OnHeaders = (status: number, headers: Headers) => void;

/**
 * Sends one request that the SDK has built, and returns the bare response. The SDK's stream parser is not used, because
 * comments, `[DONE]` and a missing finish reason have to stay visible.
 * @throws HttpRejection for every status outside 2xx, and ConnectionFailure with the error of `fetch`. Any other error
 * is a defect of the extension that occurred before the request was sent.
 */
export async function send(
  deps: Pick<EngineDeps, 'clock' | 'fetch' | 'userAgent'>,
  { connection, request, messages, behavior }: AttemptRequest,
  signal: AbortSignal,
  onHeaders: OnHeaders,
): Promise<Response> {
  const builder = await builderFor(deps, connection.baseUrl);
  const { url, req } = await builder.buildRequest({
    method: 'post',
    path: '/chat/completions',
    body: requestBody(request, messages, behavior.unsupportedParameters),
    headers: { Authorization: `Bearer ${connection.apiKey}` },
    signal,
  });
  let response;
  try {
    // The key never follows a redirect: to whom it would be shown is not the user's choice.
    response = await deps.fetch(url, { ...req, method: 'POST', redirect: 'manual' });
  } catch (error) {
    throw new ConnectionFailure(error);
  }
  onHeaders(response.status, response.headers);
  if (response.ok) return response;
  const text = await boundedText(response, deps.clock);
  throw new HttpRejection(response.status || 302, response.headers, text);
}

type BuilderDeps = Pick<EngineDeps, 'fetch' | 'userAgent'>;

/** The last builder of each engine, because creating one takes longer than everything else before a request is sent. */
const builders = new WeakMap<BuilderDeps, RequestBuilder>();

async function builderFor(deps: BuilderDeps, baseUrl: string): Promise<RequestBuilder> {
  const { RequestBuilder } = await import('./sdk');
  const kept = builders.get(deps);
  if (kept?.baseURL === baseUrl) return kept;
  const builder = new RequestBuilder(baseUrl, deps.userAgent);
  builders.set(deps, builder);
  return builder;
}

/** Names that gateways give to the id support asks for; the gateway's own comes before that of what stands behind it. */
const requestIdHeaders = [
  'x-oneapi-request-id',
  'x-request-id',
  'request-id',
  'x-amzn-requestid',
  'apim-request-id',
  'cf-ray',
];

/** Maximum length of a request ID that is kept, in characters. */
const longestId = 200;

export function requestIdOf(headers: Headers, keys: KnownKeys): string | undefined {
  for (const name of requestIdHeaders) {
    const id = visibleText(keys.redact(headers.get(name) ?? ''), longestId);
    if (id !== '') return id;
  }
  return undefined;
}
