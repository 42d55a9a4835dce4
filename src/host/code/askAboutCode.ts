import * as vscode from 'vscode';
import type { ApplyTarget } from '../conversation/exchange';
import { sendPrompt, type SendServices } from '../panel/promptSender';
import { customPromptText } from '../prompts/promptTemplate';
import type { UserPrompt } from '../settings/settingValues';
import { UserError } from '../util/userError';
import { codePromptTitle } from './codeActions';
import type { CodeExcerpt } from './codeExcerpt';
import { codeProblems } from './codeProblems';
import { type CodeProblem, type CodePromptId, codePrompts, codePromptText } from './codePrompts';
import type { TextTarget } from './editorTarget';
import { findCode } from './findCode';

interface CodeCommandDeps extends SendServices {
  readonly target: Pick<TextTarget, 'editor'>;
}

/** What the model is sent about a piece of code. */
type PromptBuilder = (excerpt: CodeExcerpt, problems: readonly CodeProblem[], locale: string) => string;

/** With a prompt of ours. @throws UserError when there is no code to ask about */
export async function askWithPrompt(deps: CodeCommandDeps, id: CodePromptId): Promise<void> {
  const prompt = codePrompts.find((each) => each.id === id);
  if (prompt) await askAboutCode(deps, (...code) => codePromptText(prompt, ...code), id);
}

/** With one of the user's own. @throws UserError when there is no code to ask about */
export async function askWithCustomPrompt(deps: CodeCommandDeps, prompt: UserPrompt): Promise<void> {
  const content: PromptBuilder = (...code) => customPromptText(prompt.template, ...code);
  await askAboutCode(deps, content, { customTitle: prompt.title }, prompt.model);
}

async function askAboutCode(
  deps: CodeCommandDeps,
  content: PromptBuilder,
  what: Parameters<typeof codePromptTitle>[0],
  model?: string,
): Promise<void> {
  const editor = deps.target.editor();
  if (!editor) throw new UserError(vscode.l10n.t('Open a file and select code first.'));
  const excerpt = await findCode(editor);
  if (!excerpt) throw new UserError(vscode.l10n.t('No code found here.'));
  const { label, languageId, code } = excerpt;
  const problems = codeProblems(editor.document, excerpt);
  await sendPrompt(deps, {
    prompt: codePromptTitle(what, excerpt),
    content: content(excerpt, problems, vscode.env.language),
    attachments: [{ label, languageId, code }],
    target: applyTarget(editor.document.uri, excerpt),
    model,
  });
}

/** Only a whole selection can be replaced by what comes back. */
function applyTarget(uri: vscode.Uri, { origin, truncated, span }: CodeExcerpt): ApplyTarget | undefined {
  if (origin !== 'selection' || truncated) return undefined;
  return {
    uri: uri.toString(),
    startLine: span.start.line,
    startCharacter: span.start.character,
  };
}
