import * as vscode from 'vscode';
import type { RequestChoice } from '../connection/gatewaySet';
import type { ApplyTarget } from '../../shared/exchanges';
import type { PanelServices } from '../panel/panelServices';
import { conversationForCommand, sendPrompt } from '../panel/promptSender';
import { customPromptText } from './promptTemplate';
import type { UserPrompt } from '../settings/userPrompts';
import { UserError } from '../util/userError';
import { codePromptTitle } from './codeActions';
import type { CodeExcerpt } from '../code/codeExcerpt';
import { type CodePromptId, codePrompts, codePromptText } from '../code/codePrompts';
import { findCode, findProblems } from '../code/findCode';

/**
 * Sends a built-in or custom prompt about the code in the text editor.
 * @throws UserError if no text editor is open, or if the text editor contains no code
 */
export async function askAboutCode(deps: PanelServices, prompt: CodePromptId | UserPrompt): Promise<void> {
  const editor = deps.target.editor();
  if (!editor) throw new UserError(vscode.l10n.t('Open a file and select code first.'));
  const excerpt = await findCode(editor);
  if (!excerpt) throw new UserError(vscode.l10n.t('No code found here.'));
  const { label, languageId, code } = excerpt;
  const about = [excerpt, findProblems(excerpt.uri, excerpt.span), vscode.env.language] as const;
  const isBuiltIn = typeof prompt === 'string';
  const { model, reasoningEffort }: RequestChoice = isBuiltIn ? {} : prompt;
  await sendPrompt(deps, await conversationForCommand(deps), {
    prompt: codePromptTitle(prompt, excerpt),
    content: isBuiltIn ? codePromptText(codePrompts[prompt], ...about) : customPromptText(prompt.template, ...about),
    attachments: [{ kind: 'selection', label, languageId, code }],
    target: applyTarget(excerpt),
    models: model === undefined ? undefined : [model],
    reasoningEffort,
  });
}

/**
 * Returns the location of the selected code, so that code from the answer can replace it. Returns undefined if the
 * prompt contains only a part of the selection, or code that is not selected.
 */
function applyTarget({ uri, origin, truncated, span }: CodeExcerpt): ApplyTarget | undefined {
  if (origin !== 'selection' || truncated) return undefined;
  return {
    uri: uri.toString(),
    startLine: span.start.line,
    startCharacter: span.start.character,
  };
}
