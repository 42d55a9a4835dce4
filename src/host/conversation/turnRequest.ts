import type { ResumeFrom } from '../../engine/engine';
import type { ChatRequest, TextMessage } from '../../engine/request';
import type { Answer, Prompt } from '../../shared/exchanges';
import type { RequestChoice, RequestDefaults } from '../connection/gatewaySet';
import type { ExchangeTree } from '../journal/exchangeTree';
import { summaryMessages, summaryParameters, summaryPrompt } from './summaryPrompt';

const summaryRequest: Prompt = { prompt: summaryPrompt, reasoningEffort: 'default' };

/** Builds the request for an answer. The request contains partial answers, but no earlier prompts without an answer. */
export function buildRequest(
  tree: ExchangeTree,
  { id, model: chosenModel }: Answer,
  defaultsOf: (choice: RequestChoice) => RequestDefaults,
): ChatRequest {
  const exchange = tree.exchangeOf(id);
  const prompt = exchange ?? summaryRequest;
  const { reasoningEffort } = prompt;
  const { model, systemPrompt, ...parameters } = defaultsOf({ model: chosenModel, reasoningEffort });
  const { summary, steps } = tree.precedingOf(id);
  const messages: TextMessage[] = [];
  if (systemPrompt.trim()) messages.push({ role: 'system', content: systemPrompt });
  if (summary) messages.push(...summaryMessages(summary.state.text));
  for (const past of steps) {
    const { text } = past.answer.state;
    if (text !== '') messages.push(promptMessage(past.exchange), { role: 'assistant', content: text });
  }
  messages.push(promptMessage(prompt));
  return { model, messages, ...(exchange ? parameters : summaryParameters(parameters)) };
}

function promptMessage({ content, prompt }: Prompt): TextMessage {
  return { role: 'user', content: content ?? prompt };
}

export function partialAnswer({ state }: Answer, resumeMode: ResumeFrom['resumeMode']): ResumeFrom | undefined {
  const { text, textModel: model, reasoning, toolCalls } = state;
  if (text === '') return undefined;
  return { text, model, hadReasoning: reasoning !== '', hadToolCalls: toolCalls.length > 0, resumeMode };
}
