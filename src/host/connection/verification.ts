import * as vscode from 'vscode';
import type { FaultKind } from '../../engine/events';
import { describeFault } from '../../engine/faults/wording';
import type { KeyRedactor } from '../../engine/gateway/keyRedactor';
import type { GatewayModels } from '../../engine/gateway/modelList';
import type { Connection } from '../../engine/request';
import { insertInFirstSentence, joinSentences, trimTrailingPeriod } from '../ui/messageText';
import { localize } from '../util/localization';
import { requestModelList, type ModelListFault } from './modelListRequest';

/** Result of verifying a connection, with localized messages. */
export type Verification =
  /** The gateway has returned its models. `ms` is the time from the request to the last byte, in milliseconds. */
  | ({ readonly state: 'verified'; readonly ms: number } & GatewayModels)
  /** The gateway has rejected the API key with status 401 or 403. */
  | { readonly state: 'rejected'; readonly status: number; readonly message: string }
  /** The key could not be verified, because the gateway did not return its model list. */
  | {
      readonly state: 'unverified';
      readonly fault: FaultKind | Exclude<ModelListFault['kind'], 'network'>;
      readonly message: string;
    }
  | { readonly state: 'cancelled' };

interface VerifiableConnection extends Connection {
  readonly host: string;
}

/**
 * Verifies a connection by sending `GET {baseUrl}/models`. Messages are complete localized sentences. Never rejects.
 */
export async function verifyConnection(
  connection: VerifiableConnection,
  keys: KeyRedactor,
  token?: vscode.CancellationToken,
): Promise<Verification> {
  const abort = new AbortController();
  if (token?.isCancellationRequested) return { state: 'cancelled' };
  const listener = token?.onCancellationRequested(() => abort.abort());
  const result = await requestModelList(connection, keys, abort.signal);
  listener?.dispose();
  switch (result.state) {
    case 'verified':
    case 'cancelled':
      return result;
    case 'rejected':
      return {
        state: 'rejected',
        status: result.status,
        message: rejectionMessage(connection, result.status, result.detail),
      };
    case 'unverified':
      return {
        state: 'unverified',
        fault: result.fault.kind === 'network' ? result.fault.fault.kind : result.fault.kind,
        message: faultMessage(result.fault, connection, keys),
      };
  }
}

function rejectionMessage({ host, apiKey }: VerifiableConnection, status: number, detail: string | undefined): string {
  const message = rejectionReason(host, apiKey !== undefined, status);
  return detail === undefined
    ? message
    : joinSentences(localize, [message, vscode.l10n.t('Gateway message: “{0}”.', trimTrailingPeriod(detail))]);
}

function rejectionReason(host: string, hasKey: boolean, status: number): string {
  if (!hasKey) return vscode.l10n.t('{0} requires an API key (status {1}).', host, status);
  return status === 403
    ? vscode.l10n.t("{0} doesn't allow this API key to list models (status {1}).", host, status)
    : vscode.l10n.t('{0} rejected the API key (status {1}).', host, status);
}

function faultMessage(fault: ModelListFault, connection: VerifiableConnection, keys: KeyRedactor): string {
  const { host, baseUrl } = connection;
  switch (fault.kind) {
    case 'network': {
      const { message } = describeFault(
        fault.fault,
        { connection, model: '', status: undefined },
        { localize, formatTime: String },
        keys,
      );
      return fault.code === undefined ? message : insertInFirstSentence(message, fault.code);
    }
    case 'not-tls':
      return vscode.l10n.t("{0} doesn't support HTTPS. If it uses HTTP, start the base URL with http://.", host);
    case 'redirect':
      return fault.to === undefined
        ? vscode.l10n.t("{0} redirects to another address, but the API key isn't sent there.", host)
        : vscode.l10n.t("{0} redirects to {1}, but the API key isn't sent there. Check the base URL.", host, fault.to);
    case 'not-found':
      return vscode.l10n.t('There is no model list at {0} (status {1}). Check the base URL.', baseUrl, fault.status);
    case 'rate-limit':
      return vscode.l10n.t('{0} is limiting requests right now (status {1}).', host, fault.status);
    case 'server':
      return vscode.l10n.t('{0} reported a server error (status {1}).', host, fault.status);
    case 'html':
      return vscode.l10n.t(
        '{0} returned a web page instead of an API response (status {1}). Check the base URL and the firewall, and sign in to your network if necessary.',
        host,
        fault.status,
      );
    case 'not-a-list':
      return vscode.l10n.t('{0} responded, but not with a model list. Check the base URL.', host);
    case 'unreadable':
      return vscode.l10n.t('The model list from {0} is too large.', host);
    case 'status':
      return vscode.l10n.t('{0} returned the unexpected status {1}.', host, fault.status);
  }
}
