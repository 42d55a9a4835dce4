import * as vscode from 'vscode';
import type { FaultAction } from '../../shared/protocol';
import { enterApiKey, type ToastAction } from '../ui/notifications';

interface DemoNotice {
  readonly message: string;
  readonly actions?: readonly ToastAction[];
}

/** Said in place of what a card's button does outside the demo: nobody is led out of it unawares. */
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
        actions: [enterApiKey()],
      };
    case 'checkUrl':
    case 'networkSettings':
      return {
        message: vscode.l10n.t('The offline demo ignores your settings. Outside the demo, this opens them.'),
      };
    default:
      return undefined;
  }
}
