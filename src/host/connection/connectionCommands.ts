import * as vscode from 'vscode';
import type { Command } from '../commands';
import type { Services } from '../services';
import { showToast } from '../ui/notifications';
import { testConnection } from './doctor';
import { DoctorDocument } from './doctorDocument';
import { distinctOrigins, pickRoute } from './routePick';
import { storeApiKey } from './storeApiKey';

export function registerConnection(services: Services): readonly Command[] {
  const document = services.register(new DoctorDocument());
  return [
    { id: 'holysheep.setApiKey', execute: (argument) => storeApiKey(services, argument) },
    { id: 'holysheep.removeApiKey', execute: () => removeApiKey(services) },
    { id: 'holysheep.testConnection', execute: () => testConnection({ ...services, document }) },
  ];
}

type RemoveApiKeyDeps = Pick<Services, 'connections' | 'keys' | 'log'>;

/**
 * Removes the API key for a route in the settings, even while the demo is active. If several routes have a key, the
 * user chooses one.
 */
export async function removeApiKey({
  connections,
  keys,
  log,
}: RemoveApiKeyDeps): Promise<{ readonly state: 'removed' | 'none' | 'cancelled' }> {
  const routes = await connections.routes();
  const removable = routes.flatMap(({ baseUrl, origin, host, apiKey }, position) =>
    apiKey === undefined ? [] : [{ url: baseUrl, origin, host, apiKey, position, hasKey: true }],
  );
  if (removable.length === 0) {
    showToast(log, 'information', vscode.l10n.t('There is no API key for {0}.', routes[0].host));
    return { state: 'none' };
  }
  const route = await pickRoute(distinctOrigins(removable), vscode.l10n.t('Remove API key'));
  if (!route) return { state: 'cancelled' };
  const { origin, host, apiKey } = route;
  await keys.delete(origin);
  const undo = { title: vscode.l10n.t('Undo'), run: () => keys.set(origin, apiKey) };
  showToast(log, 'information', vscode.l10n.t('The API key for {0} was removed from this computer.', host), [undo]);
  return { state: 'removed' };
}
