import { textIn } from '../../engine/json';
import * as vscode from 'vscode';
import type { Commands } from '../commands';
import { showMessage } from '../ui/notifications';
import { testConnection } from './connectionTest';
import { pickGateway, readKeyStates } from './gatewayPick';
import type { GatewayServices } from './userGateways';
import { storeApiKey } from './storeApiKey';

export function registerConnection(deps: GatewayServices) {
  return {
    'holysheep.setApiKey': (argument) => storeApiKey(deps, argument),
    'holysheep.removeApiKey': () => removeApiKey(deps),
    /**
     * Tests the connection.
     * @param argument base URL of the gateway to test; if undefined, all gateways are tested
     */
    'holysheep.testConnection': (argument) => testConnection(deps, textIn(argument)),
  } satisfies Commands;
}

/**
 * Removes the stored API key of one of the user's gateways. If several gateways have a key, the user chooses a gateway.
 */
export async function removeApiKey({
  userGateways,
  keys,
  log,
}: GatewayServices): Promise<{ readonly state: 'removed' | 'none' | 'cancelled' }> {
  const gateways = userGateways.withPrimary();
  const removable = (await readKeyStates(gateways)).filter(({ key }) => key === 'key');
  if (removable.length === 0) {
    showMessage(log, 'information', vscode.l10n.t('No API key is set for {0}.', gateways[0].label));
    return { state: 'none' };
  }
  const gateway = await pickGateway(removable, vscode.l10n.t('Remove API key'));
  if (!gateway) return { state: 'cancelled' };
  const { origin, label } = gateway;
  // The key is read only now, after the user's choice, because another window might have removed the key in the
  // meantime.
  const apiKey = await keys.getIfReadable(origin);
  await keys.delete(origin);
  const undo = apiKey === undefined ? [] : [{ title: vscode.l10n.t('Undo'), run: () => keys.set(origin, apiKey) }];
  showMessage(log, 'information', vscode.l10n.t('The API key for {0} was removed from this computer.', label), undo);
  return { state: 'removed' };
}
