import * as vscode from 'vscode';
import type { Engine, ProbeResult } from '../../engine/engine';
import { cleanApiKey } from '../../engine/gateway/apiKey';
import { isPrivateUrl } from '../../engine/gateway/baseUrl';
import { joinSentences } from '../../shared/describe';
import { apiKeyProblemMessage, askForApiKey } from '../connection/apiKeyInput';
import type { Connections } from '../connection/connections';
import type { DemoMode } from '../connection/demoMode';
import type { KeyStore } from '../connection/keyStore';
import { noticeMissingModel, verifyKey } from '../connection/storeApiKey';
import { probeMessage } from '../connection/testReport';
import type { HealthBook } from '../health/healthBook';
import type { Settings } from '../settings/settings';
import { plainLabel } from '../ui/messageText';
import { enterApiKey, showInStatusBar, showToast, withDelayedProgress, type ToastAction } from '../ui/notifications';
import { choiceIn } from '../ui/quickPick';
import { hostWords } from '../ui/words';
import type { Log } from '../util/log';
import { chooseGateway, type ChosenGateway } from './gatewayChoice';
import { pickModelNames } from './modelNamesPick';

export interface AddGatewayDeps {
  readonly settings: Settings;
  readonly keys: KeyStore;
  readonly connections: Pick<Connections, 'accessOf'>;
  readonly demo: Pick<DemoMode, 'leave'>;
  readonly engine: Pick<Engine, 'probe'>;
  readonly health: Pick<HealthBook, 'refresh' | 'records'>;
  readonly log: Log;
}

interface AddGatewayResult {
  readonly state: 'added' | 'cancelled' | 'rejected';
}

const cancelled: AddGatewayResult = { state: 'cancelled' };

/** Adds a gateway to the settings. Writes nothing before the last step, so that the user can cancel at each one. */
export async function addGateway(deps: AddGatewayDeps): Promise<AddGatewayResult> {
  const gateway = await chooseGateway(deps);
  if (!gateway) return cancelled;
  if (!gateway.isConfigured) return addChosen(deps, gateway);
  const { url } = gateway;
  if ((await deps.connections.accessOf(gateway)) === 'missing') await enterApiKey(url);
  else await vscode.commands.executeCommand('holysheep.manageGateways', url);
  return cancelled;
}

async function addChosen(deps: AddGatewayDeps, gateway: ChosenGateway): Promise<AddGatewayResult> {
  const access = await gainAccess(deps, gateway);
  if ('state' in access) return access;
  const { result } = access;
  const name = gateway.name ?? gateway.host;
  const models = result.state === 'verified' ? await pickModelNames(deps, name, result) : new Map<string, string>();
  const place = models && (await choosePlace(deps, name));
  if (!place) return cancelled;
  const { settings, keys, log, demo } = deps;
  const { origin, host, url } = gateway;
  if (access.newKey !== undefined) await keys.set(origin, access.newKey);
  if (access.isConfirmedKeyless) await keys.confirmKeyless(origin);
  const entry = { url, name: gateway.name, models };
  if (place === 'primary') {
    await demo.leave();
    await settings.setPrimary(entry);
  } else await settings.addBackup(entry);
  if (result.state === 'verified') {
    showInStatusBar(vscode.l10n.t('{0} was added. Models available: {1}.', name, result.models.length));
    if (place === 'primary') noticeMissingModel(deps, host, result);
  } else {
    const outcome = vscode.l10n.t("{0} was added but couldn't be verified.", name);
    const test = {
      title: vscode.l10n.t('Test connection'),
      run: () => vscode.commands.executeCommand('holysheep.testConnection'),
    };
    showToast(log, 'warning', joinSentences(hostWords().strings, [outcome, probeMessage(result)]), [test]);
  }
  return { state: 'added' };
}

interface Access {
  readonly result: Exclude<ProbeResult, { state: 'cancelled' }>;
  /** A key that is not stored yet. */
  readonly newKey?: string;
  /** Whether the user has confirmed that this private address needs no key. */
  readonly isConfirmedKeyless?: boolean;
}

/** Finds out with which key the gateway responds. Asks for a key unless the gateway works with a stored one or none. */
async function gainAccess(deps: AddGatewayDeps, gateway: ChosenGateway): Promise<Access | AddGatewayResult> {
  const { keys, engine, log } = deps;
  const { url, origin, host } = gateway;
  const needsKey = await needsApiKey(deps, gateway);
  if (needsKey === undefined) return cancelled;
  if (!needsKey) {
    const storedKey = await keys.getIfReadable(origin);
    const title = vscode.l10n.t('Testing the connection to {0}…', host);
    const result = await withDelayedProgress(title, (signal) =>
      engine.probe({ baseUrl: url, apiKey: storedKey }, signal),
    );
    if (result.state === 'cancelled') return cancelled;
    const isConfirmedKeyless = storedKey === undefined && isPrivateUrl(url);
    if (result.state !== 'rejected') return { result, isConfirmedKeyless };
  }
  const input = await askForApiKey(host);
  if (input === undefined) return cancelled;
  const again: ToastAction = {
    title: vscode.l10n.t('Enter the key again'),
    run: () => addChosen(deps, gateway),
  };
  const cleaned = cleanApiKey(input);
  if ('problem' in cleaned) {
    showToast(log, 'error', apiKeyProblemMessage(cleaned.problem), [again]);
    return { state: 'rejected' };
  }
  const { key: newKey } = cleaned;
  const result = await verifyKey(newKey, gateway, deps, [again]);
  const { state } = result;
  return state === 'cancelled' || state === 'rejected' ? { state } : { result, newKey };
}

/** Asks the user only about private addresses, once. @returns undefined if the user cancels */
async function needsApiKey(
  { connections }: Pick<AddGatewayDeps, 'connections'>,
  gateway: ChosenGateway,
): Promise<boolean | undefined> {
  const { url, host } = gateway;
  if ((await connections.accessOf(gateway)) !== 'missing') return false;
  if (!isPrivateUrl(url)) return true;
  return choose(vscode.l10n.t('Does {0} need an API key?', plainLabel(host)), [
    { label: vscode.l10n.t('Set API key'), value: true },
    { label: vscode.l10n.t('No key needed'), value: false },
  ]);
}

/** Asks only users who have no primary gateway yet. @returns undefined if the user cancels */
async function choosePlace(
  { settings, keys }: Pick<AddGatewayDeps, 'settings' | 'keys'>,
  name: string,
): Promise<'primary' | 'backup' | undefined> {
  const primary = settings.baseUrl();
  const isUnused =
    'error' in primary || (settings.hasDefaultBaseUrl() && (await keys.getIfReadable(primary.origin)) === undefined);
  if (!isUnused) return 'backup';
  return choose(vscode.l10n.t('How do you want to use {0}?', plainLabel(name)), [
    { label: vscode.l10n.t('Use it as the primary gateway'), value: 'primary' },
    { label: vscode.l10n.t('Use it as a backup'), value: 'backup' },
  ]);
}

async function choose<T>(
  question: string,
  items: readonly (vscode.QuickPickItem & { readonly value: T })[],
): Promise<T | undefined> {
  const picker = vscode.window.createQuickPick<(typeof items)[number]>();
  picker.title = vscode.l10n.t('Add gateway');
  picker.placeholder = question;
  picker.items = items;
  return (await choiceIn(picker))?.[0]?.value;
}
