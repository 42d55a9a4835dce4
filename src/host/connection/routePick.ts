import * as vscode from 'vscode';
import { plainLabel } from '../ui/messageText';

/** A route that the user can choose. */
export interface RouteChoice {
  readonly url: string;
  readonly origin: string;
  readonly host: string;
  readonly hasKey: boolean;
  /** Position of the route in the settings. 0 is the base URL, 1 the first backup route. */
  readonly position: number;
}

/** Returns the routes without those whose origin another route before them has, because they share its key. */
export function distinctOrigins<T extends { readonly origin: string }>(routes: readonly T[]): readonly T[] {
  return routes.filter(({ origin }, index) => routes.findIndex((other) => other.origin === origin) === index);
}

/**
 * Lets the user choose a route. The first route without a key is preselected. A single route is returned at once.
 * @returns undefined when the user dismissed the list or there is no route
 */
export async function pickRoute<T extends RouteChoice>(routes: readonly T[], title: string): Promise<T | undefined> {
  if (routes.length < 2) return routes[0];
  const picker = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly route: T }>();
  picker.title = title;
  picker.placeholder = vscode.l10n.t('Choose a route');
  picker.items = routes.map((route) => ({
    route,
    label: plainLabel(route.host),
    description: `${routeName(route.position)} · ${keyState(route)}`,
    detail: plainLabel(route.url),
  }));
  picker.activeItems = picker.items.filter(({ route }) => !route.hasKey).slice(0, 1);
  try {
    return await new Promise((resolve) => {
      picker.onDidAccept(() => resolve(picker.selectedItems[0]?.route));
      picker.onDidHide(() => resolve(undefined));
      picker.show();
    });
  } finally {
    picker.dispose();
  }
}

/** Returns the name of a route by its position in the settings: `primary`, `backup 1`. */
export function routeName(position: number): string {
  return position === 0 ? vscode.l10n.t('primary') : vscode.l10n.t('backup {0}', position);
}

function keyState({ hasKey }: RouteChoice): string {
  return hasKey ? vscode.l10n.t('API key set') : vscode.l10n.t('no API key');
}
