import * as vscode from 'vscode';
import { cleanApiKey, isHolySheepHost, keyWarningFor, type ApiKeyProblem } from '../../engine/gateway/apiKey';
import { askForText } from '../ui/notifications';
import { keyPageOf } from './knownGateways';

/** Asks the user for an API key. Returns the typed text unchanged, or undefined if the user dismissed the input box. */
export function askForApiKey(host: string): Thenable<string | undefined> {
  const keyPage = keyPageOf(host);
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
    ...(isHolySheepHost(host) && { placeHolder: 'hsa-…' }),
    password: true,
    ignoreFocusOut: true,
    validateInput: (input) => validateApiKey(input, host),
  });
}

function validateApiKey(input: string, host: string): vscode.InputBoxValidationMessage | undefined {
  if (input === '') return undefined;
  const cleaned = cleanApiKey(input);
  if ('problem' in cleaned) {
    return { message: apiKeyProblemMessage(cleaned.problem), severity: vscode.InputBoxValidationSeverity.Error };
  }
  const message = keyWarning(cleaned.key, host);
  return message === undefined ? undefined : { message, severity: vscode.InputBoxValidationSeverity.Warning };
}

export function apiKeyProblemMessage(problem: ApiKeyProblem): string {
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

/** Returns a warning about a key that looks wrong but can still be stored, or undefined if the key looks right. */
export function keyWarning(key: string, host: string): string | undefined {
  switch (keyWarningFor(key, host)) {
    case undefined:
      return undefined;
    case 'not-a-holysheep-key':
      return vscode.l10n.t("HolySheep keys start with hsa-. This one doesn't.");
    case 'holysheep-key-elsewhere':
      return vscode.l10n.t('This looks like a HolySheep key, but the gateway is {0}.', host);
  }
}
