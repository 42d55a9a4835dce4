import type { EngineSettings } from '../../engine/engine';
import { timeoutsFor } from '../../engine/http/idleClocks';
import { factsOf } from '../../engine/models/modelFacts';
import { modelParameters } from '../../engine/models/modelParameters';
import type { ChatRequest } from '../../engine/request';

/** A message of the copied request. It contains only text, because tool calls and images are not copied. */
interface ExportedMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Limits for the retries of the copied code. All durations are in milliseconds. */
export interface RetrySettings {
  readonly maxRetries: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** Longest retry-after that the code accepts. If the gateway asks for a longer delay, the code gives up. */
  readonly maxRetryAfterMs: number;
  /** Idle timeout of the copied code: when the stream has had no data for this time, the code treats it as broken. */
  readonly idleTimeoutMs: number;
}

/**
 * The parts of a request that the copied code contains. The API key is not included, because the code reads the key
 * from the environment.
 */
export interface ExportedRequest {
  readonly baseUrl: string;
  readonly model: string;
  readonly messages: readonly ExportedMessage[];
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  readonly retry: RetrySettings;
  /**
   * Whether the request was sent to the offline demo. Even then, the copied code contains the base URL and the model
   * from the settings.
   */
  readonly fromDemo: boolean;
}

/** Name of the environment variable from which the copied code reads the API key. */
export const keyVariable = 'HOLYSHEEP_API_KEY';

export interface RequestToExport {
  readonly request: ChatRequest;
  /** Whether the request was sent to the offline demo. */
  readonly demo: boolean;
  /** Base URL of the user's gateway, even for a request to the offline demo. */
  readonly baseUrl: string;
  /** Model in the settings, which replaces the model of the offline demo. */
  readonly configuredModel: string;
  readonly settings: Pick<EngineSettings, 'retry' | 'timeout'>;
}

/**
 * Returns the parts of a request that are copied. For a request to the offline demo, the configured model replaces the
 * demo's model, which exists only in this window.
 */
export function exportedRequest({
  request,
  demo,
  baseUrl,
  configuredModel,
  settings,
}: RequestToExport): ExportedRequest {
  const { messages } = request;
  const model = demo ? configuredModel : request.model;
  const facts = factsOf(model);
  const { temperature, maxTokens } = modelParameters({ ...request, model }, facts);
  const { maxRetries, baseDelayMs, maxDelayMs, maxHintMs: maxRetryAfterMs } = settings.retry;
  const idleTimeoutMs = timeoutsFor(model, facts, settings.timeout).firstTokenMs;
  const retry = { maxRetries, baseDelayMs, maxDelayMs, maxRetryAfterMs, idleTimeoutMs };
  return { baseUrl, model, messages: textMessages(messages), temperature, maxTokens, retry, fromDemo: demo };
}

interface Message {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly text?: string }[];
}

/** Returns the messages with only their text. Tool results and messages without text are omitted. */
export function textMessages(messages: readonly Message[]): readonly ExportedMessage[] {
  return messages.flatMap(({ role, content }) => {
    const text = typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('');
    const isCopied = (role === 'system' || role === 'user' || role === 'assistant') && text !== '';
    return isCopied ? [{ role, content: text }] : [];
  });
}
