import { isRecord, listIn, recordIn } from '../json';
import { firstTokens, knownFields, type ListedFacts } from './listedFacts';

/**
 * Reads the models in the response to LM Studio's `GET /api/v0/models`. The context window with which a model is loaded
 * has priority over the model's maximum, which can be larger. Returns no facts for the response of another server.
 */
export function readLMStudioFacts(body: unknown): Map<string, ListedFacts> {
  const facts = new Map<string, ListedFacts>();
  for (const entry of listIn(recordIn(body)['data']).map(recordIn)) {
    const { id, type, capabilities } = entry;
    const fields = knownFields({
      contextWindow: firstTokens(entry['loaded_context_length'], entry['max_context_length']),
      images: typeof type === 'string' ? type === 'vlm' : undefined,
      tools: Array.isArray(capabilities) ? capabilities.includes('tool_use') : undefined,
      writesText: typeof type === 'string' ? type !== 'embeddings' : undefined,
    });
    if (typeof id === 'string' && fields) facts.set(id, fields);
  }
  return facts;
}

/**
 * Reads the running models from the response to Ollama's `GET /api/ps`. Returns the context windows with which the
 * models were loaded, in tokens, by model name. Returns undefined for the response of another server.
 */
export function readOllamaContexts(body: unknown): ReadonlyMap<string, number | undefined> | undefined {
  const entries = recordIn(body)['models'];
  if (!Array.isArray(entries)) return undefined;
  const running = entries.filter(isRecord);
  return new Map(running.map((entry) => [String(entry['name']), firstTokens(entry['context_length'])]));
}

/**
 * Reads the facts of a model from the response to Ollama's `POST /api/show`. If the model is not running, its context
 * window is its parameter `num_ctx`. Without this parameter, the model's maximum is used, although the server might use
 * less.
 */
export function readOllamaFacts(body: unknown, runningContext: number | undefined): ListedFacts | undefined {
  if (!isRecord(body)) return undefined;
  const { model_info: info, parameters, capabilities } = body;
  const lengths = Object.entries(recordIn(info)).filter(([name]) => name.endsWith('.context_length'));
  const numCtx = typeof parameters === 'string' ? /^num_ctx\s+(\d+)\s*$/m.exec(parameters)?.[1] : undefined;
  const can = (ability: string): boolean | undefined =>
    Array.isArray(capabilities) ? capabilities.includes(ability) : undefined;
  const facts = knownFields({
    contextWindow: firstTokens(runningContext, Number(numCtx), ...lengths.map(([, length]) => length)),
    images: can('vision'),
    tools: can('tools'),
    reasons: can('thinking'),
    writesText: can('completion'),
  });
  return facts && { ...facts, cutsLongPrompts: true };
}
