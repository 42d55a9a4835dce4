import * as vscode from 'vscode';
import type { Log } from '../util/log';
import { openLogAction, showToast } from '../ui/notifications';
import type { JournalProblem, WriteFailure } from './journalFile';

/**
 * Returns a function that logs problems with conversations on disk and notifies the user. Each kind of write failure is
 * shown only once until writing succeeds again, because it usually affects all files.
 */
export function reportJournalProblem(log: Log): (problem: JournalProblem) => void {
  const reported = new Set<WriteFailure>();
  return (problem) => {
    if (problem.kind === 'written') {
      log.info('Conversations are being saved to disk again.');
      if (reported.size > 0) showToast(log, 'information', problemText(problem));
      reported.clear();
      return;
    }
    if (problem.kind === 'open-elsewhere') {
      log.warn('A conversation is open in another window.');
      showToast(log, 'warning', problemText(problem));
      return;
    }
    if (problem.kind === 'taken') {
      // Shows no notification about a hand-over, because the panel of the conversation shows a notice about it.
      log.warn('Another window has taken over a conversation.');
      return;
    }
    if (problem.kind === 'too-large') {
      log.warn(`A conversation is too large to open: ${problem.path}`);
      showToast(log, 'warning', problemText(problem));
      return;
    }
    log.error(problem.error);
    if (problem.kind === 'corrupt') log.warn(`Saved a damaged conversation as ${problem.savedAs}`);
    if (problem.kind === 'unwritten') {
      if (reported.has(problem.failure)) return;
      reported.add(problem.failure);
    }
    showToast(log, 'warning', problemText(problem), [openLogAction()]);
  };
}

function problemText(problem: Exclude<JournalProblem, { readonly kind: 'taken' }>): string {
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
