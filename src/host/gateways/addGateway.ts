import * as vscode from 'vscode';
import type { ProbeResult } from '../../engine/engine';
import { hostOf, isLocalUrl, isPrivateUrl, originOf } from '../../engine/gateway/baseUrl';
import { allowsRequests } from '../../engine/gateway/gateway';
import { faultLabel } from '../../shared/describe';
import { askForApiKey, readKeyOrNotify } from '../connection/apiKeyInput';
import { hasResponded, type GatewayServices } from '../connection/userGateways';
import type { ModelEfforts } from '../connection/modelEfforts';
import { noticeMissingModel, verifyKey } from '../connection/storeApiKey';
import { probeMessage } from '../connection/testReport';
import type { GatewayEntry } from '../settings/gateways';
import type { HealthBook } from '../health/healthBook';
import { plainLabel } from '../ui/messageText';
import {
  enterApiKey,
  showMessage,
  testConnectionAction,
  withDelayedProgress,
  type MessageAction,
} from '../ui/notifications';
import { pickFrom } from '../ui/quickPick';
import { hostWords, inSentences } from '../ui/words';
import { chooseGateway, editGateway } from './gatewayChoice';
import { pickModelNames, type GatewayRole } from './modelNamesPick';

export interface GatewayDeps extends GatewayServices {
  readonly health: HealthBook;
  readonly efforts: ModelEfforts;
  readonly onError: (error: unknown) => void;
}

interface AddGatewayResult {
  /** `unresponsive` means that the gateway was added although it has not responded. */
  readonly state: 'added' | 'unresponsive' | 'cancelled' | 'rejected';
}

const cancelled: AddGatewayResult = { state: 'cancelled' };

/**
 * Lets the user add a gateway. Nothing is written to the settings before the last step, so the user can cancel at each
 * step.
 */
export async function addGateway(deps: GatewayDeps): Promise<AddGatewayResult> {
  return addChosen(deps, await chooseGateway(deps));
}

/**
 * Adds a gateway that the user has chosen.
 * @param earlier the result of an earlier, failed attempt, with the API key that the user has entered
 */
async function addChosen(
  deps: GatewayDeps,
  gateway: GatewayEntry | undefined,
  earlier?: Access,
): Promise<AddGatewayResult> {
  if (!gateway) return cancelled;
  const { url } = gateway;
  const [host, origin] = [hostOf(url), originOf(url)];
  const configured = deps.userGateways.all.find(({ id }) => id === url);
  if (configured) {
    const { type } = await configured.key();
    if (allowsRequests(type)) await vscode.commands.executeCommand('holysheep.manageGateways', url);
    else await enterApiKey(url);
    return cancelled;
  }
  const access = await gainAccess(deps, gateway, earlier);
  if ('state' in access) return access;
  const { result } = access;
  let { newKey } = access;
  const isUnresponsive = !hasResponded(result);
  if (result.state !== 'verified' && isUnresponsive) {
    const next = await chooseNext(gateway, result);
    if (next === 'retry') return addChosen(deps, gateway, access);
    if (next === 'edit') return addChosen(deps, await editGateway(gateway), access);
    if (!next) return cancelled;
    if (newKey === undefined) {
      const needsKey = await needsApiKey(deps, url);
      if (needsKey) newKey = await askForNewKey(deps, gateway);
      if (needsKey !== false && newKey === undefined) return cancelled;
    }
  }
  const name = gateway.name ?? host;
  const role = await chooseRole(deps, name);
  if (!role) return cancelled;
  const models =
    result.state === 'verified' ? await pickModelNames(deps, { name, role }, result) : new Map<string, string>();
  if (!models) return cancelled;
  const { settings, keys, log, gatewaySets, userGateways } = deps;
  const previousKey = await keys.getIfReadable(origin);
  if (newKey !== undefined) await keys.set(origin, newKey);
  else if (previousKey === undefined && isPrivateUrl(url)) await keys.confirmKeyless(origin);
  const entry = { url, name: gateway.name, models };
  // The gateway is marked as unresponsive before it is added to the settings. Otherwise, a prompt could go to the
  // gateway between these two steps.
  if (isUnresponsive) await userGateways.addUnresponsive(url);
  let undo: () => Thenable<void>;
  if (role === 'primary') {
    await gatewaySets.useOwn();
    undo = await settings.setPrimary(entry, false, userGateways.lists);
  } else undo = await settings.addBackup(entry);
  const undoAll = async (): Promise<void> => {
    await undo();
    // A key that the user has set since is kept.
    if (newKey === undefined || (await keys.getIfReadable(origin)) !== newKey) return;
    if (previousKey !== undefined) await keys.set(origin, previousKey);
    else if (!settings.gateways().usableGateways.some((other) => originOf(other.url) === origin))
      await keys.delete(origin);
  };
  const undoAction = { title: vscode.l10n.t('Undo'), run: () => undoAll().catch(deps.onError) };
  if (result.state === 'verified') {
    const message = vscode.l10n.t('{0} was added. Models available: {1}.', name, result.models.length);
    showMessage(log, 'information', message, [undoAction]);
    if (role === 'primary') noticeMissingModel(deps, host, result);
    return { state: 'added' };
  }
  const message = isUnresponsive
    ? vscode.l10n.t('{0} was added. It will be used once it responds.', name)
    : inSentences(vscode.l10n.t("{0} was added but couldn't be verified.", name), probeMessage(result));
  showMessage(log, 'warning', message, [undoAction, testConnectionAction(url)]);
  return { state: isUnresponsive ? 'unresponsive' : 'added' };
}

interface Access {
  /** Origin of the server, the only one that may get the new key. */
  readonly origin: string;
  readonly result: Exclude<ProbeResult, { state: 'cancelled' }>;
  /** API key that the user has entered and that is not stored yet. */
  readonly newKey?: string;
}

/**
 * Asks the user what to do with a gateway that does not respond.
 * @returns undefined if the user cancels
 */
function chooseNext(
  { name, url }: GatewayEntry,
  { kind, row }: Extract<ProbeResult, { readonly kind: unknown }>,
): Promise<'retry' | 'edit' | 'add' | undefined> {
  const host = hostOf(url);
  const reason = faultLabel(hostWords().strings, kind, row);
  const question =
    name === undefined
      ? vscode.l10n.t("{0} doesn't respond ({1})", plainLabel(host), reason)
      : vscode.l10n.t("{0} doesn't respond at {1} ({2})", plainLabel(name), plainLabel(host), reason);
  const afterStart = isLocalUrl(url) && row !== 'hostNotFound' ? vscode.l10n.t('start its server first') : '';
  return choose(question, [
    { label: vscode.l10n.t('Try again'), description: afterStart, value: 'retry' },
    { label: vscode.l10n.t('Edit the base URL…'), value: 'edit' },
    {
      label: vscode.l10n.t('Add anyway'),
      description: vscode.l10n.t('will be used once it responds'),
      value: 'add',
    },
  ]);
}

/**
 * Tests the connection to a gateway that is being added. The user is asked for an API key, unless the gateway does not
 * respond or accepts requests with the stored key or without a key.
 */
async function gainAccess(
  deps: GatewayDeps,
  gateway: GatewayEntry,
  earlier: Access | undefined,
): Promise<Access | AddGatewayResult> {
  const { url } = gateway;
  const origin = originOf(url);
  let newKey = earlier?.origin === origin ? earlier.newKey : undefined;
  if (newKey === undefined) {
    // A mistyped address is noticed before the user is asked about a key.
    const result = await probeGateway(deps, url);
    if (result.state === 'cancelled') return cancelled;
    if (!hasResponded(result)) return { origin, result };
    const needsKey = result.state === 'rejected' || (await needsApiKey(deps, url));
    if (needsKey === undefined) return cancelled;
    if (!needsKey) return { origin, result };
    newKey = await askForNewKey(deps, gateway, earlier?.newKey);
    if (newKey === undefined) return cancelled;
  }
  const result = await verifyKey(newKey, url, deps, [keyAgainAction(deps, gateway)]);
  const { state } = result;
  return state === 'cancelled' || state === 'rejected' ? { state } : { origin, result, newKey };
}

/**
 * Asks the user for an API key.
 * @param previous key that the user entered for another address. It is the initial text of the input box.
 * @returns undefined if the user cancels or enters no valid key
 */
async function askForNewKey(deps: GatewayDeps, gateway: GatewayEntry, previous?: string): Promise<string | undefined> {
  const input = await askForApiKey(gateway.url, previous);
  return input === undefined ? undefined : readKeyOrNotify(input, deps.log, [keyAgainAction(deps, gateway)]);
}

function keyAgainAction(deps: GatewayDeps, gateway: GatewayEntry): MessageAction {
  return { title: vscode.l10n.t('Enter the key again'), run: () => addChosen(deps, gateway) };
}

/** Requests the model list of a gateway. If the gateway's API key is stored, the request contains it. */
export async function probeGateway({ userGateways, engine }: GatewayDeps, url: string): Promise<ProbeResult> {
  const { value: key } = await userGateways.keyOf(url);
  const title = vscode.l10n.t('Testing the connection to {0}…', hostOf(url));
  return withDelayedProgress(title, (signal) => engine.probe(url, key, signal));
}

/**
 * Returns whether a gateway needs an API key. The user is asked only about a private address.
 * @returns undefined if the user cancels
 */
async function needsApiKey({ userGateways }: GatewayDeps, url: string): Promise<boolean | undefined> {
  const { type } = await userGateways.keyOf(url);
  if (allowsRequests(type)) return false;
  if (!isPrivateUrl(url)) return true;
  return choose(vscode.l10n.t('Does {0} need an API key?', plainLabel(hostOf(url))), [
    { label: vscode.l10n.t('Set API key'), value: true },
    { label: vscode.l10n.t('No key required'), value: false },
  ]);
}

/**
 * Returns whether the new gateway becomes the primary gateway or a backup. The user is asked only if no primary gateway
 * is in use yet.
 * @returns undefined if the user cancels
 */
async function chooseRole({ settings, keys }: GatewayDeps, name: string): Promise<GatewayRole | undefined> {
  const primary = settings.baseUrl();
  const isUnused =
    'error' in primary ||
    (settings.hasDefaultBaseUrl() && (await keys.getIfReadable(originOf(primary.url))) === undefined);
  if (!isUnused) return 'backup';
  return choose(vscode.l10n.t('How do you want to use {0}?', plainLabel(name)), [
    { label: vscode.l10n.t('Use as the primary gateway'), value: 'primary' },
    { label: vscode.l10n.t('Use as a backup gateway'), value: 'backup' },
  ]);
}

async function choose<T>(
  question: string,
  items: readonly (vscode.QuickPickItem & { readonly value: T })[],
): Promise<T | undefined> {
  const choice = await pickFrom({ title: vscode.l10n.t('Add gateway'), placeholder: question, items }).result;
  return choice?.[0]?.value;
}
