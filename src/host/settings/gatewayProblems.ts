import * as vscode from 'vscode';
import { maxBaseUrlLength } from '../../engine/gateway/baseUrl';
import type { UnusableGateway } from './gateways';

/**
 * Returns a message about a gateway in the settings that can't be used. The message does not quote the URL, because the
 * URL can contain a password.
 * @param source where the user wrote the URL: a setting, an entry of a setting, or an input box
 */
export function gatewayProblemMessage(problem: UnusableGateway['problem'], source = 'holysheep.baseUrl'): string {
  switch (problem) {
    case 'empty':
      return vscode.l10n.t('{0} contains no base URL. For HolySheep, enter https://api.holysheep.ai/v1.', source);
    case 'too-long':
      return vscode.l10n.t('{0} is longer than {1} characters.', source, maxBaseUrlLength);
    case 'not-a-url':
      return vscode.l10n.t('{0} is not a valid URL. Example: https://api.holysheep.ai/v1.', source);
    case 'not-http':
      return vscode.l10n.t('{0} must start with https:// or http://.', source);
    case 'credentials':
      return vscode.l10n.t('{0} contains a user name or password. Remove it. The API key is set separately.', source);
    case 'no-name':
      return vscode.l10n.t('{0}: “name” must be a string.', source);
    case 'no-models':
      return vscode.l10n.t(
        '{0}: “models” must map model names to model names, as in {1}.',
        source,
        '{ "claude-sonnet-4": "anthropic/claude-sonnet-4" }',
      );
  }
}

export function backupProblemMessage({ number, problem }: UnusableGateway): string {
  return gatewayProblemMessage(problem, vscode.l10n.t('Entry {0} of holysheep.backupBaseUrls', number));
}
