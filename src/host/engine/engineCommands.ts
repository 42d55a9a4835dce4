import * as vscode from 'vscode';
import type { Engine } from '../../engine/engine';
import type { Command } from '../commands';
import { showInStatusBar } from '../ui/notifications';
import type { Log } from '../util/log';

interface EngineCommandDeps {
  readonly engine: Engine;
  readonly connections: { readonly onDidChange: vscode.Event<void> };
  readonly log: Log;
  readonly register: <T extends vscode.Disposable>(item: T) => T;
}

const confirmationMs = 8000;

export function registerEngine({ register, connections, engine, log }: EngineCommandDeps): readonly Command[] {
  register(connections.onDidChange(() => engine.onConnectionChanged()));
  register(
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) engine.onWindowFocused();
    }),
  );
  /** For users who know that their rate limit was raised or that the gateway has recovered. */
  const resetNetworkState = async (): Promise<void> => {
    await engine.resetNetworkState();
    log.info('The network state was reset.');
    showInStatusBar(vscode.l10n.t('Network state reset.'), confirmationMs);
  };
  return [{ id: 'holysheep.resetNetworkState', execute: resetNetworkState }];
}
