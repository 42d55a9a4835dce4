import type { EngineSettings } from '../../engine/engine';
import { timeoutsFor } from '../../engine/http/idleClocks';
import type { ChatRequest } from '../../engine/request';

/** Text alone: tool calls and pictures stay where they are. */
interface ExportedMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** How often and how long the copied code tries; durations in milliseconds. */
export interface RetrySettings {
  readonly maxRetries: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** A server that asks for more is not waited for. */
  readonly maxHintMs: number;
  /** Without a word for so long, an answer counts as cut. */
  readonly silenceMs: number;
}

/** All that the copied code says of a request. There is no key in it: the code reads that from the environment. */
export interface ExportedRequest {
  readonly baseUrl: string;
  readonly model: string;
  readonly messages: readonly ExportedMessage[];
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  readonly retry: RetrySettings;
  /** The offline demo was asked; base URL and model are the user's own all the same. */
  readonly fromDemo: boolean;
}

/** What the copied code calls the key. */
export const keyVariable = 'HOLYSHEEP_API_KEY';

export interface RequestToExport {
  readonly request: ChatRequest;
  /** The offline demo was asked. */
  readonly demo: boolean;
  /** The user's own, whatever was asked. */
  readonly baseUrl: string;
  /** The one of the settings. */
  readonly ownModel: string;
  readonly settings: Pick<EngineSettings, 'retry' | 'timeout'>;
}

/** The demo's gateway and models are gone with the window: what is taken from there asks the user's own. */
export function exportedRequest({ request, demo, baseUrl, ownModel, settings }: RequestToExport): ExportedRequest {
  const { messages, temperature, maxTokens } = request;
  const model = demo ? ownModel : request.model;
  const { maxRetries, baseDelayMs, maxDelayMs, maxHintMs } = settings.retry;
  const silenceMs = timeoutsFor(model, settings.timeout).firstTokenMs;
  const retry = { maxRetries, baseDelayMs, maxDelayMs, maxHintMs, silenceMs };
  return { baseUrl, model, messages: texts(messages), temperature, maxTokens, retry, fromDemo: demo };
}

interface Message {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly text?: string }[];
}

/** A message that says nothing in words is left out, as is what a tool has brought. */
export function texts(messages: readonly Message[]): readonly ExportedMessage[] {
  return messages.flatMap(({ role, content }) => {
    const text = typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('');
    const isTaken = (role === 'system' || role === 'user' || role === 'assistant') && text !== '';
    return isTaken ? [{ role, content: text }] : [];
  });
}
