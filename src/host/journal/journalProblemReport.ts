import * as vscode from 'vscode';
import type { Log } from '../util/log';
import { openLogAction, showToast } from '../ui/notifications';
import type { JournalProblem, WriteFailure } from './journalProblem';

/**
 * Returns a function that logs problems with conversations on disk and notifies the user. Each kind of write failure is
 * shown only once until writing succeeds again, because it usually affects all files.
 */
export function reportJournalProblem(log: Log): (problem: JournalProblem) => void {
  const reported = new Set<WriteFailure>();
  return (problem) => {
    switch (problem.kind) {
      case 'written':
        log.info('Conversations are being saved to disk again.');
        if (reported.size > 0) showToast(log, 'information', problemText(problem));
        reported.clear();
        return;
      case 'taken':
        log.warn('Another window has taken over a conversation.');
        // Shows no notification if everything was saved, because the panel of the conversation shows a notice.
        if (problem.isComplete) return;
        break;
      case 'open-elsewhere':
        log.warn('A conversation is open in another window.');
        break;
      case 'too-large':
      case 'newer':
        log.warn(`A conversation can't be opened (${problem.kind}): ${problem.path}`);
        break;
      case 'corrupt':
        log.error(`A conversation is damaged: ${problem.damage}. It is saved as ${problem.savedAs}`);
        break;
      case 'unwritten':
        log.error(problem.error);
        if (reported.has(problem.failure)) return;
        reported.add(problem.failure);
    }
    const needsLog = problem.kind === 'corrupt' || problem.kind === 'unwritten';
    showToast(log, 'warning', problemText(problem), needsLog ? [openLogAction()] : []);
  };
}

function problemText(problem: JournalProblem): string {
  switch (problem.kind) {
    case 'corrupt':
      return problem.salvaged > 0
        ? vscode.l10n.t(
            'A saved conversation is damaged. Prompts recovered: {0}. The damaged file is kept at {1}.',
            problem.salvaged,
            problem.savedAs,
          )
        : vscode.l10n.t(
            "A saved conversation is damaged and can't be opened. Its file is kept at {0}.",
            problem.savedAs,
          );
    case 'newer':
      return vscode.l10n.t(
        'A saved conversation comes from a newer version of HolySheep and was left unchanged. Update the extension to open it.',
      );
    case 'too-large':
      return vscode.l10n.t('This conversation is too large to open. Its file was left unchanged: {0}', problem.path);
    case 'open-elsewhere':
      return vscode.l10n.t('This conversation is open in another window.');
    case 'taken':
      return vscode.l10n.t(
        "A conversation was opened in another window. The latest text of this window couldn't be saved.",
      );
    case 'unwritten':
      return writeFailureText(problem.failure);
    case 'written':
      return vscode.l10n.t('The conversation is being saved to disk again.');
  }
}

/**
 * Returns the message for a failure to write. The message warns against closing the window, because the text exists
 * only in memory.
 */
function writeFailureText(failure: WriteFailure): string {
  switch (failure) {
    case 'full':
      return vscode.l10n.t(
        "The disk is full. The conversation can't be saved and will be lost when the window closes. Free up space to save the conversation automatically.",
      );
    case 'read-only':
      return vscode.l10n.t(
        "The disk is read-only. The conversation can't be saved and will be lost when the window closes. Make the disk writable to save the conversation automatically.",
      );
    case 'forbidden':
      return vscode.l10n.t(
        "VS Code can't write to its storage folder. The conversation can't be saved and will be lost when the window closes. Fix the folder's permissions to save the conversation automatically.",
      );
    case 'gone':
      return vscode.l10n.t(
        "The conversation's file was deleted, so new prompts and answers can't be saved and will be lost when the window closes. Start a new conversation.",
      );
    case 'slow':
      return vscode.l10n.t(
        "The disk is not responding. The latest part of the conversation isn't saved yet and will be lost if the window closes.",
      );
    case 'other':
      return vscode.l10n.t("The conversation can't be saved to disk and will be lost when the window closes.");
  }
}
