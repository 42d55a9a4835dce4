import { basename } from 'node:path/posix';
import * as vscode from 'vscode';
import { hostOf } from '../../engine/gateway/baseUrl';
import type { Command } from '../commands';
import type { Connections } from '../connection/connections';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import { plainLabel } from '../ui/messageText';
import { formatTime, localize } from '../util/localization';
import type { ListedPrompt, Scheduler } from './scheduler';

interface ScheduleCommandDeps {
  readonly register: (item: vscode.Disposable) => unknown;
  readonly schedule: Pick<Scheduler, 'update' | 'list' | 'sendNow' | 'cancel' | 'onDidChange'>;
  readonly conversations: Pick<Conversations, 'open'>;
  readonly panels: { show(conversation: Conversation, options: { readonly preserveFocus: boolean }): void };
  readonly connections: Pick<Connections, 'view'>;
  readonly onError: (error: unknown) => void;
}

/** Starts to send scheduled prompts, and returns the command that lists them. */
export function registerSchedule(deps: ScheduleCommandDeps): readonly Command[] {
  const { register, schedule } = deps;
  schedule.update();
  // Other windows may have scheduled or canceled prompts meanwhile.
  register(vscode.window.onDidChangeWindowState(({ focused }) => focused && schedule.update()));
  return [{ id: 'holysheep.openScheduled', execute: () => openScheduled(deps) }];
}

type Entry = vscode.QuickPickItem & { readonly prompt?: ListedPrompt };

function openScheduled({ schedule, conversations, panels, connections, onError }: ScheduleCommandDeps): void {
  const picker = vscode.window.createQuickPick<Entry>();
  const sendButton = itemButton('send', vscode.l10n.t('Send now'));
  const cancelButton = itemButton('close', vscode.l10n.t('Cancel'));
  const refresh = async (): Promise<void> => {
    const { host } = await connections.view(false);
    const entries = schedule.list().map((prompt) => ({
      ...scheduledItem(prompt, Date.now(), host),
      prompt,
      buttons: prompt.isOwn ? [sendButton, cancelButton] : [cancelButton],
    }));
    picker.items = entries.length > 0 ? entries : [{ label: vscode.l10n.t('No scheduled prompts') }];
  };
  const showConversation = async ({ conversationId }: ListedPrompt): Promise<void> => {
    const conversation = await conversations.open(conversationId);
    if (conversation) panels.show(conversation, { preserveFocus: false });
  };
  const accept = async (prompt: ListedPrompt | undefined): Promise<void> => {
    // Keeps the list open for a prompt of another workspace, whose item says where the prompt belongs.
    if (prompt && !prompt.isOwn) return;
    picker.hide();
    if (prompt) await showConversation(prompt);
  };
  const send = async (prompt: ListedPrompt): Promise<void> => {
    picker.hide();
    if (await schedule.sendNow(prompt.id)) await showConversation(prompt);
  };
  picker.title = vscode.l10n.t('Scheduled Prompts');
  picker.placeholder = vscode.l10n.t('Select a prompt to show its conversation');
  picker.matchOnDetail = true;
  const changes = schedule.onDidChange(() => refresh().catch(onError));
  picker.onDidHide(() => {
    changes.dispose();
    picker.dispose();
  });
  picker.onDidAccept(() => accept(picker.selectedItems[0]?.prompt).catch(onError));
  picker.onDidTriggerItemButton(({ item: { prompt }, button }) => {
    if (prompt) (button === cancelButton ? schedule.cancel(prompt.id) : send(prompt)).catch(onError);
  });
  picker.show();
  refresh().catch(onError);
}

function itemButton(icon: string, tooltip: string): vscode.QuickInputButton {
  return { iconPath: new vscode.ThemeIcon(icon), tooltip };
}

/**
 * Returns the item for a scheduled prompt: what will be sent, to whom, and when.
 * @param now epoch milliseconds
 * @param host host name of the gateway to which this window would send a prompt now
 */
export function scheduledItem(prompt: ListedPrompt, now: number, host: string): { label: string; detail: string } {
  const { title, model, origin, isOwn, workspace } = prompt;
  const target = [plainLabel(model), plainLabel(isOwn ? host : hostOf(origin))];
  const parts = [timeText(prompt, now), ...target, ...(isOwn ? [] : [workspaceText(workspace)])];
  return { label: plainLabel(title), detail: parts.join(' · ') };
}

function timeText({ dueAt, needsClick }: ListedPrompt, now: number): string {
  if (needsClick) return localize('Due, but not sent yet. Choose “Send now” to send it.');
  if (dueAt === undefined) return localize('Will be sent when the gateway can be reached');
  const time = formatTime(dueAt);
  return dueAt > now ? localize('Will be sent at {time}', { time }) : localize('Due since {time}', { time });
}

function workspaceText(workspace: string): string {
  return workspace === ''
    ? localize('In a window without a folder')
    : localize('In the workspace “{name}”', { name: plainLabel(workspaceName(workspace)) });
}

function workspaceName(uri: string): string {
  try {
    return basename(decodeURIComponent(uri), '.code-workspace');
  } catch {
    return uri;
  }
}
