import * as vscode from 'vscode';
import { codeLimits, type CodeExcerpt } from './codeExcerpt';
import type { CodePromptId } from './codePrompts';
import { briefTitle } from '../prompts/promptTemplate';
import type { OwnPrompt } from '../prompts/customPrompts';

/** In the lightbulb's menu. */
export function codeActionTitle(id: CodePromptId): string {
  switch (id) {
    case 'explainSelection':
      return vscode.l10n.t('Explain with HolySheep');
    case 'fixSelection':
      return vscode.l10n.t('Fix with HolySheep');
    case 'improveSelection':
      return vscode.l10n.t('Improve with HolySheep');
    case 'writeTests':
      return vscode.l10n.t('Write tests with HolySheep');
  }
}

/** The same for a prompt of the user's own. */
export function ownActionTitle(title: string, from: OwnPrompt['from']): string {
  return from === 'user'
    ? vscode.l10n.t('{0} with HolySheep', briefTitle(title))
    : vscode.l10n.t('{0} with HolySheep (prompt of this workspace)', briefTitle(title));
}

/** Under *You*: short, the code is attached. @param what a prompt of ours, or the title of the user's own */
export function codePromptTitle(
  what: CodePromptId | { readonly own: string },
  { label, truncated }: CodeExcerpt,
): string {
  const title = typeof what === 'string' ? shortTitle(what, label) : `${briefTitle(what.own)} ${label}`;
  return truncated ? vscode.l10n.t('{0} (its first {1} characters)', title, codeLimits.characters) : title;
}

function shortTitle(id: CodePromptId, label: string): string {
  switch (id) {
    case 'explainSelection':
      return vscode.l10n.t('Explain {0}', label);
    case 'fixSelection':
      return vscode.l10n.t('Fix {0}', label);
    case 'improveSelection':
      return vscode.l10n.t('Improve {0}', label);
    case 'writeTests':
      return vscode.l10n.t('Write tests for {0}', label);
  }
}
