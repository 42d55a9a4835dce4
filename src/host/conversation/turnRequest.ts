import type { ResumeFrom } from '../../engine/engine';
import type { ChatMessage, ChatRequest } from '../../engine/request';
import type { Answer, Prompt } from '../../shared/exchanges';
import type { RequestChoice, RequestDefaults } from '../connection/gatewaySet';
import type { ExchangeTree } from '../journal/exchangeTree';
import { promptMessages, promptsWithRefusedImages, type ReadImage } from './requestImages';
import { summaryMessages, summaryParameters, summaryPrompt } from './summaryPrompt';

const summaryRequest: Prompt = { prompt: summaryPrompt, reasoningEffort: 'default' };

/** Builds the request for an answer. The request contains partial answers, but no earlier prompts without an answer. */
export function buildRequest(
  tree: ExchangeTree,
  { id, model: chosenModel }: Answer,
  defaultsOf: (choice: RequestChoice) => RequestDefaults,
  readImage: ReadImage,
): ChatRequest {
  const exchange = tree.exchangeOf(id);
  const prompt = exchange ?? summaryRequest;
  const { reasoningEffort } = prompt;
  const { model, systemPrompt, ...parameters } = defaultsOf({ model: chosenModel, reasoningEffort });
  const { summary, steps } = tree.precedingOf(id);
  const messages: ChatMessage[] = [];
  if (systemPrompt.trim()) messages.push({ role: 'system', content: systemPrompt });
  if (summary) messages.push(...summaryMessages(summary.state.text));
  const answered = steps.filter(({ answer }) => answer.state.text !== '');
  const refused = promptsWithRefusedImages(tree, id, model);
  const prompts = promptMessages([...answered.map((step) => step.exchange), prompt], refused, readImage);
  for (const [index, message] of prompts.entries()) {
    messages.push(message);
    const text = answered[index]?.answer.state.text;
    if (text !== undefined) messages.push({ role: 'assistant', content: text });
  }
  return { model, messages, ...(exchange ? parameters : summaryParameters(parameters)) };
}

export function partialAnswer({ state }: Answer, resumeMode: ResumeFrom['resumeMode']): ResumeFrom | undefined {
  const { text, textModel: model, reasoning, toolCalls } = state;
  if (text === '') return undefined;
  return { text, model, hadReasoning: reasoning !== '', hadToolCalls: toolCalls.length > 0, resumeMode };
}
