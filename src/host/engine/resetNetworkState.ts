import * as vscode from 'vscode';
import type { Engine } from '../../engine/engine';
import type { Log } from '../diagnostics/log';
import type { Command } from '../command';

const goodNewsMs = 8000;

/** For somebody who knows better than what was learnt of the network: a limit was raised, a gateway was mended. */
export function resetNetworkStateCommand(engine: Pick<Engine, 'resetNetworkState'>, log: Log): Command {
  return {
    id: 'holysheep.resetNetworkState',
    async execute(): Promise<void> {
      await engine.resetNetworkState();
      log.info('network state: forgotten');
      vscode.window.setStatusBarMessage(vscode.l10n.t('Network state reset.'), goodNewsMs);
    },
  };
}
