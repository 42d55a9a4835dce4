import * as vscode from 'vscode';
import type { Conversation } from '../conversation/conversation';
import { itemButton } from '../ui/notifications';
import { tabTitle } from '../ui/panelText';
import type { PanelServices } from './panelServices';

interface PromptBoxInput {
  readonly text: string;
  /** The conversation in which the prompt is sent, or undefined if the user closed the input box. */
  readonly conversation?: Conversation;
}

/**
 * Lets the user type a prompt in an input box. If the user closes the box, the typed text is returned as well, so that
 * the next box can start with the same text.
 */
export async function showPromptBox(
  { conversations, panels }: PanelServices,
  text: string,
  current: Conversation,
  title: string,
): Promise<PromptBoxInput> {
  const box = vscode.window.createInputBox();
  const name = tabTitle(current.tree);
  const location = panels.locationForNew;
  let newConversation = name === '';
  const showTarget = (): void => {
    box.placeholder = newConversation
      ? vscode.l10n.t('Ask in a new conversation')
      : vscode.l10n.t('Ask in “{0}”', name);
    box.prompt =
      location === 'sideBar'
        ? vscode.l10n.t('The conversation opens in the side bar.')
        : vscode.l10n.t('The conversation opens beside the editor.');
    box.buttons = newConversation ? [] : [itemButton('add', vscode.l10n.t('New conversation'))];
  };
  showTarget();
  box.title = title;
  box.ignoreFocusOut = true;
  box.value = text;
  try {
    return await new Promise((resolve) => {
      box.onDidTriggerButton(() => {
        newConversation = true;
        showTarget();
      });
      box.onDidAccept(() => {
        const typed = box.value.trim();
        if (!typed) return;
        const conversation = newConversation ? conversations.startNew() : current;
        panels.show(conversation, { preserveFocus: true, location });
        resolve({ text: typed, conversation });
      });
      box.onDidHide(() => resolve({ text: box.value.trim() }));
      box.show();
    });
  } finally {
    box.dispose();
  }
}

/**
 * Asks the user for the models and the prompt of a comparison, unless the caller has set them.
 * @param current the conversation in which the prompt is sent, unless the user chooses a new conversation
 * @returns undefined if the user cancels
 */
export async function askForComparison(
  services: PanelServices,
  current: Conversation,
  given: { readonly prompt?: string | undefined; readonly models?: readonly string[] | undefined },
) {
  const { catalog, gatewaySets } = services;
  const models = given.models ?? (await catalog.pickCompared(gatewaySets.forPrompt(current)));
  if (!models) return undefined;
  if (given.prompt) return { prompt: given.prompt, models, conversation: current };
  const title = vscode.l10n.t('Compare models');
  const { text, conversation } = await showPromptBox(services, '', current, title);
  return conversation && { prompt: text, models, conversation };
}
