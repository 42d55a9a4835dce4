import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { UserPrompt } from '../settings/settingValues';
import { withoutLinks } from '../ui/messageText';
import { Disposable } from '../util/disposable';
import type { CustomPrompts } from './customPrompts';
import { briefTitles } from './promptTemplate';

/**
 * Asks about the prompts that came with the workspace, with a look at them if the user likes.
 * @returns whether they are used; a dialog that is closed decides nothing, and the question comes again
 */
export async function askAboutWorkspacePrompts(
  customPrompts: CustomPrompts,
  prompts: readonly UserPrompt[],
): Promise<boolean> {
  const shown = new PromptPreview();
  try {
    const answer = await askForConsent(prompts, shown);
    if (answer === 'use') await customPrompts.agree(prompts);
    if (answer === 'never') await customPrompts.refuse();
    return answer === 'use';
  } finally {
    await shown.close();
  }
}

async function askForConsent(
  prompts: readonly UserPrompt[],
  shown: PromptPreview,
): Promise<'use' | 'never' | undefined> {
  const question = consentQuestion(prompts);
  const use = vscode.l10n.t('Use');
  const show = vscode.l10n.t('Show prompts');
  const never = vscode.l10n.t('Never');
  const detail = vscode.l10n.t(
    "When you run one, it is sent to the model with your code. You'll be asked again if they change.",
  );
  let answer = await vscode.window.showInformationMessage(question, { modal: true, detail }, use, show, never);
  if (answer === show) {
    await shown.show(prompts);
    // No dialog now: it would stand before what is to be read.
    answer = await vscode.window.showInformationMessage(question, use, never);
  }
  if (answer === use) return 'use';
  return answer === never ? 'never' : undefined;
}

function consentQuestion(prompts: readonly UserPrompt[]): string {
  const titles = withoutLinks(briefTitles(prompts));
  return prompts.length === 1
    ? vscode.l10n.t('This workspace defines a prompt: {0}. Use it?', titles)
    : vscode.l10n.t('This workspace defines {0} prompts: {1}. Use them?', prompts.length, titles);
}

/** Prompts to be read in an editor that can't change them, and leaves nothing to be saved. */
class PromptPreview extends Disposable {
  async show(prompts: readonly UserPrompt[]): Promise<void> {
    const provideTextDocumentContent = (): string => prompts.map(toMarkdown).join('\n\n');
    this.register(vscode.workspace.registerTextDocumentContentProvider(promptsScheme, { provideTextDocumentContent }));
    // A name that was used before might still have its old text.
    const uri = vscode.Uri.from({
      scheme: promptsScheme,
      path: `/${vscode.l10n.t('Prompts')}.md`,
      query: randomUUID(),
    });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: false });
  }

  async close(): Promise<void> {
    this.dispose();
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const ours = tabs.filter(({ input }) => input instanceof vscode.TabInputText && input.uri.scheme === promptsScheme);
    await vscode.window.tabGroups.close(ours, true);
  }
}

function toMarkdown({ title, template, model }: UserPrompt): string {
  const asked = model === undefined ? [] : [vscode.l10n.t('Model: {0}', model), ''];
  return [`# ${title}`, '', ...asked, template, ''].join('\n');
}

/** Of the document in which the prompts of a workspace are shown. */
export const promptsScheme = 'holysheep-prompts';
