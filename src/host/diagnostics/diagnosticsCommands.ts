import * as vscode from 'vscode';
import type { Command } from '../commands';
import type { Services } from '../services';
import { createDiagnosticsReport } from './diagnosticsReport';

export function registerDiagnostics(services: Services): readonly Command[] {
  /** Opens the report as an unsaved document, so that the user can read it before sharing it. Returns its text. */
  const exportDiagnostics = async (): Promise<string> => {
    const { extensionKind } = services.context.extension;
    const content = await createDiagnosticsReport({ ...services, extensionKind });
    const document = await vscode.workspace.openTextDocument({ language: 'json', content });
    await vscode.window.showTextDocument(document, { preview: false });
    return content;
  };
  return [
    { id: 'holysheep.showLog', execute: () => services.log.show() },
    { id: 'holysheep.exportDiagnostics', execute: exportDiagnostics },
  ];
}
