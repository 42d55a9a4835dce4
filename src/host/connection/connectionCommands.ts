import * as vscode from 'vscode';
import { isConnectionError, type ConnectionError } from '../../engine/request';
import type { Command } from '../commands';
import type { Log } from '../diagnostics/log';
import type { Services } from '../services';
import { joinSentences } from '../ui/messageText';
import {
  showToast,
  checkUrlAction,
  enterApiKeyAction,
  networkSettingsAction,
  openLogAction,
  openSettingAction,
  withDelayedProgress,
  type ToastAction,
} from '../ui/notifications';
import { localize } from '../util/localization';
import type { ActiveConnection, Connections } from './connections';
import { storeApiKey } from './storeApiKey';
import { verifyConnection, type Verification } from './verification';

export function registerConnection(services: Services): readonly Command[] {
  const { connections, log } = services;
  return [
    { id: 'holysheep.setApiKey', execute: (argument) => storeApiKey(services, argument) },
    { id: 'holysheep.removeApiKey', execute: () => removeApiKey(services) },
    { id: 'holysheep.testConnection', execute: () => testConnection(connections, log) },
  ];
}

/** Removes the API key for the gateway in the settings, even while the demo is active. */
async function removeApiKey({ connections, keys, log }: Services): Promise<{ readonly state: 'removed' | 'none' }> {
  const { origin, host, apiKey } = await connections.configured();
  if (apiKey === undefined) {
    showToast(log, 'information', vscode.l10n.t('There is no API key for {0}.', host));
    return { state: 'none' };
  }
  await keys.delete(origin);
  const undo = { title: vscode.l10n.t('Undo'), run: () => keys.set(origin, apiKey) };
  showToast(log, 'information', vscode.l10n.t('The API key for {0} was removed from this computer.', host), [undo]);
  return { state: 'removed' };
}

/**
 * Tests the current connection and shows the result. Returns undefined if the base URL is invalid or the key is
 * unreadable.
 */
export async function testConnection(connections: Connections, log: Log): Promise<Verification | undefined> {
  let connection: ActiveConnection;
  try {
    connection = await connections.current();
  } catch (error) {
    if (!isConnectionError(error)) throw error;
    log.error(error);
    showToast(log, 'error', error.message, actionsForError(error));
    return undefined;
  }
  const title = vscode.l10n.t('Testing the connection to {0}…', connection.host);
  const result = await withDelayedProgress(title, (token) => verifyConnection(connection, log.keys, token));
  reportResult(result, connection, log);
  return result;
}

function actionsForError({ connectionProblem }: ConnectionError): readonly ToastAction[] {
  switch (connectionProblem) {
    case 'base-url':
      return [openSettingAction('holysheep.baseUrl')];
    case 'keyring':
      return [enterApiKeyAction(), openLogAction()];
  }
}

function reportResult(result: Verification, { host, apiKey }: ActiveConnection, log: Log): void {
  switch (result.state) {
    case 'verified': {
      const key =
        apiKey === undefined
          ? vscode.l10n.t('No API key is set. You need one to send prompts.')
          : vscode.l10n.t('The API key is valid.');
      const response = vscode.l10n.t(
        '{0} responded in {1} ms. Models available: {2}.',
        host,
        result.ms,
        result.models.length,
      );
      log.info(`Connection test: ${host} responded in ${result.ms} ms and lists ${result.models.length} models.`);
      showToast(
        log,
        'information',
        joinSentences(localize, [response, key]),
        apiKey === undefined ? [enterApiKeyAction()] : [],
      );
      return;
    }
    case 'rejected':
      log.warn(`Connection test: ${result.message}`);
      showToast(log, 'error', result.message, [enterApiKeyAction(), openLogAction()]);
      return;
    case 'unverified':
      log.warn(`Connection test: ${result.message}`);
      showToast(log, 'error', result.message, actionsForFault(result.fault));
      return;
    case 'cancelled':
      return;
  }
}

function actionsForFault(fault: Extract<Verification, { state: 'unverified' }>['fault']): readonly ToastAction[] {
  switch (fault) {
    case 'tls':
    case 'proxy':
      return [networkSettingsAction(), openLogAction()];
    case 'offline':
    case 'rate-limit':
    case 'server':
      return [openLogAction()];
    default:
      return [checkUrlAction(), openLogAction()];
  }
}
