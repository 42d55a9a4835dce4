import * as vscode from 'vscode';
import { parseChatMetadata, type AnswerState } from './chatMetadata';

/**
 * Meaning of a prompt such as *Continue*: `continue` continues the previous answer, `again` sends the previous prompt
 * again.
 */
type ChatIntent = 'continue' | 'again';

/**
 * Returns the meaning of a prompt such as *Continue*. The prompt can come from a button or a follow-up, or the user can
 * type the same words.
 */
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
      // The follow-up's label names the location of the code. When the user chooses the follow-up, the cursor might
      // already be in other code.
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

/**
 * Returns a follow-up that sends a prompt. The slash command of the follow-up is an empty string: if it were undefined,
 * VS Code would use the slash command of the previous prompt.
 */
function promptFollowup(prompt: string): vscode.ChatFollowup {
  return { prompt, command: '' };
}
