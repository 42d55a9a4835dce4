import * as vscode from 'vscode';
import type { OwnPrompt, OwnPrompts } from './ownPrompts';

export type PromptChoice =
  | { readonly type: 'run'; readonly prompt: OwnPrompt }
  /** Ask about those of the workspace, after all. */
  | { readonly type: 'ask' }
  | { readonly type: 'add' }
  | { readonly type: 'edit' };

interface PromptItem extends vscode.QuickPickItem {
  readonly choice?: PromptChoice;
}

/** The prompts that may be used, and the way to more of them. */
export async function pickPrompt(own: OwnPrompts): Promise<PromptChoice | undefined> {
  const prompts = own.list();
  const placeHolder =
    prompts.length > 0
      ? vscode.l10n.t('Choose a prompt for the selected code')
      : vscode.l10n.t('You have no prompts of your own yet');
  const options = { title: vscode.l10n.t('My prompts'), placeHolder, matchOnDescription: true, matchOnDetail: true };
  return (await vscode.window.showQuickPick(items(prompts, own), options))?.choice;
}

function items(prompts: readonly OwnPrompt[], own: OwnPrompts): readonly PromptItem[] {
  const user = prompts.filter(({ from }) => from === 'user');
  const brought = prompts.filter(({ from }) => from === 'workspace');
  const workspace = vscode.l10n.t('Prompts of this workspace');
  const left = own.unasked().length + own.refused().length;
  return [
    ...user.map(promptItem),
    ...(brought.length > 0 ? [separator(workspace), ...brought.map(promptItem)] : []),
    separator(''),
    ...(left > 0 ? [{ label: `$(question) ${workspace}…`, choice: { type: 'ask' } as const }] : []),
    { label: `$(add) ${vscode.l10n.t('Add a prompt…')}`, choice: { type: 'add' } },
    { label: `$(gear) ${vscode.l10n.t('Edit in settings.json')}`, choice: { type: 'edit' } },
  ];
}

function promptItem(prompt: OwnPrompt): PromptItem {
  const detail = prompt.template.replace(/\s+/g, ' ');
  return { label: prompt.title, description: prompt.model ?? '', detail, choice: { type: 'run', prompt } };
}

function separator(label: string): PromptItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
