import * as vscode from 'vscode';
import { promptsScheme } from '../code/recentEditors';
import type { UserPrompt } from '../settings/userPrompts';
import { askUser } from '../ui/notifications';
import { showVirtualDocument } from '../ui/virtualDocument';
import { hostWords } from '../ui/words';
import { effortText } from '../../shared/describeEffort';
import { fillTemplate } from '../../shared/format';
import type { CustomPrompts } from './customPrompts';
import { quotedTitles } from './promptTemplate';

/**
 * Asks the user whether the workspace prompts can be used. If the user closes the dialog, nothing is stored, and the
 * user is asked at the next opportunity.
 * @returns whether the user agrees
 */
export async function askAboutWorkspacePrompts(
  customPrompts: CustomPrompts,
  prompts: readonly UserPrompt[],
): Promise<boolean> {
  const question = consentQuestion(prompts);
  const use = vscode.l10n.t('Use prompts');
  const show = vscode.l10n.t('Show prompts');
  const never = vscode.l10n.t('Never');
  const detail = vscode.l10n.t(
    "When you run a workspace prompt, it is sent to the model with your code. You'll be asked again if a prompt changes.",
  );
  let answer = await askUser('information', question, [use, show, never], detail);
  if (answer === show) {
    const closePreview = await showPreview(prompts);
    // This question must not be modal, because a dialog would cover the prompts.
    answer = await askUser('information', question, [use, never]);
    await closePreview();
  }
  if (answer === use) await customPrompts.agree(prompts);
  if (answer === never) await customPrompts.refuse();
  return answer === use;
}

function consentQuestion(prompts: readonly UserPrompt[]): string {
  const titles = quotedTitles(prompts, hostWords().format);
  return prompts.length === 1
    ? vscode.l10n.t('This workspace defines a prompt: {0}. Use it?', titles)
    : vscode.l10n.t('This workspace defines {0} prompts: {1}. Use them?', prompts.length, titles);
}

/**
 * Shows workspace prompts in a read-only editor.
 * @returns a function that closes the editor
 */
async function showPreview(prompts: readonly UserPrompt[]): Promise<() => Promise<void>> {
  const uri = vscode.Uri.from({ scheme: promptsScheme, path: `/${vscode.l10n.t('Prompts')}.txt` });
  const text = prompts.map(toMarkdown).join('\n\n');
  return showVirtualDocument(uri, text, (document) => vscode.window.showTextDocument(document, { preview: false }));
}

function toMarkdown({ title, template, model, reasoningEffort }: UserPrompt): string {
  const { strings } = hostWords();
  const modelLines = model === undefined ? [] : [vscode.l10n.t('Model: {0}', model), ''];
  const effortLines = reasoningEffort
    ? [fillTemplate(strings.effortIs, effortText(strings, reasoningEffort).caption), '']
    : [];
  return [`# ${title}`, '', ...modelLines, ...effortLines, template, ''].join('\n');
}
