import * as vscode from 'vscode';
import { cleanApiKey, type ApiKeyProblem } from '../../engine/gateway/apiKey';
import { hostOf } from '../../engine/gateway/baseUrl';
import { askForText, showMessage, type MessageAction } from '../ui/notifications';
import type { ErrorLog } from '../util/log';
import { knownGatewayOf, knownGateways } from '../settings/knownGateways';

/**
 * Asks the user for an API key in an input box. Returns the typed text unchanged, or undefined if the user dismissed
 * the input box.
 * @param url the base URL of the key's gateway
 * @param value the initial text
 */
export function askForApiKey(url: string, value = ''): Thenable<string | undefined> {
  const host = hostOf(url);
  const { keyPage, keyPrefix } = knownGatewayOf(url) ?? {};
  return askForText({
    title: vscode.l10n.t('API key for {0}', host),
    prompt:
      keyPage === undefined
        ? vscode.l10n.t("The key is kept in VS Code's secret storage and sent only to {0}.", host)
        : vscode.l10n.t(
            "Get a key at {1}. It is kept in VS Code's secret storage and sent only to {0}.",
            host,
            keyPage,
          ),
    ...(keyPrefix !== undefined && { placeHolder: `${keyPrefix}…` }),
    value,
    password: true,
    ignoreFocusOut: true,
    validateInput: (input) => validateApiKey(input, url),
  });
}

function validateApiKey(input: string, url: string): vscode.InputBoxValidationMessage | undefined {
  if (input === '') return undefined;
  const cleaned = cleanApiKey(input);
  if ('problem' in cleaned) {
    return { message: apiKeyProblemMessage(cleaned.problem), severity: vscode.InputBoxValidationSeverity.Error };
  }
  const message = keyWarning(cleaned.key, url);
  return message === undefined ? undefined : { message, severity: vscode.InputBoxValidationSeverity.Warning };
}

function apiKeyProblemMessage(problem: ApiKeyProblem): string {
  switch (problem) {
    case 'empty':
      return vscode.l10n.t('No API key found in this text.');
    case 'has-spaces':
      return vscode.l10n.t("API keys don't contain spaces or line breaks. Copy the key again.");
    case 'too-long':
      return vscode.l10n.t('This is too long for an API key. Copy only the key.');
    case 'not-ascii':
      return vscode.l10n.t('The key contains an invalid character. Copy the key again.');
  }
}

/**
 * Returns the API key in a text that the user entered. If the text contains no valid key, shows the user the reason and
 * returns undefined.
 */
export function readKeyOrNotify(text: string, log: ErrorLog, actions: readonly MessageAction[]): string | undefined {
  const cleaned = cleanApiKey(text);
  if ('key' in cleaned) return cleaned.key;
  showMessage(log, 'error', apiKeyProblemMessage(cleaned.problem), actions);
  return undefined;
}

/** Returns a warning about an API key that looks wrong but can still be stored, or undefined if the key looks right. */
export function keyWarning(key: string, url: string): string | undefined {
  const begins = (prefix = ''): boolean => prefix !== '' && key.startsWith(prefix) && key !== prefix;
  const { keyPrefix } = knownGatewayOf(url) ?? {};
  if (keyPrefix !== undefined && !begins(keyPrefix))
    return vscode.l10n.t("HolySheep keys start with hsa-. This one doesn't.");
  const isOfOther = keyPrefix === undefined && knownGateways.some((other) => begins(other.keyPrefix));
  return isOfOther ? vscode.l10n.t('This looks like a HolySheep key, but the gateway is {0}.', hostOf(url)) : undefined;
}
