import * as vscode from 'vscode';
import { allowsRequests, type Gateway, type Key } from '../../engine/gateway/gateway';
import { plainLabel } from '../ui/messageText';
import { pickFrom } from '../ui/quickPick';

export interface KeyState {
  readonly gateway: Gateway;
  readonly key: Key['type'];
}

/** Reads for each gateway whether an API key is set, missing or not needed. */
export function readKeyStates(gateways: readonly Gateway[]): Promise<readonly KeyState[]> {
  return Promise.all(gateways.map(async (gateway) => ({ gateway, key: (await gateway.key()).type })));
}

/** Describes a gateway in a list: whether it is the primary or a backup gateway, and whether its API key is set. */
export function describeGateway({ gateway: { position }, key }: KeyState): string {
  const keyTexts = {
    key: vscode.l10n.t('API key set'),
    missing: vscode.l10n.t('no API key'),
    unreadable: vscode.l10n.t('no API key'),
    'not-needed': vscode.l10n.t('no API key required'),
  };
  const role = position === 0 ? vscode.l10n.t('primary') : vscode.l10n.t('backup {0}', position);
  return `${role} · ${keyTexts[key]}`;
}

/**
 * Lets the user choose a gateway for an API key. The list contains only the first gateway of each origin, because
 * gateways of one origin share the key. A single gateway is returned without asking.
 */
export async function pickGateway(gateways: readonly KeyState[], title: string): Promise<Gateway | undefined> {
  const origins = gateways.map(({ gateway }) => gateway.origin);
  const choices = gateways.filter(({ gateway }, index) => origins.indexOf(gateway.origin) === index);
  if (choices.length < 2) return choices[0]?.gateway;
  const items = choices.map((choice) => ({
    ...choice,
    label: plainLabel(choice.gateway.label),
    description: describeGateway(choice),
    detail: plainLabel(choice.gateway.id),
  }));
  const withoutKey = items.find(({ key }) => !allowsRequests(key));
  const choice = await pickFrom({
    title,
    placeholder: vscode.l10n.t('Choose a gateway'),
    items,
    // If all gateways have a key, `activeItems` is omitted. With an empty array, no row would have the focus, and Enter
    // would choose nothing.
    ...(withoutKey && { activeItems: [withoutKey] }),
  }).result;
  return choice?.[0]?.gateway;
}
