import * as vscode from 'vscode';
import type { Settings } from '../settings/settings';
import type { OwnPrompt } from './customPrompts';

/**
 * Asks for a title and a text, and keeps them in the user's settings.
 * @returns undefined when the user has changed their mind
 */
export async function addPrompt(settings: Settings): Promise<OwnPrompt | undefined> {
  const taken = new Set(settings.prompts().map((prompt) => prompt.title));
  const title = await ask({
    title: vscode.l10n.t('Add a prompt (1 of 2)'),
    prompt: vscode.l10n.t('The name it is listed under'),
    placeHolder: vscode.l10n.t('e.g. Translate comments'),
    validateInput: (text) =>
      taken.has(text.trim()) ? vscode.l10n.t('You already have a prompt with this name.') : undefined,
  });
  if (title === undefined) return undefined;
  const template = await ask({
    title: vscode.l10n.t('Add a prompt (2 of 2)'),
    prompt: vscode.l10n.t(
      'What to ask about the selected code, which goes along. You can place it, and more, with {0}.',
      '${selection}, ${language}, ${file}, ${problems}',
    ),
    placeHolder: vscode.l10n.t('e.g. Translate the comments into English. Change nothing else.'),
  });
  if (template === undefined) return undefined;
  await settings.addPrompt({ title, template });
  return { title, template, from: 'user' };
}

/** Looking something up in another window must not lose what was typed. */
async function ask(options: vscode.InputBoxOptions): Promise<string | undefined> {
  const text = (await vscode.window.showInputBox({ ...options, ignoreFocusOut: true }))?.trim();
  return text === '' ? undefined : text;
}
