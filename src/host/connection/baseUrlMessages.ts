import * as vscode from 'vscode';
import { maxBaseUrlLength, type BaseUrlProblem } from '../../engine/gateway/baseUrl';

// The messages do not quote the URL, because it may contain a password.

export function baseUrlErrorMessage(problem: BaseUrlProblem): string {
  switch (problem) {
    case 'empty':
      return vscode.l10n.t('holysheep.baseUrl is empty. For HolySheep, enter https://api.holysheep.ai/v1.');
    case 'too-long':
      return vscode.l10n.t('holysheep.baseUrl is longer than {0} characters.', maxBaseUrlLength);
    case 'not-a-url':
      return vscode.l10n.t('holysheep.baseUrl is not a valid URL. Example: https://api.holysheep.ai/v1.');
    case 'not-http':
      return vscode.l10n.t('holysheep.baseUrl must start with https:// or http://.');
    case 'credentials':
      return vscode.l10n.t(
        'holysheep.baseUrl contains a user name or password. Remove it and set the key with “HolySheep: Set API Key”.',
      );
  }
}

/** @param position number of the entry in the setting, starting with 1 */
export function backupErrorMessage(problem: BaseUrlProblem, position: number): string {
  switch (problem) {
    case 'empty':
      return vscode.l10n.t(
        'Entry {0} of holysheep.backupBaseUrls contains no base URL. Enter one, or remove the entry.',
        position,
      );
    case 'too-long':
    case 'not-a-url':
      return vscode.l10n.t('Entry {0} of holysheep.backupBaseUrls is not a valid URL.', position);
    case 'not-http':
      return vscode.l10n.t('Entry {0} of holysheep.backupBaseUrls must start with https:// or http://.', position);
    case 'credentials':
      return vscode.l10n.t(
        'Entry {0} of holysheep.backupBaseUrls contains a user name or password. Remove it and set the key with “HolySheep: Set API Key”.',
        position,
      );
  }
}
