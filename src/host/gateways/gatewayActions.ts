import * as vscode from 'vscode';
import { hostOf } from '../../engine/gateway/baseUrl';
import { wildcardModel, type Gateway } from '../../engine/gateway/gateway';
import { probeMessage } from '../connection/testReport';
import { budgetCost } from '../health/healthReport';
import type { DailyBudget } from '../settings/dailyBudget';
import { askForText, enterApiKey, showMessage } from '../ui/notifications';
import { hostWords, inSentences } from '../ui/words';
import { probeGateway, type GatewayDeps } from './addGateway';
import type { GatewayListItem } from './gatewayList';
import { pickModelNames } from './modelNamesPick';

export interface GatewayAction {
  readonly title: string;
  readonly icon: string;
  /** Whether the action also has a button in the gateway's row of the list. */
  readonly hasButton?: true;
  /** Returns whether the action is possible for a gateway. Absent if the action is always possible. */
  readonly isPossible?: (row: GatewayListItem) => boolean;
  run(deps: GatewayDeps, gateway: Gateway): unknown;
  /**
   * What the action opens, if anything: an editor, which closes the list of gateways, or a dialog, which hides the list
   * until the dialog closes.
   */
  readonly opens?: 'editor' | 'dialog';
}

const isBackup = ({ gateway }: GatewayListItem): boolean => gateway.position > 0;

/** Returns the actions for a gateway, in the order of the menu. */
export function gatewayActions(): readonly GatewayAction[] {
  return [
    {
      title: vscode.l10n.t('Move up'),
      icon: 'arrow-up',
      hasButton: true,
      isPossible: ({ gateway }) => gateway.position > 1,
      run: ({ settings }, { id }) => settings.moveBackup(id, -1),
    },
    {
      title: vscode.l10n.t('Move down'),
      icon: 'arrow-down',
      hasButton: true,
      isPossible: (row) => isBackup(row) && !row.isLast,
      run: ({ settings }, { id }) => settings.moveBackup(id, 1),
    },
    {
      title: vscode.l10n.t('Make primary'),
      icon: 'star-empty',
      hasButton: true,
      isPossible: isBackup,
      run: makePrimary,
    },
    {
      title: vscode.l10n.t('Set API key'),
      icon: 'key',
      hasButton: true,
      run: (_deps, { id }) => enterApiKey(id),
      opens: 'dialog',
    },
    {
      title: vscode.l10n.t('Rename'),
      icon: 'edit',
      run: rename,
      opens: 'dialog',
    },
    {
      title: vscode.l10n.t('Test connection'),
      icon: 'plug',
      run: (_deps, { id }) => vscode.commands.executeCommand('holysheep.testConnection', id),
    },
    {
      title: vscode.l10n.t('Edit model names'),
      icon: 'arrow-swap',
      isPossible: isBackup,
      run: editModelNames,
      opens: 'dialog',
    },
    {
      title: vscode.l10n.t('Edit in settings.json'),
      icon: 'json',
      run: openInSettings,
      opens: 'editor',
    },
    {
      title: vscode.l10n.t('Remove'),
      icon: 'trash',
      hasButton: true,
      isPossible: isBackup,
      run: ({ userGateways }, { id }) => userGateways.removeBackup(id),
    },
  ];
}

/**
 * Makes a gateway the primary gateway, and offers to undo the change. The previous primary gateway becomes the first
 * backup.
 */
async function makePrimary(deps: GatewayDeps, { id, label }: Gateway): Promise<void> {
  const { settings, log, onError } = deps;
  const entry = settings.gateway(id);
  const note = describeStaleNames(deps, entry.models ?? []);
  const budgetBefore = settings.budget();
  const undo = await settings.setPrimary(entry, true, deps.userGateways.lists);
  const message = vscode.l10n.t('{0} is now the primary gateway.', label);
  showMessage(log, 'information', inSentences(message, budgetNote(budgetBefore, settings.budget()), note), [
    { title: vscode.l10n.t('Undo'), run: () => undo().catch(onError) },
  ]);
}

/**
 * Returns a note if the custom prompts, model overrides or reasoning efforts of a renamed model do not apply to its new
 * name.
 */
function describeStaleNames({ settings, efforts }: GatewayDeps, names: Iterable<[string, string]>): string | undefined {
  const { usablePrompts } = settings.prompts();
  const isStale = [...names].some(
    ([here, there]) =>
      here !== wildcardModel &&
      (usablePrompts.some(({ model }) => model === here) ||
        settings.modelOverrides([here]) !== settings.modelOverrides([there]) ||
        efforts.levelOf(here) !== efforts.levelOf(there)),
  );
  return isStale
    ? vscode.l10n.t('Custom prompts, model overrides or reasoning efforts still use the previous model names.')
    : undefined;
}

/**
 * Returns a note if the currency of the daily budget has changed. By default, the currency depends on the primary
 * gateway.
 */
function budgetNote(before: DailyBudget | undefined, now: DailyBudget | undefined): string | undefined {
  if (!before || !now || before.currency === now.currency) return undefined;
  const { format } = hostWords();
  return vscode.l10n.t(
    'Your daily budget is now in the currency of this gateway: {0} instead of {1}.',
    format.costs([budgetCost(now)]),
    format.costs([budgetCost(before)]),
  );
}

async function rename({ settings }: GatewayDeps, { id, label }: Gateway): Promise<void> {
  const { name: value = '' } = settings.gateway(id);
  const name = await askForText({
    title: vscode.l10n.t('Rename'),
    prompt: vscode.l10n.t('Name of {0} in lists and messages', label),
    placeHolder: hostOf(id),
    value,
    ignoreFocusOut: true,
  });
  if (name !== undefined && name !== value) await settings.rename(id, name);
}

async function editModelNames(deps: GatewayDeps, { id, label, models }: Gateway): Promise<void> {
  const { settings, log } = deps;
  const result = await probeGateway(deps, id);
  if (result.state === 'cancelled') return;
  if (result.state !== 'verified') {
    showMessage(log, 'error', probeMessage(result));
    return;
  }
  const names = await pickModelNames(deps, { name: label, role: 'backup' }, result, models);
  if (names) await settings.replaceBackup({ ...settings.gateway(id), models: names });
}

async function openInSettings(_deps: GatewayDeps, { position }: Gateway): Promise<void> {
  const key = position > 0 ? 'holysheep.backupBaseUrls' : 'holysheep.baseUrl';
  await vscode.commands.executeCommand('workbench.action.openSettingsJson', { revealSetting: { key } });
}
