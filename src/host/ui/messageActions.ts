import * as vscode from 'vscode';
import type { ToastAction } from './toast';

/** Buttons that several messages carry. */
export function openSetting(id: string, title = vscode.l10n.t('Open settings')): ToastAction {
  return { title, run: () => vscode.commands.executeCommand('workbench.action.openSettings', `@id:${id}`) };
}

export function checkUrl(): ToastAction {
  return openSetting('holysheep.baseUrl', vscode.l10n.t('Check URL'));
}

export function enterApiKey(title = vscode.l10n.t('Set API key')): ToastAction {
  return { title, run: () => vscode.commands.executeCommand('holysheep.setApiKey') };
}

export function openLog(): ToastAction {
  return { title: vscode.l10n.t('Show log'), run: () => vscode.commands.executeCommand('holysheep.showLog') };
}

export function exportDiagnostics(): ToastAction {
  const title = vscode.l10n.t('Export diagnostics');
  return { title, run: () => vscode.commands.executeCommand('holysheep.exportDiagnostics') };
}

export function networkSettings(): ToastAction {
  return {
    title: vscode.l10n.t('Proxy and certificate settings'),
    run: () => vscode.commands.executeCommand('workbench.action.openSettings', 'http.proxy'),
  };
}
