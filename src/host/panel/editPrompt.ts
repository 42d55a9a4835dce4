import { contextPrompt } from '../context/contextPrompt';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import type { Exchange, PromptInput } from '../conversation/exchange';
import type { ModelCatalog } from '../models/modelCatalog';
import type { SendServices } from './promptSender';

interface RegenerateServices {
  readonly conversations: Pick<Conversations, 'withOpen'>;
  readonly catalog: Pick<ModelCatalog, 'pickOther'>;
}

type EditServices = RegenerateServices & Pick<SendServices, 'connections' | 'demo' | 'promptHistory' | 'onError'>;

/**
 * Asks in other words in place of a prompt; the same words ask for another answer.
 * Without a key the new version says so itself, and offers to set one; the one before stays.
 */
export async function editPrompt(
  services: EditServices,
  conversation: Conversation,
  exchangeId: string,
  prompt: string,
): Promise<void> {
  const { conversations, connections, promptHistory, onError } = services;
  await conversations.withOpen(conversation, async () => {
    const { demo } = await connections.view(services.demo.answers(conversation));
    const exchange = conversation.exchange(exchangeId);
    const input = exchange && editedPrompt(exchange, prompt, demo);
    if (!input) return regenerate(services, conversation, exchangeId, false);
    promptHistory.add(prompt, conversation.id).catch(onError);
    conversation.edit(exchangeId, input);
  });
}

/** @param switchModel the user chooses who answers; if none, nothing happens */
export async function regenerate(
  { conversations, catalog }: RegenerateServices,
  conversation: Conversation,
  exchangeId: string,
  switchModel: boolean,
): Promise<void> {
  const exchange = conversation.exchange(exchangeId);
  if (!exchange) return;
  await conversations.withOpen(conversation, async () => {
    const model = switchModel ? await pickOtherModel(catalog, exchange) : undefined;
    // A second press may come before the page shows what the first has done: it is another version by then.
    const isShown = conversation.exchanges().some(({ id }) => id === exchangeId);
    if (isShown && (!switchModel || model !== undefined)) conversation.regenerate(exchangeId, model);
  });
}

/** Lets the user choose another model for an exchange, of the gateway that was asked. */
export function pickOtherModel(
  catalog: RegenerateServices['catalog'],
  { state, demo = false }: Exchange,
): Promise<string | undefined> {
  return catalog.pickOther(state.model, demo);
}

/** @returns undefined when the words are the same: what was sent says more than they do */
function editedPrompt(exchange: Exchange, prompt: string, demo: boolean): PromptInput | undefined {
  const edited = inOtherWords(exchange, prompt);
  // Where it goes now nobody knows the models of where it went before.
  const isElsewhere = demo !== (exchange.demo === true);
  return edited && { ...edited, demo, ...(isElsewhere && { model: undefined }) };
}

/** The same context goes along. @returns undefined when the words are the same */
export function inOtherWords(before: PromptInput, prompt: string): PromptInput | undefined {
  if (prompt.trim() === before.prompt.trim()) return undefined;
  const { attachments, target, model, demo } = before;
  return { prompt, content: contextPrompt(prompt, attachments ?? []), attachments, target, model, demo };
}
