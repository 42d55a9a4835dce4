import type { ChatRequest, TextMessage } from '../../engine/request';
import type { Exchange } from './exchange';

/** What a request takes from the settings; read when a turn starts. */
export interface RequestDefaults {
  readonly model: string;
  readonly systemPrompt: string;
  readonly temperature: number;
  readonly maxTokens: number;
}

/** @param earlier the exchanges before it; one that has no text is left out, a partial answer goes along as it is. */
export function chatRequest(earlier: readonly Exchange[], exchange: Exchange, defaults: RequestDefaults): ChatRequest {
  const messages: TextMessage[] = [];
  if (defaults.systemPrompt.trim()) messages.push({ role: 'system', content: defaults.systemPrompt });
  for (const past of earlier) {
    if (past.state.text) messages.push(question(past), { role: 'assistant', content: past.state.text });
  }
  messages.push(question(exchange));
  return {
    model: exchange.model ?? defaults.model,
    messages,
    temperature: defaults.temperature,
    maxTokens: defaults.maxTokens,
  };
}

function question(exchange: Exchange): TextMessage {
  return { role: 'user', content: exchange.content ?? exchange.prompt };
}
