import * as vscode from 'vscode';
import { parseCompareArgument } from '../commandArgs';
import type { Conversation } from '../conversation/conversation';
import type { PanelServices } from './panelServices';
import { showPromptBox } from './promptBox';
import { sendPrompt } from './promptSender';

interface Comparison {
  readonly prompt: string;
  readonly models: readonly string[];
  readonly newConversation?: boolean | undefined;
}

/** The command sends the prompt in the current conversation. The user is asked for what its argument lacks. */
export async function compareModels(services: PanelServices, argument: unknown): Promise<void> {
  const given = argument === undefined ? {} : parseCompareArgument(argument);
  const { conversations } = services;
  const conversation = await conversations.ensureCurrent();
  await conversations.withOpen(conversation, async () => {
    const comparison = await askForComparison(services, conversation, given);
    if (!comparison) return;
    const { prompt, ...target } = comparison;
    await sendPrompt(services, { prompt }, { conversation, ...target });
  });
}

/** @returns undefined if the user cancels */
export async function askForComparison(
  { catalog, sets }: PanelServices,
  conversation: Conversation,
  given: { readonly prompt?: string | undefined; readonly models?: readonly string[] | undefined },
): Promise<Comparison | undefined> {
  const models = given.models ?? (await catalog.pickCompared(sets.forPrompt(conversation)));
  if (!models) return undefined;
  if (given.prompt) return { prompt: given.prompt, models };
  const { accepted, text, newConversation } = await showPromptBox('', conversation, vscode.l10n.t('Compare models'));
  return accepted ? { prompt: text, models, newConversation } : undefined;
}
