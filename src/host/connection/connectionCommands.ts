import { textIn } from '../../engine/json';
import * as vscode from 'vscode';
import type { Commands } from '../commands';
import { showToast } from '../ui/notifications';
import { testConnection } from './connectionTest';
import { pickGateway } from './gatewayPick';
import type { GatewayServices } from './ownGateways';
import { storeApiKey } from './storeApiKey';

export function registerConnection(deps: GatewayServices) {
  return {
    'holysheep.setApiKey': (argument) => storeApiKey(deps, argument),
    'holysheep.removeApiKey': () => removeApiKey(deps),
    /** @param argument base URL of the only gateway to test */
    'holysheep.testConnection': (argument) => testConnection(deps, textIn(argument)),
  } satisfies Commands;
}

/** Removes the key of a gateway in the settings, which the user chooses if several have one. */
export async function removeApiKey({
  ownGateways,
  keys,
  log,
}: GatewayServices): Promise<{ readonly state: 'removed' | 'none' | 'cancelled' }> {
  const gateways = ownGateways.withPrimary();
  const stored = await Promise.all(gateways.map(({ origin }) => keys.getIfReadable(origin)));
  const removable = gateways.flatMap(({ id, origin, label }, position) =>
    stored[position] === undefined ? [] : [{ baseUrl: id, origin, host: label, position, hasKey: true }],
  );
  if (removable.length === 0) {
    showToast(log, 'information', vscode.l10n.t('There is no API key for {0}.', gateways[0].label));
    return { state: 'none' };
  }
  const gateway = await pickGateway(removable, vscode.l10n.t('Remove API key'));
  if (!gateway) return { state: 'cancelled' };
  const { origin, host, position } = gateway;
  await keys.delete(origin);
  const apiKey = stored[position] ?? '';
  const undo = { title: vscode.l10n.t('Undo'), run: () => keys.set(origin, apiKey) };
  showToast(log, 'information', vscode.l10n.t('The API key for {0} was removed from this computer.', host), [undo]);
  return { state: 'removed' };
}
