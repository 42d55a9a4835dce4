import { boundedText } from './boundedText';
import { ConnectionFailure } from './connectionFailure';
import type { EngineDeps } from './engine';
import type { KnownKeys } from './knownKeys';
import type { ChatRequest, Connection } from './request';
import { requestBody } from './requestBody';
import type { OutgoingMessage } from './resume/continuation';
import type { RouteBehavior } from './routeMemory';
import type { Client } from './sdk';
import { visibleText } from './visibleText';

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
 * Sends one request through the SDK, which knows the URL, the headers and the body's shape, and hands back the bare
 * response: its retries are off and its stream parser is not used, because comments, `[DONE]` and a missing finish
 * reason have to stay visible.
 * @throws HttpRejection for every status outside 2xx, and ConnectionFailure with the error of `fetch`. Any other error
 * is a defect of the extension that occurred before the request was sent.
 */
export async function send(
  deps: Pick<EngineDeps, 'clock' | 'fetch' | 'userAgent'>,
  { connection, request, messages, behavior }: AttemptRequest,
  signal: AbortSignal,
  onHeaders: OnHeaders,
): Promise<Response> {
  const client = await clientFor(deps, connection.baseUrl);
  const body = requestBody(request, messages, behavior.unsupportedParameters);
  const response = await client.chat.completions
    .create(body, { signal, headers: { Authorization: `Bearer ${connection.apiKey}` } })
    .asResponse()
    .catch((error: unknown) => refusedIn(error));
  onHeaders(response.status, response.headers);
  if (response.ok) return response;
  const text = await boundedText(response, deps.clock);
  throw new HttpRejection(response.status || 302, response.headers, text);
}

type ClientDeps = Pick<EngineDeps, 'fetch' | 'userAgent'>;

/**
 * The last client of each engine, because creating one takes longer than everything else before a request is sent. A
 * client outlives its requests, so it holds no key.
 */
const clients = new WeakMap<ClientDeps, Client>();

async function clientFor(deps: ClientDeps, baseUrl: string): Promise<Client> {
  const { Client } = await import('./sdk');
  const kept = clients.get(deps);
  if (kept?.baseURL === baseUrl) return kept;
  const client = new Client(
    {
      // The SDK requires a key. The headers of each request contain the real one, and override those of the client.
      apiKey: 'unused',
      baseURL: baseUrl,
      // The environment of the editor must not name an organisation, nor make the SDK print what it sends.
      organization: null,
      project: null,
      logLevel: 'off',
      maxRetries: 0,
      defaultHeaders: { Accept: 'application/json', 'User-Agent': deps.userAgent },
    },
    async (url, init) => {
      // The key never follows a redirect: to whom it would be shown is not the user's choice.
      const own = { ...init, method: 'POST', headers: ownHeaders(init?.headers), redirect: 'manual' } as const;
      let response;
      try {
        response = await deps.fetch(url, own);
      } catch (error) {
        throw new ConnectionFailure(error);
      }
      // The SDK would read its body without limits.
      if (!response.ok) throw new Refused(response);
      return response;
    },
  );
  clients.set(deps, client);
  return client;
}

const sentHeaders = ['authorization', 'accept', 'content-type', 'user-agent'];

/**
 * What the SDK adds besides is left out: it tells operating system and runtime, which is nobody's business, and
 * it takes headers from the environment (`OPENAI_CUSTOM_HEADERS`), among them the key of another provider.
 */
function ownHeaders(all: RequestInit['headers']): Record<string, string> {
  const given = all instanceof Headers ? all : new Headers(all);
  const own: Record<string, string> = {};
  for (const name of sentHeaders) {
    const value = given.get(name);
    if (value !== null) own[name] = value;
  }
  return own;
}

/** Takes a response that is no success past the SDK. */
class Refused extends Error {
  constructor(readonly response: Response) {
    super(`HTTP ${response.status}`);
  }
}

/** The SDK wraps whatever `fetch` throws. @throws `error` where there was no response */
function refusedIn(error: unknown): Response {
  for (let link = error, depth = 0; link instanceof Error && depth < 8; link = link.cause, depth++) {
    if (link instanceof Refused) return link.response;
    if (link instanceof ConnectionFailure) throw link;
  }
  throw error;
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
