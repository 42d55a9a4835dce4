import * as vscode from 'vscode';
import type { HostWindow } from '../hostWindow';
import type { Settings } from '../settings/settings';
import type { Log } from '../util/log';
import { notices } from '../ui/notices';
import { openLogAction, showMessage } from '../ui/notifications';
import { errorCode } from '../util/files';
import { systemClock } from '../util/systemClock';
import { Journal, type JournalProblem } from './journal';
import { conversationsFolder } from './journalFolder';

interface JournalFactoryDeps extends HostWindow {
  readonly settings: Settings;
  readonly keptIds: () => Promise<ReadonlySet<string>>;
}

/** Creates the journal of the workspace and notifies the user of problems with the files. */
export function createJournal({ storage, workspace, settings, keptIds, log }: JournalFactoryDeps): Journal {
  return new Journal({
    folder: conversationsFolder(storage, workspace?.toString()),
    clock: systemClock,
    limit: () => settings.historyLimit(),
    keptIds,
    onProblem: reportJournalProblem(log),
  });
}

/**
 * Returns a function that shows problems to the user. A write failure usually affects all files, so each kind of
 * failure is shown only once until writing succeeds again.
 */
export function reportJournalProblem(log: Log): (problem: JournalProblem) => void {
  const shownFailures = new Set<string>();
  return (problem) => {
    const { kind } = problem;
    if (kind === 'unwritten') log.error(problem.error);
    else log.warn(`Conversation on disk: ${JSON.stringify(problem)}`);
    const text = problemText(problem);
    // If another window has taken over the conversation without losing text, no message is shown. The panel already
    // shows that the conversation is read-only.
    const isShown = kind === 'taken' ? !problem.isComplete : kind !== 'written' || shownFailures.size > 0;
    if (!isShown || shownFailures.has(text)) return;
    if (kind === 'unwritten') shownFailures.add(text);
    else if (kind === 'written') {
      notices.end((notice) => shownFailures.has(notice.text));
      shownFailures.clear();
    }
    const actions = kind === 'corrupt' || kind === 'unwritten' ? [openLogAction()] : [];
    // A problem stays on screen like a question, because the user can lose text.
    if (kind === 'written') showMessage(log, 'information', text);
    else showMessage(log, 'warning', text, actions, 'question');
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
      return writeFailureText(errorCode(problem.error));
    case 'written':
      return vscode.l10n.t('The conversation is being saved to disk again.');
  }
}

/**
 * Returns the message for a failed write. The message warns against closing the window, because the text exists only in
 * memory.
 */
function writeFailureText(code: string): string {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return vscode.l10n.t(
        "The disk is full. The conversation can't be saved and will be lost when the window closes. Free up space to save the conversation automatically.",
      );
    case 'EROFS':
      return vscode.l10n.t(
        "The disk is read-only. The conversation can't be saved and will be lost when the window closes. Make the disk writable to save the conversation automatically.",
      );
    case 'EACCES':
    case 'EPERM':
      return vscode.l10n.t(
        "VS Code can't write to its storage folder. The conversation can't be saved and will be lost when the window closes. Fix the folder's permissions to save the conversation automatically.",
      );
    case 'ENOENT':
      return vscode.l10n.t(
        "The conversation's file was deleted, so new prompts and answers can't be saved and will be lost when the window closes. Start a new conversation.",
      );
    case 'ETIMEDOUT':
      return vscode.l10n.t(
        "The disk is not responding. The latest part of the conversation isn't saved yet and will be lost if the window closes.",
      );
    default:
      return vscode.l10n.t("The conversation can't be saved to disk and will be lost when the window closes.");
  }
}
