import * as vscode from 'vscode';
import type { PromptHistory } from '../conversation/promptHistoryStore';
import type { Command } from '../command';

const confirmationMs = 8000;

/** @param onCleared updates the copies of the history in the open panels */
export function clearPromptHistoryCommand(history: Pick<PromptHistory, 'clear'>, onCleared: () => void): Command {
  return {
    id: 'holysheep.clearPromptHistory',
    async execute(): Promise<void> {
      await history.clear();
      onCleared();
      vscode.window.setStatusBarMessage(vscode.l10n.t('Prompt history cleared.'), confirmationMs);
    },
  };
}
