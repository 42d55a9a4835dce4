import { contextPrompt } from '../context/contextPrompt';
import type { Conversation } from '../conversation/conversation';
import { toPromptInput, type Exchange, type PromptInput } from '../journal/exchange';
import type { PanelServices } from './panelServices';
import { parsePrefilledInput, returnPrompt } from './promptSender';

/**
 * An unchanged prompt gets another answer. Without an API key, the new version fails with a card that sets one. If the
 * user does not want to exceed the budget of the day, the new prompt goes into the composer.
 */
export async function editPrompt(
  services: PanelServices,
  conversation: Conversation,
  exchangeId: string,
  prompt: string,
): Promise<void> {
  const { budget, conversations, connections, panels, promptHistory, onError } = services;
  await conversations.withOpen(conversation, async () => {
    const { demo } = await connections.view(services.demo.answers(conversation));
    const exchange = conversation.exchange(exchangeId);
    // The prompt of a comparison goes to all of its models again, even if it is unchanged.
    const isCompared = conversation.tree.isCompared(exchangeId);
    const unchanged = isCompared && exchange ? toPromptInput(exchange) : undefined;
    const input = exchange && (editedInput(exchange, prompt, demo) ?? unchanged);
    if (!input) return regenerate(services, conversation, exchangeId, false);
    if (!(await budget.mayStart(demo, conversation.tree.comparedModels(exchangeId)))) {
      returnPrompt(panels, conversation, input);
      return;
    }
    promptHistory.add(prompt, conversation.id).catch(onError);
    conversation.edit(exchangeId, input);
  });
}

/** With `switchModel`, the user chooses the model first. If the user chooses none, no version is added. */
export function regenerate(
  services: PanelServices,
  conversation: Conversation,
  exchangeId: string,
  switchModel: boolean,
): Promise<void> {
  return answerAgain(services, conversation, exchangeId, async (exchange) => {
    const model = switchModel ? await pickOtherModel(services.catalog, conversation, exchange) : undefined;
    if (switchModel && model === undefined) return undefined;
    return { models: model === undefined ? [] : [model], start: () => conversation.regenerate(exchangeId, model) };
  });
}

/** Lets the user choose models that answer the prompt of an exchange again. Without a choice, nothing changes. */
export function compareAgain(services: PanelServices, conversation: Conversation, exchangeId: string): Promise<void> {
  return answerAgain(services, conversation, exchangeId, async (exchange) => {
    const models = await services.catalog.pickCompared(exchange.demo === true);
    return models && { models, start: () => conversation.compare(toPromptInput(exchange), models, exchangeId) };
  });
}

interface AnotherAnswer {
  /** The models that the user has chosen. Empty for the model of the exchange. */
  readonly models: readonly string[];
  readonly start: () => unknown;
}

/**
 * Adds a version of an exchange, unless the daily budget is used up and the user does not agree to exceed it.
 * @param choose asks the user, and returns undefined if the user cancels
 */
async function answerAgain(
  { budget, mayUsePlainHttp, conversations }: PanelServices,
  conversation: Conversation,
  exchangeId: string,
  choose: (exchange: Exchange) => Promise<AnotherAnswer | undefined>,
): Promise<void> {
  const exchange = conversation.exchange(exchangeId);
  if (!exchange) return;
  await conversations.withOpen(conversation, async () => {
    const answer = await choose(exchange);
    if (!answer || !(exchange.demo || (await mayUsePlainHttp(answer.models)))) return;
    if (!(await budget.mayStart(exchange.demo, answer.models))) return;
    // A second click may arrive before the page shows the version that the first click has added.
    if (!conversation.readOnly && conversation.tree.isOnPage(exchangeId)) answer.start();
  });
}

/** Each column of a comparison has another model. */
export function pickOtherModel(
  catalog: PanelServices['catalog'],
  { tree }: Conversation,
  { id, state, demo = false }: Exchange,
): Promise<string | undefined> {
  return catalog.pickOther([state.model, ...tree.comparedModels(id)], demo);
}

function editedInput(exchange: Exchange, prompt: string, demo: boolean): PromptInput | undefined {
  const edited = withEditedPrompt(exchange, prompt);
  // The demo and the user's gateway have different models.
  const isOtherGateway = demo !== (exchange.demo === true);
  return edited && { ...edited, demo, ...(isOtherGateway && { model: undefined }) };
}

/** Returns the prompt of the composer. @param more the complete prompt if it was prefilled with code or attachments */
export function toComposedInput(prompt: string, more: unknown): PromptInput {
  const prefilled = parsePrefilledInput(more);
  return { ...(prefilled && (withEditedPrompt(prefilled, prompt) ?? prefilled)), prompt };
}

/** Returns a copy of a prompt with another text and the same attachments, or undefined if the text is unchanged. */
function withEditedPrompt(previous: PromptInput, prompt: string): PromptInput | undefined {
  if (prompt.trim() === previous.prompt.trim()) return undefined;
  const { attachments, target, model, demo } = previous;
  return { prompt, content: contextPrompt(prompt, attachments ?? []), attachments, target, model, demo };
}
