import * as vscode from 'vscode';
import { probeMessage } from '../connection/testReport';
import { knownName } from '../settings/knownGateways';
import { removeBackup } from '../connection/gatewayNotices';
import type { DailyBudget } from '../settings/dailyBudget';
import { enterApiKey, showToast, withDelayedProgress } from '../ui/notifications';
import { hostWords, inSentences } from '../ui/words';
import type { GatewayDeps } from './addGateway';
import { listGateways, type ListedGateway } from './gatewayList';
import { pickModelNames } from './modelNamesPick';

export interface GatewayAction {
  readonly title: string;
  readonly icon: string;
  /** Whether the gateway's row in the list also has a button for the action. */
  readonly hasButton: boolean;
  isPossible(gateway: ListedGateway): boolean;
  run(deps: GatewayDeps, gateway: ListedGateway): unknown;
  /** Whether the action leads to another place, so that the list closes. */
  readonly leaves?: true;
  /** Whether the action opens a dialog or a list, which replaces the list of gateways until it closes. */
  readonly opensDialog?: true;
}

const isBackup = ({ position }: ListedGateway): boolean => position > 0;

/** What a user can do with a gateway, in the order of the menu. */
export function gatewayActions(): readonly GatewayAction[] {
  return [
    {
      title: vscode.l10n.t('Move up'),
      icon: 'arrow-up',
      hasButton: true,
      isPossible: ({ position }) => position > 1,
      run: ({ settings }, { url }) => settings.moveBackup(url, -1),
    },
    {
      title: vscode.l10n.t('Move down'),
      icon: 'arrow-down',
      hasButton: true,
      isPossible: (gateway) => isBackup(gateway) && !gateway.isLast,
      run: ({ settings }, { url }) => settings.moveBackup(url, 1),
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
      isPossible: () => true,
      run: (_deps, { url }) => enterApiKey(url),
      opensDialog: true,
    },
    {
      title: vscode.l10n.t('Test connection'),
      icon: 'plug',
      hasButton: false,
      isPossible: () => true,
      run: (_deps, { url }) => vscode.commands.executeCommand('holysheep.testConnection', url),
    },
    {
      title: vscode.l10n.t('Edit model names'),
      icon: 'arrow-swap',
      hasButton: false,
      isPossible: isBackup,
      run: editModelNames,
      opensDialog: true,
    },
    {
      title: vscode.l10n.t('Open in settings.json'),
      icon: 'json',
      hasButton: false,
      isPossible: () => true,
      run: openInSettings,
      leaves: true,
    },
    {
      title: vscode.l10n.t('Remove'),
      icon: 'trash',
      hasButton: true,
      isPossible: isBackup,
      run: (deps, { url }) => removeBackup(deps, url),
    },
  ];
}

/** The previous primary gateway becomes the first backup. The user can undo this. */
async function makePrimary(deps: GatewayDeps, gateway: ListedGateway): Promise<void> {
  const { settings, log } = deps;
  const [previous] = await listGateways(deps);
  const budgetBefore = settings.budget();
  const undo = await settings.setPrimary(gateway, { name: previous && knownName(previous.url) });
  const message = vscode.l10n.t('{0} is now the primary gateway.', gateway.label);
  const note =
    gateway.models &&
    vscode.l10n.t(
      'Custom prompts, model overrides, and your choices of reasoning effort still use the previous model names.',
    );
  showToast(log, 'information', inSentences(message, budgetNote(budgetBefore, settings.budget()), note), [
    { title: vscode.l10n.t('Undo'), run: undo },
  ]);
}

/** Returns a note if the daily budget's currency, which is that of the primary gateway by default, has changed. */
function budgetNote(before: DailyBudget | undefined, now: DailyBudget | undefined): string | undefined {
  if (!before || !now || before.currency === now.currency) return undefined;
  const { format } = hostWords();
  const amountOf = ({ daily, currency }: DailyBudget): string =>
    format.costs([{ amount: daily, currency, isEstimate: false }]);
  return vscode.l10n.t(
    'Your daily budget is now in the currency of this gateway: {0} instead of {1}.',
    amountOf(now),
    amountOf(before),
  );
}

async function editModelNames(deps: GatewayDeps, gateway: ListedGateway): Promise<void> {
  const { settings, keys, engine, log } = deps;
  const { url, origin, host, label, models } = gateway;
  const apiKey = await keys.getIfReadable(origin);
  const title = vscode.l10n.t('Testing the connection to {0}…', host);
  const result = await withDelayedProgress(title, (signal) => engine.probe(url, apiKey, signal));
  if (result.state === 'cancelled') return;
  if (result.state !== 'verified') {
    showToast(log, 'error', probeMessage(result));
    return;
  }
  const names = await pickModelNames(deps, label, result, models);
  if (names) await settings.replaceBackup({ ...gateway, models: names });
}

async function openInSettings(_deps: GatewayDeps, gateway: ListedGateway): Promise<void> {
  const key = isBackup(gateway) ? 'holysheep.backupBaseUrls' : 'holysheep.baseUrl';
  await vscode.commands.executeCommand('workbench.action.openSettingsJson', { revealSetting: { key } });
}
