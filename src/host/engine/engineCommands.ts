import * as vscode from 'vscode';
import type { Command } from '../commands';
import type { Services } from '../services';
import { showInStatusBar } from '../ui/notifications';

const confirmationMs = 8000;

export function registerEngine({ register, connections, engine, log }: Services): readonly Command[] {
  register(connections.onDidChange(() => engine.onConnectionChanged()));
  register(
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) engine.onWindowFocused();
    }),
  );
  /**
   * Resets the network state, for users who know that their rate limit was raised or that the gateway has recovered.
   */
  const resetNetworkState = async (): Promise<void> => {
    await engine.resetNetworkState();
    log.info('The network state was reset.');
    showInStatusBar(vscode.l10n.t('Network state reset.'), confirmationMs);
  };
  return [{ id: 'holysheep.resetNetworkState', execute: resetNetworkState }];
}
