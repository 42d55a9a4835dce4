import * as vscode from 'vscode';
import { briefTitle } from './briefTitles';
import type { UnusablePrompt } from './unusablePrompts';

/** As many as one line has room for. */
const named = 4;

export function unusableLabel({ length }: readonly UnusablePrompt[]): string {
  return length === 1
    ? vscode.l10n.t("A prompt in your settings can't be used")
    : vscode.l10n.t("{0} prompts in your settings can't be used", length);
}

/** What each of them lacks. */
export function unusableDetail(unusable: readonly UnusablePrompt[]): string {
  const reasons = unusable.slice(0, named).map(reason);
  return [...reasons, ...(unusable.length > named ? ['…'] : [])].join(' · ');
}

function reason({ number, title, why }: UnusablePrompt): string {
  switch (why) {
    case 'no-prompt':
      return vscode.l10n.t('No. {0} is not a prompt with a title and a template', number);
    case 'no-title':
      return vscode.l10n.t('No. {0} has no title', number);
    case 'no-template':
      return vscode.l10n.t('“{0}” has no template', briefTitle(title));
    case 'title-taken':
      return vscode.l10n.t('“{0}” is there twice: the first is used', briefTitle(title));
  }
}
