import * as vscode from 'vscode';
import type { ProbeResult } from '../../engine/engine';
import { hostOf, originOf, type BaseUrlProblem } from '../../engine/gateway/baseUrl';
import { maxModels, type ListedModels } from '../../engine/gateway/modelList';
import { nearestModels } from '../../engine/models/nearestModels';
import { parseSetApiKeyArgument } from '../commandArgs';
import { notices } from '../ui/notices';
import { plainLabel, trimTrailingPeriod } from '../ui/messageText';
import { inSentences } from '../ui/words';
import {
  checkUrlAction,
  commandAction,
  enterApiKeyAction,
  openSettingAction,
  showInStatusBar,
  showMessage,
  testConnectionAction,
  withDelayedProgress,
  type SetApiKeyResult,
  type MessageAction,
} from '../ui/notifications';
import { askForApiKey, readKeyOrNotify, keyWarning } from './apiKeyInput';
import { gatewayProblemMessage } from '../settings/gatewayProblems';
import { knownName } from '../settings/knownGateways';
import type { GatewayServices } from './userGateways';
import { pickGateway, readKeyStates } from './gatewayPick';
import { probeMessage } from './testReport';

/**
 * Verifies and stores an API key. Resolves as soon as the key is stored or rejected.
 * @param argument the key, the base URL of its gateway, or both. A key without a base URL is for the primary gateway.
 * Otherwise, the user is asked for the missing key and, if necessary, for the gateway.
 * @throws ArgumentError if the argument is invalid
 */
export async function storeApiKey(deps: GatewayServices, argument: unknown): Promise<SetApiKeyResult> {
  const { settings, userGateways, log } = deps;
  const { key, baseUrl: preferred } = argument === undefined ? {} : parseSetApiKeyArgument(argument);
  const configured = settings.baseUrl();
  const isArgument = key !== undefined;
  const target = isArgument ? (preferred ?? configured) : await chooseKeyGateway(deps, preferred?.url);
  if (target === undefined) return { state: 'cancelled' };
  if ('error' in target) {
    showMessage(log, 'error', gatewayProblemMessage(target.error), [openSettingAction('holysheep.baseUrl')]);
    return { state: 'invalid' };
  }
  const { url } = target;
  const position = userGateways.all.find(({ origin }) => origin === originOf(url))?.position;
  const input = key ?? (await askForApiKey(url));
  if (input === undefined) return { state: 'cancelled' };
  const apiKey = readKeyOrNotify(input, log, position === undefined ? [] : [enterAgainAction(url)]);
  if (apiKey === undefined) return { state: 'invalid' };
  if (position !== undefined) await deps.gatewaySets.useOwn();
  return verifyAndStore(apiKey, url, deps, { isArgument, position });
}

/**
 * Returns the gateway for which the user wants to set an API key.
 * @param preferred base URL of the preferred gateway. If the settings still contain this gateway, it is returned
 * without asking the user.
 */
async function chooseKeyGateway(
  { settings, userGateways }: GatewayServices,
  preferred = '',
): Promise<{ readonly url: string } | { readonly error: BaseUrlProblem } | undefined> {
  // Only the origins of gateways are compared: gateways of the same origin share the key, and some callers know only
  // the origin.
  const preferredGateway = userGateways.all.find(({ origin }) => origin === originOf(preferred));
  if (preferredGateway) return { url: preferredGateway.id };
  const baseUrl = settings.baseUrl();
  if ('error' in baseUrl || userGateways.all.length < 2) return baseUrl;
  const gateway = await pickGateway(await readKeyStates(userGateways.all), vscode.l10n.t('Set API key'));
  return gateway && { url: gateway.id };
}

function enterAgainAction(url: string): MessageAction {
  return enterApiKeyAction(url, vscode.l10n.t('Enter the key again'));
}

/**
 * Verifies an API key, and stores it unless the gateway rejects it.
 * @param url the base URL of the gateway
 * @param position position of the gateway in the settings, see `Gateway.position`. Undefined if the settings have no
 * gateway with the origin of `url`. The notifications then have no buttons, because a button works only for a gateway
 * in the settings.
 */
async function verifyAndStore(
  key: string,
  url: string,
  deps: GatewayServices,
  { isArgument, position }: { readonly isArgument: boolean; readonly position: number | undefined },
): Promise<SetApiKeyResult> {
  const { keys, log, settings } = deps;
  const [host, origin] = [hostOf(url), originOf(url)];
  const actions = (...offered: MessageAction[]): MessageAction[] => (position === undefined ? [] : offered);
  const result = await verifyKey(key, url, deps, actions(enterAgainAction(url)));
  const { state } = result;
  if (state === 'cancelled' || state === 'rejected') return { state };
  const previous = isArgument ? await keys.getIfReadable(origin) : undefined;
  const isReplaced = previous !== undefined && previous !== key;
  // The model lists are searched before the key is stored, because storing a key clears all model lists.
  const model = settings.model();
  const [, ...backups] = deps.userGateways.all;
  const isAtBackup = backups.some((backup) => backup.models.has(model) || backup.lists(model));
  await keys.set(origin, key);
  if (result.state !== 'verified') {
    log.warn(`API key for ${host}: saved without verification: ${result.message}`);
    const outcome = isReplaced
      ? vscode.l10n.t("The API key for {0} was replaced, but the new key couldn't be verified.", host)
      : vscode.l10n.t("The API key for {0} was saved but couldn't be verified.", host);
    const message = inSentences(outcome, probeMessage(result), keyWarning(key, url));
    showMessage(log, 'warning', message, actions(testConnectionAction(), checkUrlAction(position !== 0)));
    return { state };
  }
  if (isReplaced) showMessage(log, 'information', vscode.l10n.t('The API key for {0} was replaced.', host));
  const count = result.models.length;
  log.info(`API key for ${host}: accepted, ${count} models available.`);
  // Success is shown in the status bar, because the user need not respond. A notification would cover the panel's
  // buttons.
  showInStatusBar(vscode.l10n.t('The API key for {0} works and was saved. Models available: {1}.', host, count));
  // The user is notified of a missing model only for the primary gateway. Turns use a backup gateway only while the
  // primary gateway is down, so a backup gateway can lack the model without harm.
  if (position === 0 && !isAtBackup) noticeMissingModel(deps, host, result);
  return { state };
}

/**
 * Verifies an API key with a request for the gateway's model list, and notifies the user if the gateway rejects the
 * key.
 */
export async function verifyKey(
  key: string,
  url: string,
  { engine, log }: GatewayServices,
  actions: readonly MessageAction[],
): Promise<ProbeResult> {
  log.keys.add(key);
  const host = hostOf(url);
  // The user has entered another key, so the rejection of an earlier key no longer matters.
  notices.end(({ kind }) => kind === 'message');
  const title = vscode.l10n.t('Verifying the API key with {0}…', host);
  const result = await withDelayedProgress(title, (signal) => engine.probe(url, key, signal));
  if (result.state !== 'rejected') return result;
  log.warn(`API key for ${host}: ${result.message}`);
  const name = knownName(url) ?? host;
  const detail = trimTrailingPeriod(result.detail);
  const message =
    detail === ''
      ? vscode.l10n.t('{0} rejected the key. It was not saved.', name)
      : vscode.l10n.t('{0} rejected the key: “{1}”. It was not saved.', name, detail);
  showMessage(log, 'error', inSentences(message, keyWarning(key, url)), actions);
  return result;
}

/**
 * Offers the user a model with a similar name if the gateway's model list lacks the selected model. Otherwise, the
 * first prompt would fail.
 */
export function noticeMissingModel(
  { settings, log }: GatewayServices,
  host: string,
  { models, facts }: ListedModels,
): void {
  const missing = settings.model();
  // An empty or truncated model list does not prove that the gateway lacks the model.
  if (models.length === 0 || models.length === maxModels || models.includes(missing)) return;
  const nearest = nearestModels(missing, models, facts).slice(0, 1);
  const select = commandAction(vscode.l10n.t('Select model'), 'holysheep.selectModel');
  showMessage(
    log,
    'warning',
    vscode.l10n.t("{0} doesn't list the selected model {1}. Choose a model that it lists.", host, missing),
    [...nearest.map((model) => ({ title: plainLabel(model), run: () => settings.chooseModel(model) })), select],
    'question',
  );
}
