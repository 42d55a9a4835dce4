import * as vscode from 'vscode';
import type { CodeExcerpt } from '../code/codeExcerpt';
import { codeProblems } from '../code/codeProblems';
import { codePrompts, codePromptText, type CodePrompt } from '../code/codePrompts';
import { codePromptTitle } from '../code/codeTitles';
import { findCode } from '../code/findCode';
import type { ApplyTarget } from '../conversation/exchange';
import type { PromptSender } from '../panel/promptSender';
import type { TextTarget } from '../panel/textTarget';
import { UserError } from '../userError';
import type { Command } from './command';

interface CodeCommandDeps {
  readonly sender: PromptSender;
  readonly target: TextTarget;
}

/** Explain, fix, improve, write tests: one command for each row of the table. */
export function codeCommands(deps: CodeCommandDeps): readonly Command[] {
  return codePrompts.map((prompt) => ({ id: `holysheep.${prompt.id}`, execute: () => askAboutCode(prompt, deps) }));
}

async function askAboutCode(prompt: CodePrompt, { sender, target }: CodeCommandDeps): Promise<void> {
  const editor = target.editor();
  if (!editor) throw new UserError(vscode.l10n.t('Open a file and select the code you mean.'));
  const excerpt = await findCode(editor);
  if (!excerpt) throw new UserError(vscode.l10n.t('There is no code here to work on.'));
  const { label, languageId, code } = excerpt;
  const problems = codeProblems(editor.document, excerpt);
  await sender.send({
    prompt: codePromptTitle(prompt.id, excerpt),
    content: codePromptText(prompt, excerpt, problems, vscode.env.language),
    attachment: { label, languageId, code },
    target: applyTarget(editor.document.uri, excerpt),
  });
}

/** Only a whole selection can be replaced by what comes back. */
function applyTarget(uri: vscode.Uri, { origin, truncated, span }: CodeExcerpt): ApplyTarget | undefined {
  if (origin !== 'selection' || truncated) return undefined;
  return {
    uri: uri.toString(),
    startLine: span.start.line,
    startCharacter: span.start.character,
    endLine: span.end.line,
    endCharacter: span.end.character,
  };
}
