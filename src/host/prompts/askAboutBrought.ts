import * as vscode from 'vscode';
import type { UserPrompt } from '../settingValues';
import type { OwnPrompts } from './ownPrompts';
import { ShownPrompts } from './shownPrompts';
import { withoutLinks } from '../withoutLinks';
import { briefTitles } from './briefTitles';

/**
 * Asks about the prompts that came with the workspace, with a look at them if the user likes.
 * @returns whether they are used; a dialog that is closed decides nothing, and the question comes again
 */
export async function askAboutBrought(own: OwnPrompts, prompts: readonly UserPrompt[]): Promise<boolean> {
  const shown = new ShownPrompts();
  try {
    const answer = await ask(prompts, shown);
    if (answer === 'use') await own.agree(prompts);
    if (answer === 'never') await own.refuse();
    return answer === 'use';
  } finally {
    await shown.close();
  }
}

async function ask(prompts: readonly UserPrompt[], shown: ShownPrompts): Promise<'use' | 'never' | undefined> {
  const question = questionAbout(prompts);
  const use = vscode.l10n.t('Use');
  const show = vscode.l10n.t('Show them');
  const never = vscode.l10n.t('Never');
  const detail = vscode.l10n.t(
    'They are sent to the model with your code when you choose them. If they change, you are asked again.',
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

function questionAbout(prompts: readonly UserPrompt[]): string {
  const titles = withoutLinks(briefTitles(prompts));
  return prompts.length === 1
    ? vscode.l10n.t('This workspace brings a prompt of its own: {0}. Use it?', titles)
    : vscode.l10n.t('This workspace brings {0} prompts of its own: {1}. Use them?', prompts.length, titles);
}
