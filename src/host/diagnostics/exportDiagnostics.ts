import * as vscode from 'vscode';
import { diagnosticsReport, type DiagnosticsDeps } from './diagnosticsReport';
import type { Command } from '../command';

/** Opens the report as a document that is saved nowhere, for the user to read before anybody else does; returns its text. */
export function exportDiagnosticsCommand(deps: DiagnosticsDeps): Command {
  return {
    id: 'holysheep.exportDiagnostics',
    async execute(): Promise<string> {
      const content = await diagnosticsReport(deps);
      const document = await vscode.workspace.openTextDocument({ language: 'json', content });
      await vscode.window.showTextDocument(document, { preview: false });
      return content;
    },
  };
}
