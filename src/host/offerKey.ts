import * as vscode from 'vscode';
import { enterApiKey } from './actions';
import type { Log } from './log';
import { toast } from './toast';

/** Without a key nothing can be asked; says so and goes on. */
export function offerKey(log: Log, host: string): void {
  const openDemo = {
    title: vscode.l10n.t('Open the offline demo'),
    run: () => vscode.commands.executeCommand('holysheep.openDemo'),
  };
  const message = vscode.l10n.t('There is no API key for {0} yet. Your prompt is sent as soon as one is set.', host);
  toast(log, 'warning', message, [enterApiKey(), openDemo]);
}
