import * as vscode from 'vscode';
import { isLoopbackUrl } from '../../engine/gateway/baseUrl';
import type { Gateway, Key } from '../../engine/gateway/gateway';
import { plainLabel } from '../ui/messageText';
import { pickFrom } from '../ui/quickPick';

interface KeyState {
  readonly gateway: Gateway;
  /** Position of the gateway in the settings. 0 is the primary gateway, 1 the first backup. */
  readonly position: number;
  readonly key: Key['type'];
}

/** Reads whether each gateway has a key. @param gateways in the order of the settings, the primary gateway first */
export function withKeyStates(gateways: readonly Gateway[]): Promise<readonly KeyState[]> {
  return Promise.all(
    gateways.map(async (gateway, position) => ({ gateway, position, key: (await gateway.key()).type })),
  );
}

/** Lists only the first gateway of each origin, because they share the key. Returns a single gateway at once. */
export async function pickGateway(gateways: readonly KeyState[], title: string): Promise<KeyState | undefined> {
  const origins = gateways.map(({ gateway }) => gateway.origin);
  const choices = gateways.filter(({ gateway }, index) => origins.indexOf(gateway.origin) === index);
  if (choices.length < 2) return choices[0];
  const items = choices.map((choice) => {
    const { gateway, position, key } = choice;
    const role = position === 0 ? vscode.l10n.t('primary') : vscode.l10n.t('backup {0}', position);
    const missing = isLoopbackUrl(gateway.id) ? vscode.l10n.t('needs no API key') : vscode.l10n.t('no API key');
    const description = `${role} · ${key === 'key' ? vscode.l10n.t('API key set') : missing}`;
    return { choice, label: plainLabel(gateway.label), description, detail: plainLabel(gateway.id) };
  });
  const chosen = await pickFrom({
    title,
    placeholder: vscode.l10n.t('Choose a gateway'),
    items,
    activeItems: items
      .filter(({ choice: { gateway, key } }) => key !== 'key' && !isLoopbackUrl(gateway.id))
      .slice(0, 1),
  }).result;
  return chosen?.[0]?.choice;
}
