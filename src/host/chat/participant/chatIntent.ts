import * as vscode from 'vscode';
import { parseChatMetadata, type AnswerState } from './chatMetadata';

/** What a prompt such as *Continue* does: continue the previous answer, or send the previous prompt again. */
type ChatIntent = 'continue' | 'again';

/** Returns the intent of a prompt that a button or a follow-up sends, or that the user types in the same words. */
export function parseIntent(
  { prompt, command }: { readonly prompt: string; readonly command?: string | undefined },
  last: { readonly state: AnswerState; readonly text: string } | undefined,
): ChatIntent | undefined {
  if (command || !last || last.state === 'done') return undefined;
  const normalized = normalizePrompt(prompt);
  const isOneOf = (...phrases: string[]): boolean => phrases.some((phrase) => normalizePrompt(phrase) === normalized);
  if (isOneOf(continuePrompt(), 'continue')) return last.text === '' ? 'again' : 'continue';
  return isOneOf(askAgainPrompt(), 'ask again') ? 'again' : undefined;
}

export function continuePrompt(): string {
  return vscode.l10n.t('Continue');
}

export function askAgainPrompt(): string {
  return vscode.l10n.t('Ask again');
}

function normalizePrompt(text: string): string {
  return text
    .trim()
    .replace(/(?<![.!。！])[.!。！]+$/, '')
    .toLowerCase();
}

export function chatFollowups(metadata: unknown): vscode.ChatFollowup[] {
  const { state, command, code, hasText } = parseChatMetadata(metadata) ?? { state: 'note' };
  switch (state) {
    case 'done': {
      if (!code) return [];
      // Includes the location in the label, because the cursor may be in other code by now.
      const { label: prompt } = code;
      const fix = { prompt, command: 'fix', label: vscode.l10n.t('Fix {0}', prompt) };
      const tests = { prompt, command: 'tests', label: vscode.l10n.t('Write tests for {0}', prompt) };
      return command === 'explain' ? [fix, tests] : command === 'fix' ? [tests] : [];
    }
    case 'length':
      return [promptFollowup(continuePrompt())];
    case 'stopped':
    case 'failed':
      return [...(hasText ? [continuePrompt()] : []), askAgainPrompt()].map(promptFollowup);
    case 'note':
      return [];
  }
}

/** The slash command is empty, because VS Code would use that of the previous prompt if it were undefined. */
function promptFollowup(prompt: string): vscode.ChatFollowup {
  return { prompt, command: '' };
}
