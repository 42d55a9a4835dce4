import * as vscode from 'vscode';
import { everyOther, type Key } from '../../engine/gateway/gateway';
import type { AttemptRecord } from '../health/attemptRecord';
import { createEssenceText } from '../models/modelTexts';
import type { ConfiguredGateway } from '../settings/gateways';
import { plainLabel } from '../ui/messageText';
import type { AddGatewayDeps } from './addGateway';
import { mappingText } from './modelNamesPick';

/** A gateway in the settings, as *Manage Gateways* shows it. */
export interface ListedGateway extends ConfiguredGateway {
  /** 0 is the primary gateway, 1 the first backup. */
  readonly position: number;
  readonly isLast: boolean;
  readonly access: Key['type'];
  /** Whether the gateway was added although it did not respond, and has not responded since. */
  readonly isUnresponsive: boolean;
}

export async function listGateways({
  settings,
  ownGateways,
  unresponsive,
}: AddGatewayDeps): Promise<readonly ListedGateway[]> {
  const gateways = settings.gateways();
  const primary = settings.baseUrl();
  // An invalid base URL is not listed, so the first gateway may be a backup.
  const firstPosition = 'error' in primary ? 1 : 0;
  return Promise.all(
    gateways.map(async (gateway, index) => {
      return {
        ...gateway,
        position: index + firstPosition,
        isLast: index === gateways.length - 1,
        access: (await ownGateways.keyOf(gateway.url)).type,
        isUnresponsive: unresponsive.has(gateway.url),
      };
    }),
  );
}

function modelTexts(models: ConfiguredGateway['models'] = new Map()): readonly string[] {
  const replacement = models.get(everyOther);
  const names = models.size - (replacement === undefined ? 0 : 1);
  return [
    ...(names > 0 ? [vscode.l10n.t('model names: {0}', names)] : []),
    ...(replacement === undefined ? [] : [mappingText(everyOther, replacement)]),
  ];
}

/** Returns a function that describes a gateway in the list. @param down IDs of the gateways that are down */
export function createGatewayTexts(
  records: readonly AttemptRecord[],
  down: readonly string[],
): (gateway: ListedGateway) => vscode.QuickPickItem {
  // Counts the attempts of all models of a gateway together.
  const healthOf = createEssenceText(records.map((record) => ({ ...record, model: '' })));
  return ({ label, position, access, isUnresponsive, url, models }) => {
    const accessTexts = {
      key: vscode.l10n.t('API key set'),
      missing: vscode.l10n.t('no API key'),
      unreadable: vscode.l10n.t('no API key'),
      'not-needed': vscode.l10n.t('needs no API key'),
    };
    const role = position === 0 ? vscode.l10n.t('primary') : vscode.l10n.t('backup {0}', position);
    const details = [
      plainLabel(url),
      isUnresponsive ? vscode.l10n.t("hasn't responded yet") : undefined,
      down.includes(url) ? vscode.l10n.t('down') : undefined,
      healthOf('', url),
      ...modelTexts(models),
    ];
    return {
      label: isUnresponsive ? `$(warning) ${plainLabel(label)}` : plainLabel(label),
      description: `${role} · ${accessTexts[access]}`,
      detail: details.filter((detail) => detail !== undefined).join(' · '),
    };
  };
}
