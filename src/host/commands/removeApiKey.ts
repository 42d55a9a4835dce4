import * as vscode from 'vscode';
import type { Connections } from '../connections';
import type { KeyStore } from '../keyStore';
import type { Log } from '../log';
import { toast } from '../toast';
import type { Command } from './command';

/** Of the user's own gateway, also during the demo. */
export function removeApiKeyCommand(connections: Connections, keys: KeyStore, log: Log): Command {
  return {
    id: 'holysheep.removeApiKey',
    async execute(): Promise<{ readonly state: 'removed' | 'none' }> {
      const { origin, host, apiKey } = await connections.own();
      if (apiKey === undefined) {
        toast(log, 'information', vscode.l10n.t('There is no API key for {0}.', host));
        return { state: 'none' };
      }
      await keys.delete(origin);
      const undo = { title: vscode.l10n.t('Undo'), run: () => keys.set(origin, apiKey) };
      toast(log, 'information', vscode.l10n.t('The API key for {0} is removed from this computer.', host), [undo]);
      return { state: 'removed' };
    },
  };
}
