import type { Exchange, Prompt } from '../../shared/exchanges';
import { contextPrompt } from '../context/contextPrompt';
import type { Conversation } from '../conversation/conversation';
import { comparedModels } from '../journal/exchange';
import { parsePromptInput, type PromptInput } from '../journal/records';
import type { PanelServices } from './panelServices';
import { returnPrompt, sendPrompt } from './promptSender';

/**
 * Sends an edited prompt. If the text is unchanged, requests another answer or another comparison. If the daily budget
 * prevents sending, the prompt is put into the composer. After the offline demo was closed, a prompt of the demo is
 * sent in a new conversation.
 */
export async function editPrompt(
  services: PanelServices,
  conversation: Conversation,
  exchangeId: string,
  prompt: string,
): Promise<void> {
  const { budget, panels, promptHistory, onError } = services;
  const exchange = conversation.tree.exchange(exchangeId);
  if (!exchange) return;
  const edited = withEditedPrompt(exchange, prompt);
  if (edited && !conversation.set.isOpen) return sendPrompt(services, conversation, edited);
  const models = comparedModels(exchange);
  if (!edited && models.length === 0) return regenerate(services, conversation, exchange.selected);
  if (!edited) return startAgain(services, conversation, exchange, models);
  if (!(await budget.mayStart(conversation.set.isFree, models))) {
    returnPrompt(panels, conversation, { ...edited, models: models.length > 0 ? models : undefined });
    return;
  }
  promptHistory.add(prompt, conversation.id).catch(onError);
  conversation.edit(exchangeId, edited);
}

/** Requests another answer, by default from the same model. */
export async function regenerate(
  services: PanelServices,
  conversation: Conversation,
  answerId: string,
  model?: string,
): Promise<void> {
  const exchange = conversation.tree.exchangeOf(answerId);
  if (!exchange) return;
  const models = model === undefined ? [] : [model];
  await startAgain(services, conversation, exchange, models, () => conversation.regenerate(answerId, model));
}

/** Requests another answer from a model that the user chooses. If the user cancels, no answer is requested. */
export async function regenerateWith(
  services: PanelServices,
  conversation: Conversation,
  answerId: string,
): Promise<void> {
  const model = await pickOtherModel(services.catalog, conversation, answerId);
  if (model !== undefined) await regenerate(services, conversation, answerId, model);
}

/**
 * Lets the user choose several models, and requests a new answer to the prompt from each model. If the user cancels,
 * nothing changes.
 */
export async function compareAgain(
  services: PanelServices,
  conversation: Conversation,
  exchangeId: string,
): Promise<void> {
  const exchange = conversation.tree.exchange(exchangeId);
  if (!exchange) return;
  const models = await services.catalog.pickCompared(conversation.set);
  if (models) await startAgain(services, conversation, exchange, models);
}

/**
 * Requests further answers, by default one of each model, unless the daily budget is used up and the user declines to
 * exceed it.
 */
async function startAgain(
  { budget }: PanelServices,
  conversation: Conversation,
  exchange: Exchange,
  models: readonly string[],
  start = () => conversation.requestMoreAnswers(exchange.id, models),
): Promise<void> {
  const { set } = conversation;
  if (!(await set.mayUse(models)) || !(await budget.mayStart(set.isFree, models))) return;
  // The user might click a second time before the page shows the answer that the first click has added.
  const isShown = conversation.tree.exchange(exchange.id)?.selected === exchange.selected;
  if (!conversation.readOnly && isShown && conversation.tree.isShown(exchange.selected)) start();
}

/**
 * Lets the user choose another model for an answer. In a comparison, the models of the other answers are not offered,
 * because each answer should come from a different model.
 */
export function pickOtherModel(
  catalog: PanelServices['catalog'],
  { tree, set }: Conversation,
  answerId: string,
): Promise<string | undefined> {
  const { model: current = '', failure } = tree.answer(answerId)?.state ?? {};
  const exchange = tree.exchangeOf(answerId);
  // The images that the gateway has refused can belong to earlier prompts.
  const hasImages = (exchange?.images?.length ?? 0) > 0 || failure?.actions.includes('withoutImages') === true;
  return catalog.pickOther([current, ...comparedModels(exchange)], set, hasImages);
}

/**
 * Returns the prompt in the composer.
 * @param more the complete prompt if a prompt with code or attachments was put into the composer
 */
export function toComposedInput(prompt: string, more: unknown): PromptInput {
  const prefilled = parsePromptInput(more);
  const { models } = prefilled ?? {};
  return { ...(prefilled && (withEditedPrompt(prefilled, prompt) ?? prefilled)), models, prompt };
}

/**
 * Returns a copy of a prompt with another text and the same attachments and images, or undefined if the text is
 * unchanged.
 */
function withEditedPrompt(edited: Prompt, prompt: string): Prompt | undefined {
  const { prompt: previous, attachments, images, target } = edited;
  if (prompt.trim() === previous.trim()) return undefined;
  return { prompt, content: contextPrompt(prompt, attachments ?? []), attachments, images, target };
}
