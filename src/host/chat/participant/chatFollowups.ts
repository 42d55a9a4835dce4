import type * as vscode from 'vscode';
import type { Localize } from '../../../engine/engine';
import { againWord, continueWord } from './chatHistory';
import { chatMetadata } from './chatMetadata';

/** What may come next. @param metadata of the result */
export function chatFollowups(metadata: unknown, localize: Localize): vscode.ChatFollowup[] {
  const { state, command, code, hasText } = chatMetadata(metadata) ?? { state: 'note' };
  switch (state) {
    case 'done': {
      if (!code) return [];
      // Its place stands for the code, wherever the cursor has gone.
      const { label: prompt } = code;
      const fix = { prompt, command: 'fix', label: localize('Fix {0}', { 0: prompt }) };
      const tests = { prompt, command: 'tests', label: localize('Write tests for {0}', { 0: prompt }) };
      return command === 'explain' ? [fix, tests] : command === 'fix' ? [tests] : [];
    }
    case 'length':
      return [word(continueWord(localize))];
    case 'stopped':
    case 'failed':
      return hasText ? [word(continueWord(localize)), word(againWord(localize))] : [word(againWord(localize))];
    case 'note':
      return [];
  }
}

/** Else it would go to the command of the turn before. */
function word(prompt: string): vscode.ChatFollowup {
  return { prompt, command: '' };
}
