import * as vscode from 'vscode';
import type { Step } from '../../shared/exchanges';
import { canSendPrompt } from '../../shared/protocol';
import type { TakenContext } from '../context/contextDraft';
import { contextPrompt } from '../context/contextPrompt';
import type { Conversation } from '../conversation/conversation';
import { promptOfExchange } from '../journal/exchange';
import type { PromptInput } from '../journal/records';
import { enterApiKey, showInStatusBar } from '../ui/notifications';
import type { PanelServices } from './panelServices';

export interface SendOptions {
  /** Whether the user is asked to enter a missing API key. The default is true. */
  readonly asksForKey?: boolean | undefined;
}

/**
 * Returns the given conversation, or a new conversation if the given conversation belongs to the offline demo and the
 * demo is closed. All answers of a conversation must come from the same gateway set.
 */
export function openConversationFor({ conversations }: PanelServices, conversation: Conversation): Conversation {
  return conversation.set.isOpen ? conversation : conversations.startNew();
}

/**
 * Returns the conversation for a prompt that a command sends immediately: the current conversation or, if the user has
 * closed its panel, a new conversation.
 */
export async function conversationForCommand({ conversations, panels }: PanelServices): Promise<Conversation> {
  const current = await conversations.ensureCurrent();
  return panels.hasPanel(current) ? current : conversations.startNew();
}

/** Sends a prompt if {@link prepareToSend} returns true. */
export async function sendPrompt(
  services: PanelServices,
  conversation: Conversation,
  input: PromptInput,
  options: SendOptions = {},
): Promise<void> {
  const target = openConversationFor(services, conversation);
  if (await prepareToSend(services, target, input, options)) startAnswers(target, input);
}

/**
 * Shows the conversation and prepares to send a prompt. If necessary, the user must enter an API key, agree to plain
 * HTTP, or agree to exceed the daily budget.
 * @returns whether the prompt can be sent. If not, the prompt is put back into the composer.
 */
export async function prepareToSend(
  { budget, gatewaySets, promptHistory, panels, onError }: PanelServices,
  conversation: Conversation,
  input: PromptInput,
  { asksForKey = true }: SendOptions = {},
): Promise<boolean> {
  panels.show(conversation, { preserveFocus: true });
  // The prompt is sent even if the prompt history can't be saved.
  promptHistory.add(input.prompt, conversation.id).catch(onError);
  const set = gatewaySets.forPrompt(conversation);
  const canSend = async (): Promise<boolean> => canSendPrompt(await set.view());
  const hasAccess = (await canSend()) || (asksForKey && (await enterApiKey()) && (await canSend()));
  const mayUse = hasAccess && (await set.mayUse(input.models ?? [set.model()]));
  if (mayUse && (await budget.mayStart(set.isFree, input.models))) {
    conversation.useSet(set);
    return true;
  }
  returnPrompt(panels, conversation, input);
  showInStatusBar(vscode.l10n.t('Not sent. The prompt is in the composer, or ↑ restores it.'));
  return false;
}

export function startAnswers(conversation: Conversation, { models, ...prompt }: PromptInput): void {
  conversation.ask(prompt, models);
}

/**
 * Puts a prompt that was not sent back into the composer, together with its code, attachments, models and reasoning
 * effort.
 */
export function returnPrompt(panels: PanelServices['panels'], conversation: Conversation, input: PromptInput): void {
  // The panel gets the focus back, which a dialog might have taken.
  panels.show(conversation);
  const { prompt: text, content, attachments = [], images = [], models, reasoningEffort } = input;
  const isPlain = attachments.length + images.length === 0 && (content ?? models ?? reasoningEffort) === undefined;
  panels.prefill(conversation, { text, more: isPlain ? undefined : input });
}

/**
 * Starts a new conversation where the current conversation is, and focuses its composer. A running turn of the previous
 * conversation continues.
 */
export function startConversation({ conversations, panels }: PanelServices, prompt = ''): Conversation {
  const location = panels.locationForNew;
  const conversation = conversations.startNew();
  panels.show(conversation, { location });
  panels.prefill(conversation, { text: prompt });
  return conversation;
}

/** Returns the prompt of an exchange as it was in the composer, with the model of the answer. */
export function promptInputOf({ exchange, answer }: Step): PromptInput {
  return { ...promptOfExchange(exchange), models: answer.model === undefined ? undefined : [answer.model] };
}

/** Adds context items to a prompt. */
export function withContext(input: PromptInput, { attachments, images = [] }: Partial<TakenContext>): PromptInput {
  const withImages = images.length === 0 ? input : { ...input, images: [...(input.images ?? []), ...images] };
  if (!attachments || attachments.length === 0) return withImages;
  return {
    ...withImages,
    content: contextPrompt(input.content ?? input.prompt, attachments),
    attachments: [...(input.attachments ?? []), ...attachments],
  };
}
