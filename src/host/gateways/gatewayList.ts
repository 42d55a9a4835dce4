import * as vscode from 'vscode';
import type { EngineReport } from '../../engine/engine';
import { everyOther, type Gateway, type Key } from '../../engine/gateway/gateway';
import { withKeyStates } from '../connection/gatewayPick';
import type { AttemptRecord } from '../health/attemptRecord';
import { createEssenceText } from '../models/modelTexts';
import { plainLabel } from '../ui/messageText';
import type { GatewayDeps } from './addGateway';
import { mappingText } from './modelNamesPick';

/** A row of *Manage Gateways*. */
export interface GatewayRow {
  readonly gateway: Gateway;
  /** 0 is the primary gateway, 1 the first backup. */
  readonly position: number;
  readonly isLast: boolean;
  readonly key: Key['type'];
  /** Whether the gateway was added although it did not respond, and has not responded since. */
  readonly isUnresponsive: boolean;
}

export async function listGateways({
  settings,
  ownGateways,
  unresponsive,
}: GatewayDeps): Promise<readonly GatewayRow[]> {
  // An invalid base URL is not listed, so the first gateway may be a backup.
  const firstPosition = 'error' in settings.baseUrl() ? 1 : 0;
  const gateways = await withKeyStates(ownGateways.all);
  return gateways.map(({ gateway, position, key }) => ({
    gateway,
    position: position + firstPosition,
    isLast: position === gateways.length - 1,
    key,
    isUnresponsive: unresponsive.has(gateway.id),
  }));
}

function modelTexts({ models }: Gateway): readonly string[] {
  const replacement = models.get(everyOther);
  const names = models.size - (replacement === undefined ? 0 : 1);
  return [
    ...(names > 0 ? [vscode.l10n.t('model names: {0}', names)] : []),
    ...(replacement === undefined ? [] : [mappingText(everyOther, replacement)]),
  ];
}

/** Returns a function that describes a gateway in the list. */
export function createGatewayTexts(
  records: readonly AttemptRecord[],
  states: EngineReport['gateways'],
): (row: GatewayRow) => vscode.QuickPickItem {
  // Counts the attempts of all models of a gateway together.
  const healthOf = createEssenceText(records.map((record) => ({ ...record, model: '' })));
  return ({ gateway, position, key, isUnresponsive }) => {
    const { id, label } = gateway;
    const keyTexts = {
      key: vscode.l10n.t('API key set'),
      missing: vscode.l10n.t('no API key'),
      unreadable: vscode.l10n.t('no API key'),
      'not-needed': vscode.l10n.t('needs no API key'),
    };
    const role = position === 0 ? vscode.l10n.t('primary') : vscode.l10n.t('backup {0}', position);
    const details = [
      plainLabel(id),
      isUnresponsive ? vscode.l10n.t("hasn't responded yet") : undefined,
      states.some((state) => state.isDown && state.id === id) ? vscode.l10n.t('down') : undefined,
      healthOf('', id),
      ...modelTexts(gateway),
    ];
    return {
      label: isUnresponsive ? `$(warning) ${plainLabel(label)}` : plainLabel(label),
      description: `${role} · ${keyTexts[key]}`,
      detail: details.filter((detail) => detail !== undefined).join(' · '),
    };
  };
}
