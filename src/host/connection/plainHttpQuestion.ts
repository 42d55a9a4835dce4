import * as vscode from 'vscode';
import { askUser } from '../ui/notifications';
import type { OwnGateways } from './ownGateways';

/**
 * Asks whether prompts may go to a gateway over plain HTTP if it is the only one with one of the models. The consent is
 * remembered, so that the user is asked once for each gateway.
 * @returns false if the user does not want to send the prompt
 */
export async function mayUsePlainHttp(ownGateways: OwnGateways, models: readonly string[]): Promise<boolean> {
  for (const model of models) {
    const offer = await ownGateways.plainHttpOffer(model);
    if (!offer) continue;
    const send = vscode.l10n.t('Send');
    const message = vscode.l10n.t('{0} is at {1}, over plain HTTP. Send prompts there?', model, offer.label);
    const detail = vscode.l10n.t(
      'Others on the network can read your prompts, the answers, and the API key. You are asked once for each gateway.',
    );
    if ((await askUser('warning', message, [send], detail)) !== send) return false;
    await ownGateways.acceptPlainHttp(offer.origin);
  }
  return true;
}
