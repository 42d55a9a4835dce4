import { basename } from 'node:path/posix';
import * as vscode from 'vscode';
import { respondsAsGateway } from '../../engine/gate/networkCheck';
import { hostOf } from '../../engine/gateway/baseUrl';
import type { Commands } from '../commands';
import type { GatewaySets } from '../connection/gatewaySet';
import type { UserGateways } from '../connection/userGateways';
import type { Budget } from '../health/budget';
import type { Conversations } from '../conversation/conversations';
import type { HostWindow } from '../hostWindow';
import { plainLabel } from '../ui/messageText';
import { commandAction, itemButton, showMessage } from '../ui/notifications';
import { panelTitle } from '../ui/panelText';
import { OpenList } from '../ui/quickPick';
import { hostWords } from '../ui/words';
import { systemClock } from '../util/systemClock';
import { Scheduler, type ListedPrompt } from './scheduler';
import type { ScheduleStore } from './scheduleStore';

interface ScheduleCommandDeps extends HostWindow {
  readonly schedule: Scheduler;
  readonly panels: { open(id: string): Promise<boolean> };
  readonly gatewaySets: GatewaySets;
}

export function registerSchedule(deps: ScheduleCommandDeps) {
  const { register, schedule } = deps;
  schedule.update();
  // Other windows might have scheduled or canceled prompts while this window did not have the focus, so the list is
  // updated.
  register(vscode.window.onDidChangeWindowState(({ focused }) => focused && schedule.update()));
  return { 'holysheep.openScheduled': () => openScheduled(deps) } satisfies Commands;
}

type Entry = vscode.QuickPickItem & { readonly prompt?: ListedPrompt };

function openScheduled({ schedule, panels, gatewaySets, onError }: ScheduleCommandDeps): void {
  const sendButton = itemButton('send', vscode.l10n.t('Send now'));
  const cancelButton = itemButton('close', vscode.l10n.t('Cancel'));
  const refresh = async (): Promise<void> => {
    const { host } = await gatewaySets.own.view();
    const entries = schedule.list().map((prompt) => ({
      ...scheduledItem(prompt, Date.now(), host),
      prompt,
      buttons: prompt.isOwn ? [sendButton, cancelButton] : [cancelButton],
    }));
    list.picker.items = entries.length > 0 ? entries : [{ label: vscode.l10n.t('No scheduled prompts') }];
  };
  schedule.update();
  const list = new OpenList<Entry>(
    {
      title: vscode.l10n.t('Scheduled Prompts'),
      placeholder: vscode.l10n.t('Select a prompt to show its conversation'),
      matchOnDetail: true,
    },
    onError,
  );
  list.onAccept(async ([entry]) => {
    const prompt = entry?.prompt;
    // A prompt of another workspace can't be opened in this window, so nothing happens. The list already names the
    // other workspace.
    if (prompt && !prompt.isOwn) return;
    list.close();
    if (prompt) await panels.open(prompt.conversationId);
  });
  list.onItemButton(async (button, { prompt }) => {
    if (!prompt) return;
    if (button === cancelButton) return schedule.cancel(prompt.id);
    list.close();
    if (await schedule.sendNow(prompt.id)) await panels.open(prompt.conversationId);
  });
  const changes = schedule.onDidChange(() => list.run(refresh));
  list.onClose(() => changes.dispose());
  list.run(refresh);
}

/**
 * Returns a scheduled prompt as an item of the list.
 * @param host host name of the gateway to which this window would send a prompt now
 */
export function scheduledItem(prompt: ListedPrompt, now: number, host: string): { label: string; detail: string } {
  const { title, model, gateway, isOwn, workspace } = prompt;
  const target = [plainLabel(model), plainLabel(isOwn ? host : hostOf(gateway))];
  const parts = [timeText(prompt, now), ...target, ...(isOwn ? [] : [workspaceText(workspace)])];
  return { label: plainLabel(title), detail: parts.join(' · ') };
}

function timeText({ dueAt, needsClick }: ListedPrompt, now: number): string {
  if (needsClick) return vscode.l10n.t('Due, but not sent yet. Choose “Send now” to send it.');
  if (dueAt === undefined) return vscode.l10n.t('Will be sent when the gateway can be reached');
  const time = hostWords().format.timeOfDay(dueAt, { now });
  return dueAt > now ? vscode.l10n.t('Will be sent at {time}', { time }) : vscode.l10n.t('Was due at {time}', { time });
}

function workspaceText(workspace: string): string {
  return workspace === ''
    ? vscode.l10n.t('In a window without a folder')
    : vscode.l10n.t('In the workspace “{name}”', { name: plainLabel(workspaceName(workspace)) });
}

function workspaceName(uri: string): string {
  try {
    return basename(decodeURIComponent(uri), '.code-workspace');
  } catch {
    return uri;
  }
}

interface SchedulerServices extends HostWindow {
  readonly conversations: Conversations;
  readonly budget: Budget;
  readonly userGateways: UserGateways;
  readonly store: ScheduleStore;
}

export function createScheduler(services: SchedulerServices): Scheduler {
  const { userGateways, log, workspace } = services;
  return new Scheduler({
    ...services,
    clock: systemClock,
    random: Math.random,
    workspace: workspace?.toString() ?? '',
    gatewayFor: (model) => userGateways.gatewayFor(model),
    respondsAnyGateway: () => respondsAny(userGateways),
    expiryMessage: () => vscode.l10n.t("The scheduled prompt has expired: it couldn't be sent within 24 hours."),
    summaryTitle: (title) => vscode.l10n.t('Summary of “{0}”', title),
    onDue: (count) => {
      const message =
        count === 1
          ? vscode.l10n.t('1 scheduled prompt is due.')
          : vscode.l10n.t('{0} scheduled prompts are due.', count);
      showMessage(log, 'information', message, [commandAction(vscode.l10n.t('Show'), 'holysheep.openScheduled')]);
    },
    onExpiry: ({ title }) => {
      const message = vscode.l10n.t(
        "The scheduled prompt “{0}” has expired: it couldn't be sent within 24 hours.",
        panelTitle(title),
      );
      showMessage(log, 'warning', message);
    },
  });
}

async function respondsAny(userGateways: UserGateways): Promise<boolean> {
  const deps = { clock: systemClock, fetch: globalThis.fetch };
  const { signal } = new AbortController();
  const { primaryGateway, keys } = await userGateways.withKeys();
  const ids = new Set([primaryGateway, ...keys.keys()].map(({ id }) => id));
  return (await Promise.all([...ids].map((id) => respondsAsGateway(deps, id, signal)))).includes(true);
}
