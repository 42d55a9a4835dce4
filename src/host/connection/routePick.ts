import * as vscode from 'vscode';
import { isLoopbackUrl } from '../../engine/gateway/baseUrl';
import { plainLabel } from '../ui/messageText';
import { pickFrom } from '../ui/quickPick';
import type { ConfiguredRoute } from './connections';

export interface RouteChoice extends Pick<ConfiguredRoute, 'baseUrl' | 'origin' | 'host'> {
  readonly hasKey: boolean;
  /** Position of the route in the settings. 0 is the base URL, 1 the first backup route. */
  readonly position: number;
}

/** Lists only the first route of each origin, because they share the key. Returns a single route at once. */
export async function pickRoute<T extends RouteChoice>(routes: readonly T[], title: string): Promise<T | undefined> {
  const choices = routes.filter(({ origin }, index) => routes.findIndex((other) => other.origin === origin) === index);
  if (choices.length < 2) return choices[0];
  const items = choices.map((route) => {
    const name = route.position === 0 ? vscode.l10n.t('primary') : vscode.l10n.t('backup {0}', route.position);
    const missing = isLoopbackUrl(route.baseUrl) ? vscode.l10n.t('needs no API key') : vscode.l10n.t('no API key');
    const key = route.hasKey ? vscode.l10n.t('API key set') : missing;
    const description = `${name} · ${key}`;
    return { route, label: plainLabel(route.host), description, detail: plainLabel(route.baseUrl) };
  });
  const chosen = await pickFrom({
    title,
    placeholder: vscode.l10n.t('Choose a route'),
    items,
    activeItems: items.filter(({ route }) => !route.hasKey && !isLoopbackUrl(route.baseUrl)).slice(0, 1),
  }).result;
  return chosen?.[0]?.route;
}
