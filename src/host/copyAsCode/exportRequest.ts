import type { ChatRequest } from '../../engine/request';
import type { EngineSettings } from '../../engine/engine';
import { timeoutsFor } from '../../engine/http/idleClocks';
import type { TakenMessage, TakenRequest } from './exportedRequest';

export interface TakenFrom {
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
export function takenFrom({ request, demo, baseUrl, ownModel, settings }: TakenFrom): TakenRequest {
  const { messages, temperature, maxTokens } = request;
  const model = demo ? ownModel : request.model;
  const { maxRetries, baseDelayMs, maxDelayMs, maxHintMs } = settings.retry;
  const silenceMs = timeoutsFor(model, settings.timeout).firstTokenMs;
  const patience = { maxRetries, baseDelayMs, maxDelayMs, maxHintMs, silenceMs };
  return { baseUrl, model, messages: texts(messages), temperature, maxTokens, patience, fromDemo: demo };
}

interface Message {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly text?: string }[];
}

/** A message that says nothing in words is left out, as is what a tool has brought. */
export function texts(messages: readonly Message[]): readonly TakenMessage[] {
  return messages.flatMap(({ role, content }) => {
    const text = typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('');
    const isTaken = (role === 'system' || role === 'user' || role === 'assistant') && text !== '';
    return isTaken ? [{ role, content: text }] : [];
  });
}
