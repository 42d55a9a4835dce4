import * as vscode from 'vscode';
import type { Conversation } from '../conversation/conversation';
import { itemButton } from '../ui/notifications';
import { tabTitle } from '../ui/panelText';
import type { PanelServices } from './panelServices';

interface PromptBoxInput {
  readonly accepted: boolean;
  readonly text: string;
  readonly newConversation: boolean;
}

/** The typed text is also returned if the user dismisses the box, so that the next box can start with it. */
export async function showPromptBox(text: string, current: Conversation, title: string): Promise<PromptBoxInput> {
  const box = vscode.window.createInputBox();
  const name = tabTitle(current.tree);
  let newConversation = name === '';
  const showTarget = (): void => {
    box.placeholder = newConversation
      ? vscode.l10n.t('Ask in a new conversation')
      : vscode.l10n.t('Ask in “{0}”', name);
    box.buttons = newConversation ? [] : [itemButton('add', vscode.l10n.t('New conversation'))];
  };
  showTarget();
  box.title = title;
  box.prompt = vscode.l10n.t('The conversation opens beside the editor.');
  box.ignoreFocusOut = true;
  box.value = text;
  try {
    return await new Promise((resolve) => {
      const finish = (accepted: boolean): void => resolve({ accepted, text: box.value.trim(), newConversation });
      box.onDidTriggerButton(() => {
        newConversation = true;
        showTarget();
      });
      box.onDidAccept(() => {
        if (box.value.trim()) finish(true);
      });
      box.onDidHide(() => finish(false));
      box.show();
    });
  } finally {
    box.dispose();
  }
}

/** Asks for the models of a comparison and its prompt, unless they are given. @returns undefined if the user cancels */
export async function askForComparison(
  { catalog, sets }: PanelServices,
  conversation: Conversation,
  given: { readonly prompt?: string | undefined; readonly models?: readonly string[] | undefined },
) {
  const models = given.models ?? (await catalog.pickCompared(sets.forPrompt(conversation)));
  if (!models) return undefined;
  if (given.prompt) return { prompt: given.prompt, models };
  const { accepted, text, newConversation } = await showPromptBox('', conversation, vscode.l10n.t('Compare models'));
  return accepted ? { prompt: text, models, newConversation } : undefined;
}
