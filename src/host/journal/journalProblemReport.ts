import * as vscode from 'vscode';
import type { Log } from '../diagnostics/log';
import { openLog, toast } from '../ui/notifications';
import type { JournalProblem, WriteFailure } from './journalFile';

/**
 * Logs what is wrong with the conversations on disk, and says it; what can't be written once, for the next file has the
 * same trouble.
 */
export function reportJournalProblem(log: Log): (problem: JournalProblem) => void {
  const told = new Set<WriteFailure>();
  return (problem) => {
    if (problem.kind === 'written') {
      log.info('Conversations are being saved to disk again.');
      if (told.size > 0) toast(log, 'information', text(problem));
      told.clear();
      return;
    }
    if (problem.kind === 'elsewhere') {
      log.warn('A conversation is open in another window.');
      toast(log, 'warning', text(problem));
      return;
    }
    if (problem.kind === 'taken') {
      // The bar in its panel tells the user.
      log.warn('Another window has taken over a conversation.');
      return;
    }
    if (problem.kind === 'too-large') {
      log.warn(`A conversation is too large to open: ${problem.path}`);
      toast(log, 'warning', text(problem));
      return;
    }
    log.error(problem.error);
    if (problem.kind === 'corrupt') log.warn(`A damaged conversation was kept as ${problem.keptAs}`);
    if (problem.kind === 'unwritten') {
      if (told.has(problem.why)) return;
      told.add(problem.why);
    }
    toast(log, 'warning', text(problem), [openLog()]);
  };
}

function text(problem: Exclude<JournalProblem, { readonly kind: 'taken' }>): string {
  switch (problem.kind) {
    case 'corrupt':
      return problem.salvaged > 0
        ? vscode.l10n.t(
            'A saved conversation is damaged. The readable part is shown (prompts: {0}); the damaged file was kept: {1}',
            problem.salvaged,
            problem.keptAs,
          )
        : vscode.l10n.t("A saved conversation is damaged and can't be opened. The file was kept: {0}", problem.keptAs);
    case 'newer':
      return vscode.l10n.t(
        'A saved conversation comes from a newer version of HolySheep and was left unchanged. Update the extension to open it.',
      );
    case 'too-large':
      return vscode.l10n.t('This conversation is too large to open. Its file was left unchanged: {0}', problem.path);
    case 'elsewhere':
      return vscode.l10n.t('This conversation is open in another window.');
    case 'unwritten':
      return unwritten(problem.why);
    case 'written':
      return vscode.l10n.t('The conversation is being saved to disk again.');
  }
}

/** What is unwritten is in memory: closing the window is what must not happen yet. */
function unwritten(why: WriteFailure): string {
  switch (why) {
    case 'full':
      return vscode.l10n.t(
        "The disk is full: the conversation can't be saved and will be lost when the window closes. Once you free up space, it is saved automatically.",
      );
    case 'read-only':
      return vscode.l10n.t(
        "The disk is read-only: the conversation can't be saved and will be lost when the window closes. Once you make it writable, it is saved automatically.",
      );
    case 'forbidden':
      return vscode.l10n.t(
        "VS Code can't write to its storage folder: the conversation can't be saved and will be lost when the window closes. Once you fix the permissions, it is saved automatically.",
      );
    case 'gone':
      return vscode.l10n.t(
        "The conversation's file was deleted: new messages can't be saved and will be lost when the window closes. Start a new conversation.",
      );
    case 'slow':
      return vscode.l10n.t(
        "The disk is not responding: the latest part of the conversation isn't saved yet and will be lost if the window closes.",
      );
    case 'other':
      return vscode.l10n.t("The conversation can't be saved to disk and will be lost when the window closes.");
  }
}
