import * as vscode from 'vscode';
import type { CustomPrompt, CustomPrompts } from '../prompts/customPrompts';
import { briefTitle } from '../prompts/promptTemplate';
import { codeLimits, type CodeExcerpt } from './codeExcerpt';
import { type CodePromptId, codePromptIds } from './codePrompts';

/** The lightbulb: all prompts for a selection, *Fix* also where the editor reports a problem. */
class CodeActionProvider implements vscode.CodeActionProvider {
  constructor(private readonly customPrompts: CustomPrompts) {}

  provideCodeActions(
    _document: vscode.TextDocument,
    range: vscode.Range | vscode.Selection,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const ours = codePromptIds
      .filter((id) => !range.isEmpty || (id === 'fixSelection' && diagnostics.length > 0))
      .map((id) => codeAction(id, diagnostics));
    return range.isEmpty
      ? ours
      : [...ours, ...this.customPrompts.list().map(customAction), ...this.workspacePromptAction()];
  }

  /** Whoever selects something has not asked for a dialog: it comes when they choose this. */
  private workspacePromptAction(): readonly vscode.CodeAction[] {
    if (this.customPrompts.unasked().length === 0) return [];
    return [promptAction(vscode.l10n.t('Run a workspace prompt with HolySheep…'), [])];
  }
}

function codeAction(id: CodePromptId, diagnostics: readonly vscode.Diagnostic[]): vscode.CodeAction {
  const title = codeActionTitle(id);
  const fixes = id === 'fixSelection' && diagnostics.length > 0;
  const action = new vscode.CodeAction(
    title,
    fixes ? vscode.CodeActionKind.QuickFix : vscode.CodeActionKind.RefactorRewrite.append(id),
  );
  action.command = { command: `holysheep.${id}`, title };
  if (fixes) action.diagnostics = [...diagnostics];
  return action;
}

function customAction({ title, from }: CustomPrompt): vscode.CodeAction {
  return promptAction(customActionTitle(title, from), [{ title, from }]);
}

function promptAction(title: string, args: unknown[]): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.RefactorRewrite.append('own'));
  action.command = { command: 'holysheep.runPrompt', title, arguments: args };
  return action;
}

export function registerCodeActions(customPrompts: CustomPrompts): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider('*', new CodeActionProvider(customPrompts), {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, vscode.CodeActionKind.RefactorRewrite],
  });
}

/** In the lightbulb's menu. */
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

/** The same for a prompt of the user's own. */
export function customActionTitle(title: string, from: CustomPrompt['from']): string {
  return from === 'user'
    ? vscode.l10n.t('{0} with HolySheep', briefTitle(title))
    : vscode.l10n.t('{0} with HolySheep (workspace prompt)', briefTitle(title));
}

/** Under *You*: short, the code is attached. @param what a prompt of ours, or the title of the user's own */
export function codePromptTitle(
  what: CodePromptId | { readonly customTitle: string },
  { label, truncated }: CodeExcerpt,
): string {
  const title = typeof what === 'string' ? shortTitle(what, label) : `${briefTitle(what.customTitle)} ${label}`;
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
