import type { EngineDeps, ProbeResult } from '../engine';
import { classify, describeFault, faultOfRow, type Fault } from '../faults/classify';
import { isError } from '../faults/errorBody';
import { describeError } from '../faults/transportError';
import { parseModelList, type ListedModels } from '../gateway/modelList';
import { isRecord, parseJson } from '../json';
import { declaredKind, sniffedKind } from '../text/charset';
import { BodyReader, ConnectionFailure } from './responseBody';
import { fetchFromGateway, readRejection } from './transport';

/** Time limit for the complete response, in milliseconds. */
const limitMs = 20_000;

const keyFaults: readonly string[] = ['auth', 'permission'];

/**
 * Sends `GET {baseUrl}/models` to find out whether the gateway responds and accepts the API key. The message of a
 * failure is the same as in a turn. Never rejects. Redirects are not followed, so that the key is not sent to another
 * address.
 */
export async function probe(
  deps: EngineDeps,
  baseUrl: string,
  key: string | undefined,
  signal = new AbortController().signal,
): Promise<ProbeResult> {
  const { clock, keys } = deps;
  const startedAt = clock.monotonicNow();
  const elapsed = (): number => Math.round(clock.monotonicNow() - startedAt);
  const closing = new AbortController();
  const cancelTimer = clock.callAfter(limitMs, () => closing.abort());
  const failure = (fault: Fault, status?: number): ProbeResult => {
    const { kind, row, actions } = fault;
    const state = keyFaults.includes(kind) ? 'rejected' : 'unverified';
    const text = describeFault(fault, { baseUrl, model: '', status }, deps);
    return { state, ms: elapsed(), kind, row, status, actions, ...text };
  };
  try {
    const response = await fetchFromGateway(deps, `${baseUrl}/models`, key, {
      signal: AbortSignal.any([signal, closing.signal]),
    });
    const result = response.ok ? await readModels(response, clock.now()) : await faultOfRefusal(response, key, deps);
    if ('policy' in result) return failure(result, response.status);
    const models = result.models.filter((id) => keys.redact(id) === id);
    return { state: 'verified', ms: elapsed(), ...result, models };
  } catch (error) {
    if (signal.aborted) return { state: 'cancelled' };
    if (closing.signal.aborted)
      return failure(classify({ type: 'timeout', clock: 'headersTimeout', afterMs: limitMs }, clock.now()));
    const streaming = error instanceof ConnectionFailure;
    deps.log.info(`GET ${baseUrl}/models: ${describeError(error)}`);
    return failure(classify({ type: 'error', error, streaming, baseUrl }, clock.now()));
  } finally {
    cancelTimer();
    // Closes the socket even if the response body was not read to its end.
    closing.abort();
  }
}

/**
 * Reads the model list from a response. Every OpenAI-compatible API has a model list. If the response contains neither
 * a list nor an error, the base URL is wrong.
 */
async function readModels(response: Response, now: number): Promise<ListedModels | Fault> {
  let isTooLong = false;
  const sink = {
    onBytes: () => undefined,
    onEvent: () => undefined,
    onTooLong: () => (isTooLong = true),
    isDone: () => isTooLong,
  };
  const body = await new BodyReader(response, sink, sink).read();
  if (body?.kind === 'web-page') return faultOfRow('webPage');
  const text = body && 'text' in body ? body.text : '';
  const json = parseJson(text);
  const models = parseModelList(json);
  if (models) return models;
  return isRecord(json) && isError(json)
    ? classify({ type: 'inband', body: text, streamed: false }, now)
    : faultOfRow('pathNotFound');
}

async function faultOfRefusal(response: Response, key: string | undefined, deps: EngineDeps): Promise<Fault> {
  const rejection = await readRejection(response, deps);
  const { status, headers, body } = rejection;
  if (status === 404 || status === 405) return faultOfRow('pathNotFound');
  const fault = classify(rejection, deps.clock.now());
  if (fault.kind === 'auth' && key === undefined) return faultOfRow('noKey');
  // A web page with status 403 comes from a firewall. It does not mean that the API key was rejected.
  const isWebPage = declaredKind(headers.get('content-type')) === 'web-page' || sniffedKind(body) === 'web-page';
  return fault.kind === 'permission' && isWebPage ? faultOfRow('webPage') : fault;
}
