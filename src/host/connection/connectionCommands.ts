import * as vscode from 'vscode';
import type { Connections } from './connections';
import type { DemoMode } from '../demo/demoMode';
import type { KeyStore } from './keyStore';
import type { Log } from '../diagnostics/log';
import type { Settings } from '../settings/settings';
import { toast } from '../ui/notifications';
import type { Verification } from './verification';
import type { Command } from '../command';

export interface SetApiKeyDeps {
  readonly settings: Settings;
  readonly keys: KeyStore;
  readonly demo: DemoMode;
  readonly log: Log;
}

/** `verified` and `unverified` keys are stored; otherwise the old key stays. `invalid`: no gateway was asked. */
export interface SetApiKeyResult {
  readonly state: Verification['state'] | 'invalid';
}

export interface SetApiKeyCommand extends Command {
  /**
   * Resolves as soon as the key is stored or refused.
   * @param argument the key, or `{key, baseUrl}`; without it, a dialog asks for the key
   */
  execute(argument?: unknown): Promise<SetApiKeyResult>;
}

export function setApiKeyCommand(deps: SetApiKeyDeps): SetApiKeyCommand {
  return {
    id: 'holysheep.setApiKey',
    async execute(argument) {
      const { storeApiKey } = await import('./storeApiKey');
      return storeApiKey(deps, argument);
    },
  };
}

/** Removes the key of the user's own gateway, also during the demo. */
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

/** Returns the `Verification`; undefined when the base URL can't be used. */
export function testConnectionCommand(connections: Connections, log: Log): Command {
  return {
    id: 'holysheep.testConnection',
    async execute(): Promise<Verification | undefined> {
      const { testConnection } = await import('./connectionTest');
      return testConnection(connections, log);
    },
  };
}
