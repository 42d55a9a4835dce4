import * as vscode from 'vscode';
import type { Settings } from '../settings/settings';
import { plainLabel } from '../ui/messageText';
import { askForText } from '../ui/notifications';
import type { CustomPrompt, CustomPrompts } from './customPrompts';
import { abbreviateTitle } from './promptTemplate';
import type { UnusablePrompt } from '../settings/userPrompts';

/**
 * The user's choice in the list of prompts: a prompt to run, `ask` to decide about the workspace prompts, `add` to add
 * a prompt, or `edit` to edit the prompts in the settings.
 */
type PromptChoice = CustomPrompt | 'ask' | 'add' | 'edit';

interface PromptItem extends vscode.QuickPickItem {
  readonly choice?: PromptChoice;
}

/**
 * Lets the user choose a custom prompt to run. The list also offers to add a prompt and to edit the prompts in the
 * settings.
 */
export async function pickPrompt(
  customPrompts: CustomPrompts,
  unusablePrompts: readonly UnusablePrompt[],
): Promise<PromptChoice | undefined> {
  const prompts = customPrompts.list();
  const placeHolder =
    prompts.length > 0
      ? vscode.l10n.t('Choose a prompt for the selected code')
      : unusablePrompts.length > 0
        ? vscode.l10n.t('None of your custom prompts can be used')
        : vscode.l10n.t('You have no custom prompts yet');
  const options = {
    title: vscode.l10n.t('Custom prompts'),
    placeHolder,
    matchOnDescription: true,
    matchOnDetail: true,
  };
  return (await vscode.window.showQuickPick(pickerItems(prompts, customPrompts, unusablePrompts), options))?.choice;
}

function pickerItems(
  prompts: readonly CustomPrompt[],
  customPrompts: CustomPrompts,
  unusablePrompts: readonly UnusablePrompt[],
): readonly PromptItem[] {
  const user = prompts.filter(({ from }) => from === 'user');
  const workspacePrompts = prompts.filter(({ from }) => from === 'workspace');
  const workspace = vscode.l10n.t('Workspace prompts');
  return [
    ...user.map(promptItem),
    ...(workspacePrompts.length > 0 ? [separator(workspace), ...workspacePrompts.map(promptItem)] : []),
    separator(''),
    ...(customPrompts.withoutConsent().length > 0
      ? [{ label: `$(question) ${workspace}…`, choice: 'ask' as const }]
      : []),
    ...(unusablePrompts.length > 0 ? [unusableItem(unusablePrompts)] : []),
    { label: `$(add) ${vscode.l10n.t('Add a prompt…')}`, choice: 'add' },
    { label: `$(gear) ${vscode.l10n.t('Edit in settings.json')}`, choice: 'edit' },
  ];
}

function promptItem(prompt: CustomPrompt): PromptItem {
  const { title, model = '', template } = prompt;
  return {
    label: plainLabel(title),
    description: plainLabel(model),
    detail: plainLabel(template),
    choice: prompt,
  };
}

const maxReasons = 4;

/**
 * Returns the list item about prompts in the settings that can't be used. The item opens the settings, where the user
 * can fix the prompts.
 */
function unusableItem(unusablePrompts: readonly UnusablePrompt[]): PromptItem {
  const label =
    unusablePrompts.length === 1
      ? vscode.l10n.t("A prompt in your settings can't be used")
      : vscode.l10n.t("{0} prompts in your settings can't be used", unusablePrompts.length);
  const reasons = unusablePrompts.slice(0, maxReasons).map(describeReason);
  const detail = [...reasons, ...(unusablePrompts.length > maxReasons ? ['…'] : [])].join(' · ');
  return { label: `$(warning) ${label}`, detail: plainLabel(detail), choice: 'edit' };
}

function separator(label: string): PromptItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

function describeReason({ number, title, reason }: UnusablePrompt): string {
  switch (reason) {
    case 'no-prompt':
      return vscode.l10n.t('Prompt {0} needs a title and a template', number);
    case 'no-title':
      return vscode.l10n.t('Prompt {0} has no title', number);
    case 'no-template':
      return vscode.l10n.t('“{0}” has no template', abbreviateTitle(title));
    case 'no-effort':
      return vscode.l10n.t('“{0}” has an unknown reasoning effort', abbreviateTitle(title));
    case 'title-taken':
      return vscode.l10n.t('“{0}” is defined twice, so only the first definition is used', abbreviateTitle(title));
  }
}

/** Asks the user for the title and the template of a new custom prompt, and saves the prompt in the user's settings. */
export async function addPrompt(settings: Settings): Promise<CustomPrompt | undefined> {
  const usedTitles = new Set(settings.prompts().usablePrompts.map((prompt) => prompt.title));
  const title = await askForTrimmedText({
    title: vscode.l10n.t('Add a prompt (1 of 2)'),
    prompt: vscode.l10n.t('Name shown in menus'),
    placeHolder: vscode.l10n.t('For example, Translate comments'),
    validateInput: (text) =>
      usedTitles.has(text.trim()) ? vscode.l10n.t('You already have a prompt with this name.') : undefined,
  });
  if (title === undefined) return undefined;
  const template = await askForTrimmedText({
    title: vscode.l10n.t('Add a prompt (2 of 2)'),
    prompt: vscode.l10n.t(
      'Prompt for the selected code, which is attached automatically. Available variables: {0}',
      '${selection}, ${language}, ${file}, ${problems}',
    ),
    placeHolder: vscode.l10n.t('For example, Translate the comments into English. Change nothing else.'),
  });
  if (template === undefined) return undefined;
  await settings.addPrompt({ title, template });
  return { title, template, from: 'user' };
}

/**
 * The input box stays open when it loses the focus. The user can then look something up without losing the typed text.
 */
async function askForTrimmedText(options: Parameters<typeof askForText>[0]): Promise<string | undefined> {
  const text = (await askForText({ ...options, ignoreFocusOut: true }))?.trim();
  return text === '' ? undefined : text;
}
