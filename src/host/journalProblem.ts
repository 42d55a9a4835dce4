import * as vscode from 'vscode';
import { openLog } from './actions';
import type { JournalProblem } from './conversation/journal';
import type { Log } from './log';
import { toast } from './toast';

/** Logs what is wrong with the conversations on disk; says it once, for the next file has the same trouble. */
export function journalProblem(log: Log): (problem: JournalProblem) => void {
  const told = new Set<JournalProblem['kind']>();
  return (problem) => {
    log.error(problem.error);
    if (problem.kind === 'corrupt') log.warn(`conversation kept aside as ${problem.keptAs}`);
    if (told.has(problem.kind)) return;
    told.add(problem.kind);
    toast(log, 'warning', text(problem), [openLog()]);
  };
}

function text(problem: JournalProblem): string {
  switch (problem.kind) {
    case 'corrupt':
      return vscode.l10n.t(
        'A saved conversation is damaged and could not be opened. Its file is kept: {0}',
        problem.keptAs,
      );
    case 'newer':
      return vscode.l10n.t(
        'A saved conversation was written by a newer version of HolySheep and is left as it is. Update the extension to open it.',
      );
    case 'unwritten':
      return vscode.l10n.t("The conversation can't be saved to disk; it will be lost when the window closes.");
  }
}
