import type { EngineDeps } from '../engine';
import { originOf } from '../gateway/baseUrl';
import { parseJson } from '../json';
import type { FactsById } from '../models/listedFacts';
import { readLMStudioFacts, readOllamaContexts, readOllamaFacts } from '../models/localServers';
import { boundedText } from './responseBody';
import { fetchFromGateway } from './transport';

/** Time limit for all requests together, in milliseconds, because the list of models waits for them. */
const limitMs = 3000;

/** Ollama lists every tensor of a model, which takes up to a megabyte. */
const bodyLimits = { bytes: 4 * 1024 * 1024, ms: limitMs };

/** Maximum number of models to describe. Ollama describes one model per request, and all requests are sent at once. */
const maxDescribed = 20;

/**
 * Reads the facts that LM Studio and Ollama report beside the OpenAI API. Returns no facts for another server. Never
 * rejects. The key, if there is one, goes only to the origin of the base URL.
 * @param models the most important ones first
 */
export async function readLocalFacts(
  deps: EngineDeps,
  baseUrl: string,
  key: string | undefined,
  models: readonly string[],
  signal = new AbortController().signal,
): Promise<FactsById> {
  const closing = new AbortController();
  const cancelTimer = deps.clock.after(limitMs, () => closing.abort());
  const load = async (path: string, body?: object): Promise<unknown> => {
    try {
      const headers = { 'content-type': 'application/json' };
      const response = await fetchFromGateway(deps, `${originOf(baseUrl)}${path}`, key, {
        ...(body && { method: 'POST', headers, body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, closing.signal]),
      });
      return response.ok ? parseJson(await boundedText(response, deps.clock, bodyLimits)) : undefined;
    } catch {
      // The server does not respond, or took too long. Its facts are optional.
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
