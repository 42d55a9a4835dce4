import type { EngineSettings } from '../../engine/environment';
import { timeoutsFor } from '../../engine/http/idleClocks';
import { userFields, wireContent } from '../../engine/http/transport';
import type { ModelFacts } from '../../engine/models/modelFacts';
import { limitParameter, modelParameters } from '../../engine/models/modelParameters';
import { factsWithEffort, reasoningFields } from '../../engine/models/reasoningFields';
import type { ChatMessage, ChatRequest } from '../../engine/request';
import { withCacheMarks } from '../../engine/text/cacheMarks';

/**
 * The parts of a request that the copied code contains. The API key is not copied: the code reads the key from the
 * environment.
 */
export interface ExportedRequest {
  readonly baseUrl: string;
  readonly model: string;
  /** The messages as they are sent. The content is a list of parts if it contains images or can get a cache mark. */
  readonly messages: readonly { readonly role: string; readonly content: string | readonly object[] }[];
  /**
   * All other fields of the request body: the parameters, the fields for the reasoning effort, and the fields from the
   * user's settings.
   */
  readonly otherFields: Readonly<Record<string, unknown>>;
  readonly retry: EngineSettings['retry'];
  /** Time without data, in milliseconds, after which the copied code treats the stream as broken. */
  readonly idleTimeoutMs: number;
  /** Whether the request was sent to the user's own gateways, and not to the offline demo. */
  readonly isOwn: boolean;
}

/** Name of the environment variable from which the copied code reads the API key. */
export const keyVariable = 'HOLYSHEEP_API_KEY';

export interface RequestToExport {
  /**
   * The request, with the model that the copied code calls. The model always belongs to the user's own gateways, even
   * for a request to the offline demo.
   */
  readonly request: ChatRequest;
  /** Whether the request was sent to the user's own gateways, and not to the offline demo. */
  readonly isOwn: boolean;
  /** Base URL of the gateway that the copied code calls, even if the offline demo gave the answer. */
  readonly baseUrl: string;
  readonly settings: EngineSettings;
  readonly facts: ModelFacts | undefined;
}

export function exportedRequest(source: RequestToExport): ExportedRequest {
  const { request, isOwn, baseUrl, settings, facts: modelFacts } = source;
  const { model } = request;
  const target = { baseUrl, model, facts: modelFacts, maxTokens: request.maxTokens };
  const { fields: reasoning, effort } = reasoningFields(request.reasoningEffort, target);
  const facts = factsWithEffort(modelFacts, effort);
  const { temperature, maxTokens } = modelParameters(request, facts);
  const { retry, timeout } = settings;
  const idleTimeoutMs = timeoutsFor(model, facts, timeout).firstTokenMs;
  const messages = withCacheMarks(request.messages.filter(isCopied), facts?.caching);
  const parameters = { temperature, [limitParameter(model)]: maxTokens, stream: true };
  const fields = Object.entries({ ...parameters, ...reasoning, ...userFields(modelFacts?.extraBody) });
  const otherFields = Object.fromEntries(fields.filter(([, value]) => value !== undefined));
  const sentMessages = messages.map(({ role, content }) => ({ role, content: wireContent(content) }));
  return { baseUrl, model, messages: sentMessages, otherFields, retry, idleTimeoutMs, isOwn };
}

/** Returns whether a message is copied. Tool results and empty answers are not copied. */
function isCopied({ role, content }: ChatMessage): boolean {
  return role !== 'tool' && content.length > 0;
}
