import * as vscode from 'vscode';
import { isLoopbackUrl } from '../../engine/gateway/baseUrl';
import { plainLabel } from '../ui/messageText';
import { pickFrom } from '../ui/quickPick';

export interface GatewayOption {
  readonly baseUrl: string;
  readonly origin: string;
  /** The label of the gateway. */
  readonly host: string;
  readonly hasKey: boolean;
  /** Position of the gateway in the settings. 0 is the base URL, 1 the first backup gateway. */
  readonly position: number;
}

/** Lists only the first gateway of each origin, because they share the key. Returns a single gateway at once. */
export async function pickGateway<T extends GatewayOption>(
  gateways: readonly T[],
  title: string,
): Promise<T | undefined> {
  const choices = gateways.filter(
    ({ origin }, index) => gateways.findIndex((other) => other.origin === origin) === index,
  );
  if (choices.length < 2) return choices[0];
  const items = choices.map((gateway) => {
    const name = gateway.position === 0 ? vscode.l10n.t('primary') : vscode.l10n.t('backup {0}', gateway.position);
    const missing = isLoopbackUrl(gateway.baseUrl) ? vscode.l10n.t('needs no API key') : vscode.l10n.t('no API key');
    const key = gateway.hasKey ? vscode.l10n.t('API key set') : missing;
    const description = `${name} · ${key}`;
    return { gateway, label: plainLabel(gateway.host), description, detail: plainLabel(gateway.baseUrl) };
  });
  const chosen = await pickFrom({
    title,
    placeholder: vscode.l10n.t('Choose a gateway'),
    items,
    activeItems: items.filter(({ gateway }) => !gateway.hasKey && !isLoopbackUrl(gateway.baseUrl)).slice(0, 1),
  }).result;
  return chosen?.[0]?.gateway;
}
