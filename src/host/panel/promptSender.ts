import * as vscode from 'vscode';
import type { Attachment, Step } from '../../shared/exchanges';
import { canSendPrompt } from '../../shared/protocol';
import { contextPrompt } from '../context/contextPrompt';
import type { Conversation } from '../conversation/conversation';
import { promptOf } from '../journal/exchange';
import type { PromptInput } from '../journal/records';
import { enterApiKey, showInStatusBar } from '../ui/notifications';
import type { PanelServices } from './panelServices';

export interface SendOptions {
  readonly conversation?: Conversation | undefined;
  readonly newConversation?: boolean | undefined;
  /** The models that answer at the same time. By default, the selected model answers. */
  readonly models?: readonly string[] | undefined;
  readonly addDraft?: ((input: PromptInput) => PromptInput) | undefined;
  /** Whether the user is asked for a missing API key. The default is true. */
  readonly asksForKey?: boolean | undefined;
  /** Called before the prompt is sent in a new conversation instead of `conversation`. */
  readonly onMove?: ((target: Conversation) => void) | undefined;
}

/**
 * Sends a prompt. If the user sets no API key, or does not want to exceed the daily budget or to use a gateway over plain
 * HTTP, the prompt goes back into the composer. If the gateways of the conversation are closed, the prompt goes
 * into a new conversation, because all answers of a conversation come from the same set of gateways.
 */
export async function sendPrompt(
  { budget, conversations, sets, promptHistory, panels, onError }: PanelServices,
  input: PromptInput,
  options: SendOptions = {},
): Promise<void> {
  const chosen = options.newConversation
    ? conversations.startNew()
    : (options.conversation ?? (await conversations.ensureCurrent()));
  const isClosed = !chosen.set.isOpen;
  const conversation = isClosed ? conversations.startNew() : chosen;
  if (isClosed) options.onMove?.(conversation);
  panels.show(conversation, { preserveFocus: true });
  // A failure to save the prompt history must not prevent the request.
  promptHistory.add(input.prompt, conversation.id).catch(onError);
  const set = sets.forPrompt(conversation);
  const canSend = async (): Promise<boolean> => canSendPrompt(await set.view());
  const asksForKey = options.asksForKey ?? true;
  const isReady = (await canSend()) || (asksForKey && (await enterApiKey()) && (await canSend()));
  const models = options.models ?? [input.model ?? set.model()];
  if (!isReady || !(await set.mayUse(models)) || !(await budget.mayStart(set.isFree, options.models))) {
    returnPrompt(panels, conversation, input);
    showInStatusBar(
      vscode.l10n.t('Not sent. If the composer contains another prompt, press ↑ there to get this one back.'),
    );
    return;
  }
  conversation.useSet(set);
  const { model, ...prompt } = options.addDraft?.(input) ?? input;
  conversation.ask(prompt, options.models ?? (model === undefined ? [] : [model]));
}

/** Puts a prompt that was not sent into the composer, together with its code, attachments, model and effort. */
export function returnPrompt(panels: PanelServices['panels'], conversation: Conversation, input: PromptInput): void {
  // A dialog may have taken the focus from the panel.
  panels.show(conversation);
  const { prompt: text, content, attachments = [], model, reasoningEffort } = input;
  const isPlain = attachments.length === 0 && (content ?? model ?? reasoningEffort) === undefined;
  panels.prefill(conversation, { text, more: isPlain ? undefined : input });
}

/** Shows an empty conversation and focuses its composer. A running turn of the previous conversation continues. */
export function startConversation({ conversations, panels }: PanelServices, prompt = ''): Conversation {
  const conversation = conversations.startNew();
  panels.show(conversation);
  panels.prefill(conversation, { text: prompt });
  return conversation;
}

/** Returns the prompt of a step as the composer contained it. */
export function promptInputOf({ exchange, answer }: Step): PromptInput {
  return { ...promptOf(exchange), model: answer.model };
}

export function withAttachments(input: PromptInput, attachments: readonly Attachment[]): PromptInput {
  if (attachments.length === 0) return input;
  return {
    ...input,
    content: contextPrompt(input.content ?? input.prompt, attachments),
    attachments: [...(input.attachments ?? []), ...attachments],
  };
}
