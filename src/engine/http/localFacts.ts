import type { EngineDeps } from '../engine';
import { originOf } from '../gateway/baseUrl';
import { parseJson } from '../json';
import type { FactsById } from '../models/listedFacts';
import { readLMStudioFacts, readOllamaContexts, readOllamaFacts } from '../models/localServers';
import { boundedText } from './responseBody';
import { fetchFromGateway } from './transport';

/**
 * Time limit for all requests to the local server together, in milliseconds. The limit is short, because the gateway's
 * model list is shown only after these requests.
 */
const limitMs = 3000;

/**
 * Limits for each response of the local server. Ollama's response lists every tensor of a model, and can be a megabyte
 * long.
 */
const bodyLimits = { bytes: 4 * 1024 * 1024, ms: limitMs };

/**
 * Maximum number of models whose facts are requested. Ollama needs one request for each model, and all of these
 * requests are sent at the same time.
 */
const maxDescribed = 20;

/**
 * Reads the model facts that LM Studio and Ollama report in addition to the OpenAI API. Returns no facts for any other
 * server. Never rejects. An API key is sent only to the origin of the base URL.
 * @param models names of the models, the most important first
 */
export async function readLocalFacts(
  deps: EngineDeps,
  baseUrl: string,
  key: string | undefined,
  models: readonly string[],
  signal = new AbortController().signal,
): Promise<FactsById> {
  const closing = new AbortController();
  const cancelTimer = deps.clock.callAfter(limitMs, () => closing.abort());
  const load = async (path: string, body?: object): Promise<unknown> => {
    try {
      const headers = { 'content-type': 'application/json' };
      const response = await fetchFromGateway(deps, `${originOf(baseUrl)}${path}`, key, {
        ...(body && { method: 'POST', headers, body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, closing.signal]),
      });
      return response.ok ? parseJson(await boundedText(response, deps.clock, bodyLimits)) : undefined;
    } catch {
      // The server did not respond, or not in time. This error is ignored, because the facts are optional.
      return undefined;
    }
  };
  const [listed, running] = await Promise.all([load('/api/v0/models'), load('/api/ps')]);
  const contexts = readOllamaContexts(running);
  const facts = readLMStudioFacts(listed);
  const describe = async (model: string): Promise<void> => {
    const known = readOllamaFacts(await load('/api/show', { model }), contexts?.get(model));
    if (known) facts.set(model, known);
  };
  if (contexts) await Promise.all(models.slice(0, maxDescribed).map(describe));
  cancelTimer();
  // Closes the sockets of responses that were not read to their end.
  closing.abort();
  return facts;
}
