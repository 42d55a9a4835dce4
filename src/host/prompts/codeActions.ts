import * as vscode from 'vscode';
import type { CustomPrompt, CustomPrompts } from './customPrompts';
import { abbreviateTitle } from './promptTemplate';
import { codeLimits, type CodeExcerpt } from '../code/codeExcerpt';
import { type CodePromptId, codePromptIds } from '../code/codePrompts';

/**
 * Adds the prompts to the lightbulb menu. All prompts are offered for a selection. Only *Fix* is offered for a problem
 * that the editor reports.
 */
class CodeActionProvider implements vscode.CodeActionProvider {
  constructor(private readonly customPrompts: CustomPrompts) {}

  provideCodeActions(
    _document: vscode.TextDocument,
    range: vscode.Range | vscode.Selection,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const builtIn = codePromptIds
      .filter((id) => !range.isEmpty || (id === 'fixSelection' && diagnostics.length > 0))
      .map((id) => codeAction(id, diagnostics));
    return range.isEmpty
      ? builtIn
      : [...builtIn, ...this.customPrompts.list().map(customAction), ...this.workspacePromptAction()];
  }

  /**
   * Returns a menu item that asks for consent to workspace prompts. The consent dialog opens only when the user chooses
   * the item, because selecting code must not open a dialog.
   */
  private workspacePromptAction(): readonly vscode.CodeAction[] {
    if (this.customPrompts.awaitingConsent().length === 0) return [];
    return [promptAction(vscode.l10n.t('Run a workspace prompt with HolySheep…'), [])];
  }
}

function codeAction(id: CodePromptId, diagnostics: readonly vscode.Diagnostic[]): vscode.CodeAction {
  const title = codeActionTitle(id);
  const isQuickFix = id === 'fixSelection' && diagnostics.length > 0;
  const action = new vscode.CodeAction(
    title,
    isQuickFix ? vscode.CodeActionKind.QuickFix : vscode.CodeActionKind.RefactorRewrite.append(id),
  );
  action.command = { command: `holysheep.${id}`, title };
  if (isQuickFix) action.diagnostics = [...diagnostics];
  return action;
}

function customAction({ title, from }: CustomPrompt): vscode.CodeAction {
  return promptAction(customPromptActionTitle(title, from), [{ title, from }]);
}

function promptAction(title: string, args: unknown[]): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.RefactorRewrite.append('own'));
  action.command = { command: 'holysheep.runPrompt', title, arguments: args };
  return action;
}

/** Registers the lightbulb actions for all languages. */
export function registerCodeActions(customPrompts: CustomPrompts): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider('*', new CodeActionProvider(customPrompts), {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, vscode.CodeActionKind.RefactorRewrite],
  });
}

function codeActionTitle(id: CodePromptId): string {
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

/** Returns the title of a custom prompt in the lightbulb menu. */
export function customPromptActionTitle(title: string, from: CustomPrompt['from']): string {
  return from === 'user'
    ? vscode.l10n.t('{0} with HolySheep', abbreviateTitle(title))
    : vscode.l10n.t('{0} with HolySheep (workspace prompt)', abbreviateTitle(title));
}

/**
 * Returns the short text that the conversation shows in place of a prompt about code. The code is shown as an
 * attachment.
 * @param prompt the ID of a built-in prompt, or the title of a custom prompt
 */
export function codePromptTitle(
  prompt: CodePromptId | { readonly customTitle: string },
  { label, truncated }: CodeExcerpt,
): string {
  const title =
    typeof prompt === 'string' ? shortTitle(prompt, label) : `${abbreviateTitle(prompt.customTitle)} ${label}`;
  return truncated ? vscode.l10n.t('{0} (first {1} characters)', title, codeLimits.characters) : title;
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
