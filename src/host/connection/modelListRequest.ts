import { classify, type Fault } from '../../engine/faults/classify';
import { errorChain } from '../../engine/faults/transportError';
import type { KeyRedactor } from '../../engine/gateway/keyRedactor';
import { parseModelList, type GatewayModels } from '../../engine/gateway/modelList';
import { visibleText } from '../../engine/gateway/visibleText';
import { declaredKind, sniffedKind } from '../../engine/text/charset';
import { isRecord, parseJson } from '../../engine/json';
import type { Connection } from '../../engine/request';

/** Reason why the model list of a gateway could not be loaded. */
export type ModelListFault =
  /** A fault that can also occur in a turn. `code` is Node.js's error code, which users can search for. */
  | { readonly kind: 'network'; readonly fault: Fault; readonly code?: string | undefined }
  /** The base URL starts with `https:`, but the gateway supports only HTTP. */
  | { readonly kind: 'not-tls' }
  | { readonly kind: 'redirect'; readonly to: string | undefined }
  | { readonly kind: 'not-found' | 'rate-limit' | 'server' | 'status'; readonly status: number }
  | { readonly kind: 'html' | 'not-a-list' | 'unreadable'; readonly status: number };

/** Result of a request for the model list of a gateway. */
export type ModelListResult =
  /** The gateway has returned its model list. `ms` is the time from the request to the last byte, in milliseconds. */
  | ({ readonly state: 'verified'; readonly ms: number } & GatewayModels)
  /** The gateway has rejected the API key. `detail` is the redacted message of the gateway. */
  | { readonly state: 'rejected'; readonly status: number; readonly detail: string | undefined }
  | { readonly state: 'unverified'; readonly fault: ModelListFault }
  | { readonly state: 'cancelled' };

/** Limits for a request for the model list. */
export interface ModelListLimits {
  /** Time limit for the response headers, in milliseconds. */
  readonly headersMs: number;
  /** Time limit for the response body after the headers have arrived, in milliseconds. */
  readonly bodyMs: number;
  /** Maximum size of the response body, in bytes. */
  readonly bodyBytes: number;
}

const defaultLimits: ModelListLimits = { headersMs: 15_000, bodyMs: 5_000, bodyBytes: 1024 * 1024 };

const maxDetailLength = 300;

/**
 * Error codes of OpenSSL for a response in plain HTTP. They mean that the URL scheme is wrong, not that the certificate
 * is invalid.
 */
const plainHttpResponse = /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/;

class BodyTooLargeError extends Error {}

class ModelListTimeoutError extends Error {}

/**
 * Sends `GET {baseUrl}/models` to check that the gateway responds and accepts the key. Never rejects. The key is not
 * sent to the target of a redirect.
 * @param keys API keys that are removed from the gateway's messages
 */
export async function requestModelList(
  connection: Connection,
  keys: KeyRedactor,
  signal?: AbortSignal,
  limits: ModelListLimits = defaultLimits,
): Promise<ModelListResult> {
  if (signal?.aborted) return { state: 'cancelled' };
  const abort = new AbortController();
  const stop = () => abort.abort();
  const expire = () => abort.abort(new ModelListTimeoutError());
  signal?.addEventListener('abort', stop, { once: true });
  let timer = setTimeout(expire, limits.headersMs);
  const started = performance.now();
  try {
    const response = await globalThis.fetch(`${connection.baseUrl}/models`, {
      headers: requestHeaders(connection),
      redirect: 'manual',
      signal: abort.signal,
    });
    clearTimeout(timer);
    timer = setTimeout(expire, limits.bodyMs);
    const body = await readBody(response, limits.bodyBytes);
    return interpretResponse(response, body, { connection, keys, ms: Math.round(performance.now() - started) });
  } catch (error) {
    if (signal?.aborted) return { state: 'cancelled' };
    if (abort.signal.reason instanceof ModelListTimeoutError) {
      const fault = classify({ type: 'timeout', clock: 'headersTimeout', afterMs: performance.now() - started }, Date.now());
      return { state: 'unverified', fault: { kind: 'network', fault } };
    }
    if (error instanceof BodyTooLargeError) return { state: 'unverified', fault: { kind: 'unreadable', status: 200 } };
    return { state: 'unverified', fault: toNetworkFault(error, connection, keys) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    // Aborts the request even after a response, because a body that was not read to its end would keep its socket open.
    abort.abort();
  }
}

function toNetworkFault(error: unknown, { baseUrl }: Connection, keys: KeyRedactor): ModelListFault {
  const codes = errorChain(error).flatMap(({ code }) => (code === '' ? [] : [code]));
  if (codes.some((code) => plainHttpResponse.test(code))) return { kind: 'not-tls' };
  const fault = classify({ type: 'error', error, streaming: false, baseUrl }, Date.now());
  return { kind: 'network', fault, code: codes[0] && visibleText(keys.redact(codes[0]), maxDetailLength) };
}

function requestHeaders({ apiKey }: Connection): Record<string, string> {
  const accept = { accept: 'application/json' };
  return apiKey === undefined ? accept : { ...accept, authorization: `Bearer ${apiKey}` };
}

async function readBody(response: Response, limit: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  const chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > limit) throw new BodyTooLargeError();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

interface ResponseContext {
  readonly connection: Connection;
  readonly keys: KeyRedactor;
  readonly ms: number;
}

function interpretResponse(
  response: Response,
  body: string,
  { connection, keys, ms }: ResponseContext,
): ModelListResult {
  const { status } = response;
  const isHtml = declaredKind(response.headers.get('content-type')) === 'web-page' || sniffedKind(body) === 'web-page';
  const unverified = (fault: ModelListFault): ModelListResult => ({ state: 'unverified', fault });

  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    return unverified({ kind: 'redirect', to: redirectTarget(response, connection, keys) });
  }
  // Does not treat a web page with status 403 as a rejected key, because it comes from a firewall, not from the gateway.
  if (status === 401 || (status === 403 && !isHtml)) {
    return { state: 'rejected', status, detail: errorDetail(body, keys) };
  }
  if (status === 404 || status === 405) return unverified({ kind: 'not-found', status });
  if (status === 407) {
    const { headers } = response;
    return unverified({ kind: 'network', fault: classify({ type: 'status', status, headers, body }, Date.now()) });
  }
  if (status === 429) return unverified({ kind: 'rate-limit', status });
  if (status >= 500) return unverified({ kind: 'server', status });
  if (isHtml) return unverified({ kind: 'html', status });
  if (!response.ok) return unverified({ kind: 'status', status });
  const listed = parseModelList(parseJson(body));
  if (!listed) return unverified({ kind: 'not-a-list', status });
  const models = listed.models.filter((id) => keys.redact(id) === id);
  return { ...listed, state: 'verified', models, ms };
}

function redirectTarget(response: Response, { baseUrl }: Connection, keys: KeyRedactor): string | undefined {
  const location = response.headers.get('location');
  if (location === null || !URL.canParse(location, baseUrl)) return undefined;
  const { origin, pathname } = new URL(location, baseUrl);
  return visibleText(keys.redact(origin + pathname), maxDetailLength);
}

function errorDetail(body: string, keys: KeyRedactor): string | undefined {
  const parsed = parseJson(body);
  const error = propertyOf(parsed, 'error');
  const message = [propertyOf(error, 'message'), error, propertyOf(parsed, 'message')].find(
    (text) => typeof text === 'string',
  );
  if (message === undefined) return undefined;
  const line = visibleText(keys.redact(message), maxDetailLength);
  return line === '' ? undefined : line;
}

function propertyOf(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}
