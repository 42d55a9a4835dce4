import * as vscode from 'vscode';
import type { FaultAction } from '../../shared/protocol';
import { enterApiKeyAction, type ToastAction } from '../ui/notifications';

interface DemoNotice {
  readonly message: string;
  readonly action?: ToastAction;
}

/**
 * Returns the notice that the demo shows instead of performing a card's action, or undefined if the demo allows the
 * action.
 */
export function demoNoticeFor(action: FaultAction): DemoNotice | undefined {
  switch (action) {
    case 'openBilling':
      return {
        message: vscode.l10n.t(
          "There is nothing to pay in the offline demo. Outside the demo, this opens your gateway's billing page.",
        ),
      };
    case 'setApiKey':
      return {
        message: vscode.l10n.t('The offline demo needs no API key. Setting your own key ends the demo.'),
        action: enterApiKeyAction(),
      };
    case 'checkUrl':
    case 'networkSettings':
      return {
        message: vscode.l10n.t('The offline demo ignores your settings. Outside the demo, this opens them.'),
      };
    case 'sendLater':
      return {
        message: vscode.l10n.t(
          "The offline demo doesn't schedule prompts. Outside the demo, this prompt would be sent later by itself.",
        ),
      };
    default:
      return undefined;
  }
}
