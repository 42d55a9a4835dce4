import * as vscode from 'vscode';
import type { CustomPrompt, CustomPrompts } from './customPrompts';
import { abbreviateTitle } from './promptTemplate';
import { codeLimits, type CodeExcerpt } from '../code/codeExcerpt';
import type { CodePromptId } from '../code/codePrompts';
import type { UserPrompt } from '../settings/userPrompts';

interface CodePromptTitles {
  /**
   * Whether the answer of the prompt replaces the selected code. VS Code's lightbulb menu lists such prompts under
   * *Rewrite*, and all other prompts under *More Actions*.
   */
  readonly rewrites: boolean;
  /** Returns the title of the prompt in the lightbulb menu. */
  readonly action: () => string;
  /** Returns the short text that the conversation shows in place of the complete prompt. */
  readonly titleFor: (label: string) => string;
}

const titles: Readonly<Record<CodePromptId, CodePromptTitles>> = {
  explainSelection: {
    rewrites: false,
    action: () => vscode.l10n.t('Explain with HolySheep'),
    titleFor: (label) => vscode.l10n.t('Explain {0}', label),
  },
  fixSelection: {
    rewrites: true,
    action: () => vscode.l10n.t('Fix with HolySheep'),
    titleFor: (label) => vscode.l10n.t('Fix {0}', label),
  },
  improveSelection: {
    rewrites: true,
    action: () => vscode.l10n.t('Improve with HolySheep'),
    titleFor: (label) => vscode.l10n.t('Improve {0}', label),
  },
  writeTests: {
    rewrites: false,
    action: () => vscode.l10n.t('Write tests with HolySheep'),
    titleFor: (label) => vscode.l10n.t('Write tests for {0}', label),
  },
};

/**
 * Adds the prompts to the lightbulb menu for all programming languages. Without a selection, the menu offers only
 * *Fix*, for a problem that the editor reports.
 */
export function registerCodeActions(customPrompts: CustomPrompts): vscode.Disposable {
  const provideCodeActions = (
    _document: vscode.TextDocument,
    range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] => [
    ...(Object.keys(titles) as CodePromptId[])
      .filter((id) => !range.isEmpty || (id === 'fixSelection' && diagnostics.length > 0))
      .map((id) => builtInAction(id, diagnostics)),
    ...(range.isEmpty ? [] : customActions(customPrompts)),
  ];
  return vscode.languages.registerCodeActionsProvider(
    '*',
    { provideCodeActions },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, vscode.CodeActionKind.Refactor] },
  );
}

function builtInAction(id: CodePromptId, diagnostics: readonly vscode.Diagnostic[]): vscode.CodeAction {
  const { action: titleOf, rewrites } = titles[id];
  const title = titleOf();
  const isQuickFix = id === 'fixSelection' && diagnostics.length > 0;
  const { QuickFix, Refactor, RefactorRewrite } = vscode.CodeActionKind;
  const kind = isQuickFix ? QuickFix : (rewrites ? RefactorRewrite : Refactor).append(id);
  const action = new vscode.CodeAction(title, kind);
  action.command = { command: `holysheep.${id}`, title };
  if (isQuickFix) action.diagnostics = [...diagnostics];
  return action;
}

function customActions(customPrompts: CustomPrompts): readonly vscode.CodeAction[] {
  const actions = customPrompts
    .list()
    .map(({ title, from }) => customAction(customPromptActionTitle(title, from), [{ title, from }]));
  if (customPrompts.awaitingConsent().length === 0) return actions;
  // Until the user agrees to the workspace prompts, the menu contains a single item for all of them. This item asks for
  // consent, because selecting code alone must not open a dialog.
  return [...actions, customAction(vscode.l10n.t('Run a workspace prompt with HolySheep…'), [])];
}

function customAction(title: string, args: unknown[]): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.RefactorRewrite.append('own'));
  action.command = { command: 'holysheep.runPrompt', title, arguments: args };
  return action;
}

export function customPromptActionTitle(title: string, from: CustomPrompt['from']): string {
  return from === 'user'
    ? vscode.l10n.t('{0} with HolySheep', abbreviateTitle(title))
    : vscode.l10n.t('{0} with HolySheep (workspace prompt)', abbreviateTitle(title));
}

/**
 * Returns the short text that the conversation shows in place of a prompt about code. The code itself is shown as an
 * attachment.
 */
export function codePromptTitle(prompt: CodePromptId | UserPrompt, { label, truncated }: CodeExcerpt): string {
  const title =
    typeof prompt === 'string' ? titles[prompt].titleFor(label) : `${abbreviateTitle(prompt.title)} ${label}`;
  return truncated ? vscode.l10n.t('{0} (first {1} characters)', title, codeLimits.characters) : title;
}
