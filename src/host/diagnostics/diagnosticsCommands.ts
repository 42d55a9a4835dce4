import * as vscode from 'vscode';
import type { Command } from '../commands';
import { createDiagnosticsReport, hasPrivateHostName, type DiagnosticsDeps } from './diagnosticsReport';

interface DiagnosticsCommandDeps extends Omit<DiagnosticsDeps, 'extensionKind'> {
  readonly context: { readonly extension: Pick<vscode.Extension<unknown>, 'extensionKind'> };
}

export function registerDiagnostics(deps: DiagnosticsCommandDeps): readonly Command[] {
  /**
   * Opens the report as an unsaved document, so that the user can read it before sharing it. Returns its text, or
   * undefined if the user dismissed the question about host names.
   */
  const exportDiagnostics = async (): Promise<string | undefined> => {
    const withHostNames = hasPrivateHostName(deps.settings) ? await askForHostNames() : false;
    if (withHostNames === undefined) return undefined;
    const { extensionKind } = deps.context.extension;
    const content = await createDiagnosticsReport({ ...deps, extensionKind }, withHostNames);
    const document = await vscode.workspace.openTextDocument({ language: 'json', content });
    await vscode.window.showTextDocument(document, { preview: false });
    return content;
  };
  return [
    { id: 'holysheep.showLog', execute: () => deps.log.show() },
    { id: 'holysheep.exportDiagnostics', execute: exportDiagnostics },
  ];
}

/** Asks whether the report may contain the host names of routes. Returns undefined if the user dismissed the question. */
async function askForHostNames(): Promise<boolean | undefined> {
  const leaveOut = {
    label: vscode.l10n.t('Leave out'),
    description: vscode.l10n.t('The report calls them route 1, route 2, and so on.'),
    withHostNames: false,
  };
  const include = { label: vscode.l10n.t('Include'), withHostNames: true };
  const choice = await vscode.window.showQuickPick([leaveOut, include], {
    title: vscode.l10n.t('Export diagnostics'),
    placeHolder: vscode.l10n.t('Include the host names of your routes?'),
  });
  return choice?.withHostNames;
}
