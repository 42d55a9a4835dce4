import * as vscode from 'vscode';
import type { EngineReport } from '../../engine/engine';
import { describeGateway, readKeyStates, type KeyState } from '../connection/gatewayPick';
import type { AttemptRecord } from '../health/attemptRecord';
import { createEssenceText } from '../models/modelTexts';
import { joinNotes, plainLabel } from '../ui/messageText';
import type { GatewayDeps } from './addGateway';
import { mappingText } from './modelNamesPick';

/** A row in the list of *Manage Gateways*. */
export interface GatewayListItem extends KeyState {
  readonly isLast: boolean;
  /** Whether the user added the gateway although it did not respond, and the gateway has not responded since. */
  readonly isUnresponsive: boolean;
}

export async function listGateways({ userGateways }: GatewayDeps): Promise<readonly GatewayListItem[]> {
  const states = await readKeyStates(userGateways.all);
  return states.map((state, index) => ({
    ...state,
    isLast: index === states.length - 1,
    isUnresponsive: userGateways.isUnresponsive(state.gateway.id),
  }));
}

/** Returns a function that creates the text of a gateway's row in the list. */
export function createGatewayTexts(
  records: readonly AttemptRecord[],
  states: EngineReport['gateways'],
): (row: GatewayListItem) => vscode.QuickPickItem {
  // The list shows one health text for each gateway, not for each model. The model names are therefore removed from the
  // records of attempts.
  const healthOf = createEssenceText(records.map((record) => ({ ...record, model: '' })));
  return (row) => {
    const { gateway, isUnresponsive } = row;
    const { id, label, models } = gateway;
    const detail = joinNotes(
      plainLabel(id),
      isUnresponsive && vscode.l10n.t("hasn't responded yet"),
      states.some((state) => state.isDown && state.id === id) && vscode.l10n.t('down'),
      healthOf('', id),
      ...[...models].map(([here, there]) => mappingText(here, there)),
    );
    return {
      label: isUnresponsive ? `$(warning) ${plainLabel(label)}` : plainLabel(label),
      description: describeGateway(row),
      detail: detail ?? '',
    };
  };
}
