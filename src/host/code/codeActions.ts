import * as vscode from 'vscode';
import { codePromptIds, type CodePromptId } from './codePromptIds';
import { codeActionTitle, ownActionTitle } from './codeTitles';
import type { UserPrompt } from '../settingValues';

const rewrite = vscode.CodeActionKind.RefactorRewrite;

/** The lightbulb: all prompts for a selection, *Fix* also where the editor reports a problem. */
class CodeActionProvider implements vscode.CodeActionProvider {
  constructor(private readonly ownPrompts: () => readonly UserPrompt[]) {}

  provideCodeActions(
    _document: vscode.TextDocument,
    range: vscode.Range | vscode.Selection,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const ours = codePromptIds
      .filter((id) => !range.isEmpty || (id === 'fixSelection' && diagnostics.length > 0))
      .map((id) => codeAction(id, diagnostics));
    return range.isEmpty ? ours : [...ours, ...this.ownPrompts().map(({ title }) => ownAction(title))];
  }
}

function codeAction(id: CodePromptId, diagnostics: readonly vscode.Diagnostic[]): vscode.CodeAction {
  const title = codeActionTitle(id);
  const fixes = id === 'fixSelection' && diagnostics.length > 0;
  const action = new vscode.CodeAction(title, fixes ? vscode.CodeActionKind.QuickFix : rewrite.append(id));
  action.command = { command: `holysheep.${id}`, title };
  if (fixes) action.diagnostics = [...diagnostics];
  return action;
}

function ownAction(name: string): vscode.CodeAction {
  const title = ownActionTitle(name);
  const action = new vscode.CodeAction(title, rewrite.append('own'));
  action.command = { command: 'holysheep.ownPrompt', title, arguments: [name] };
  return action;
}

/** @param ownPrompts of the user's settings; a workspace brings none */
export function registerCodeActions(ownPrompts: () => readonly UserPrompt[]): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider('*', new CodeActionProvider(ownPrompts), {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, rewrite],
  });
}
