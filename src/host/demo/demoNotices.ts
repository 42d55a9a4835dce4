import * as vscode from 'vscode';
import type { FaultAction } from '../../shared/protocol';

/** Returns what the demo shows instead of performing a card's action, or undefined if the demo allows the action. */
export function demoNotice(action: FaultAction): string | undefined {
  switch (action) {
    case 'openBilling':
      return vscode.l10n.t(
        "There is nothing to pay in the offline demo. Outside the demo, this opens your gateway's billing page.",
      );
    case 'setApiKey':
      return vscode.l10n.t('The offline demo needs no API key. Setting your own key ends the demo.');
    case 'checkUrl':
    case 'networkSettings':
      return vscode.l10n.t('The offline demo ignores your settings. Outside the demo, this opens them.');
    case 'addGateway':
      return vscode.l10n.t("The offline demo doesn't use your gateways. Outside the demo, this adds a gateway.");
    case 'sendLater':
      return vscode.l10n.t(
        "The offline demo doesn't schedule prompts. Outside the demo, this prompt would be sent later by itself.",
      );
    default:
      return undefined;
  }
}
