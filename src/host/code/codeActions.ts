import * as vscode from 'vscode';
import { codePrompts, type CodePromptId } from './codePrompts';
import { codeActionTitle } from './codeTitles';

const rewrite = vscode.CodeActionKind.RefactorRewrite;

/** The lightbulb: all prompts for a selection, *Fix* also where the editor reports a problem. */
class CodeActionProvider implements vscode.CodeActionProvider {
  provideCodeActions(
    _document: vscode.TextDocument,
    range: vscode.Range | vscode.Selection,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return codePrompts
      .filter(({ id }) => !range.isEmpty || (id === 'fixSelection' && diagnostics.length > 0))
      .map(({ id }) => codeAction(id, diagnostics));
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

export function registerCodeActions(): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider('*', new CodeActionProvider(), {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, rewrite],
  });
}
