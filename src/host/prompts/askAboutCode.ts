import * as vscode from 'vscode';
import type { RequestChoice } from '../connection/gatewaySet';
import type { ApplyTarget } from '../../shared/exchanges';
import type { PanelServices } from '../panel/panelServices';
import { sendPrompt } from '../panel/promptSender';
import { customPromptText } from './promptTemplate';
import type { UserPrompt } from '../settings/userPrompts';
import { UserError } from '../util/userError';
import { codePromptTitle } from './codeActions';
import type { CodeExcerpt } from '../code/codeExcerpt';
import { type CodeProblem, type CodePromptId, codePrompts, codePromptText } from '../code/codePrompts';
import { findCode, findProblems } from '../code/findCode';

/** A function that returns the text of a prompt about code. */
type PromptBuilder = (excerpt: CodeExcerpt, problems: readonly CodeProblem[], locale: string) => string;

/**
 * Sends a built-in prompt about the code in the editor.
 * @throws UserError if no editor is open, or it contains no code
 */
export async function askWithPrompt(deps: PanelServices, id: CodePromptId): Promise<void> {
  await askAboutCode(deps, (...code) => codePromptText(codePrompts[id], ...code), id);
}

/**
 * Sends a custom prompt about the code in the editor.
 * @throws UserError if no editor is open, or it contains no code
 */
export async function askWithCustomPrompt(deps: PanelServices, prompt: UserPrompt): Promise<void> {
  const buildPrompt: PromptBuilder = (...code) => customPromptText(prompt.template, ...code);
  await askAboutCode(deps, buildPrompt, { customTitle: prompt.title }, prompt);
}

async function askAboutCode(
  deps: PanelServices,
  buildPrompt: PromptBuilder,
  prompt: Parameters<typeof codePromptTitle>[0],
  { model, reasoningEffort }: RequestChoice = {},
): Promise<void> {
  const editor = deps.target.editor();
  if (!editor) throw new UserError(vscode.l10n.t('Open a file and select code first.'));
  const excerpt = await findCode(editor);
  if (!excerpt) throw new UserError(vscode.l10n.t('No code found here.'));
  const { label, languageId, code } = excerpt;
  const problems = findProblems(editor.document.uri, excerpt.span);
  await sendPrompt(deps, await deps.conversations.ensureCurrent(), {
    prompt: codePromptTitle(prompt, excerpt),
    content: buildPrompt(excerpt, problems, vscode.env.language),
    attachments: [{ kind: 'selection', label, languageId, code }],
    target: applyTarget(editor.document.uri, excerpt),
    model,
    reasoningEffort,
  });
}

/**
 * Returns the location of the selection, which the answer may replace. Returns undefined if the prompt contains only
 * the start of the selection, or other code.
 */
function applyTarget(uri: vscode.Uri, { origin, truncated, span }: CodeExcerpt): ApplyTarget | undefined {
  if (origin !== 'selection' || truncated) return undefined;
  return {
    uri: uri.toString(),
    startLine: span.start.line,
    startCharacter: span.start.character,
  };
}
