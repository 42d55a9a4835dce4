import * as vscode from 'vscode';
import { respondsAsGateway } from '../../engine/gate/networkCheck';
import type { Connection } from '../../engine/request';
import type { Connections } from '../connection/connections';
import type { Conversations } from '../conversation/conversations';
import type { Log } from '../util/log';
import { panelTitle } from '../ui/panelText';
import { showToast, type ToastAction } from '../ui/notifications';
import { systemClock } from '../util/systemClock';
import { Scheduler, type ScheduleNotice } from './scheduler';
import type { ScheduleStore } from './scheduleStore';

interface SchedulerServices {
  readonly conversations: Conversations;
  readonly connections: Pick<Connections, 'configured'>;
  readonly log: Log;
  readonly onError: (error: unknown) => void;
  readonly store: ScheduleStore;
  readonly workspace: vscode.Uri | undefined;
}

export function createScheduler(services: SchedulerServices): Scheduler {
  const { conversations, connections, log, onError, store, workspace } = services;
  return new Scheduler({
    clock: systemClock,
    random: Math.random,
    store,
    workspace: workspace?.toString() ?? '',
    conversations,
    connection: () => connections.configured(),
    isReachable,
    lapsedMessage: () => vscode.l10n.t("The scheduled prompt has lapsed: it couldn't be sent within 24 hours."),
    notify: (notice) => showNotice(log, notice),
    onError,
  });
}

/** Returns whether a gateway responds over one of the routes. Never rejects. */
async function isReachable({ baseUrl, backups = [] }: Connection): Promise<boolean> {
  const deps = { clock: systemClock, fetch: globalThis.fetch };
  const { signal } = new AbortController();
  const baseUrls = [baseUrl, ...backups.map((backup) => backup.baseUrl)];
  return (await Promise.all(baseUrls.map((url) => respondsAsGateway(deps, url, signal)))).includes(true);
}

function showNotice(log: Log, notice: ScheduleNotice): void {
  if (notice.kind === 'due') {
    const show: ToastAction = {
      title: vscode.l10n.t('Show'),
      run: () => vscode.commands.executeCommand('holysheep.openScheduled'),
    };
    const { count } = notice;
    const message =
      count === 1
        ? vscode.l10n.t('1 scheduled prompt is due.')
        : vscode.l10n.t('{0} scheduled prompts are due.', count);
    showToast(log, 'information', message, [show]);
    return;
  }
  const title = panelTitle(notice.prompt.title);
  const message =
    notice.kind === 'lapsed'
      ? vscode.l10n.t("The scheduled prompt “{0}” has lapsed: it couldn't be sent within 24 hours.", title)
      : vscode.l10n.t(
          'VS Code closed or crashed while it was sending the scheduled prompt “{0}”. Restart the answer to send it again.',
          title,
        );
  showToast(log, 'warning', message);
}
