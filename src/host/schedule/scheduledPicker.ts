import * as vscode from 'vscode';
import type { Command } from '../commands';
import type { Connections } from '../connection/connections';
import type { Conversations } from '../conversation/conversations';
import type { Conversation } from '../conversation/conversation';
import { Disposable } from '../util/disposable';
import { formatTime, localize } from '../util/localization';
import { scheduledItem } from './scheduledItems';
import type { ListedPrompt, Scheduler } from './scheduler';

interface ScheduledPickerDeps {
  readonly schedule: Pick<Scheduler, 'start' | 'list' | 'sendNow' | 'cancel' | 'onDidChange'>;
  readonly conversations: Pick<Conversations, 'open'>;
  readonly panels: { show(conversation: Conversation, options: { readonly preserveFocus: boolean }): void };
  readonly connections: Pick<Connections, 'view'>;
  /** Logs an error and notifies the user. */
  readonly onError: (error: unknown) => void;
}

/** Starts to send scheduled prompts, and returns the command that lists them. */
export function registerSchedule(deps: ScheduledPickerDeps): readonly Command[] {
  deps.schedule.start();
  return [{ id: 'holysheep.openScheduled', execute: () => openScheduled(deps) }];
}

/** An item of the list. `prompt` is absent if there is no scheduled prompt. */
type Entry = vscode.QuickPickItem & { readonly prompt?: ListedPrompt };

/** The quick pick in which users see, send and cancel the scheduled prompts of all workspaces. */
class ScheduledPicker extends Disposable {
  private readonly picker = this.register(vscode.window.createQuickPick<Entry>());
  private readonly sendButton = itemButton('send', vscode.l10n.t('Send now'));
  private readonly cancelButton = itemButton('close', vscode.l10n.t('Cancel'));

  constructor(private readonly deps: ScheduledPickerDeps) {
    super();
    const { picker } = this;
    picker.title = vscode.l10n.t('Scheduled Prompts');
    picker.placeholder = vscode.l10n.t('Select a prompt to show its conversation');
    picker.matchOnDetail = true;
    this.register(deps.schedule.onDidChange(() => this.refresh()));
    this.register(picker.onDidAccept(() => this.runReported(() => this.accept(picker.selectedItems[0]))));
    this.register(
      picker.onDidTriggerItemButton(({ item, button }) => this.runReported(() => this.runButton(item, button))),
    );
    this.register(picker.onDidHide(() => this.dispose()));
    this.refresh();
    picker.show();
  }

  private runReported(work: () => Promise<void>): void {
    work().catch(this.deps.onError);
  }

  private refresh(): void {
    this.runReported(async () => {
      const { host } = await this.deps.connections.view(false);
      if (this.disposed) return;
      const context = { localize, formatTime, now: Date.now(), host };
      const entries = this.deps.schedule.list().map((prompt) => ({
        ...scheduledItem(prompt, context),
        prompt,
        buttons: prompt.isOwn ? [this.sendButton, this.cancelButton] : [this.cancelButton],
      }));
      this.picker.items = entries.length > 0 ? entries : [{ label: vscode.l10n.t('No scheduled prompts') }];
    });
  }

  private async accept({ prompt }: Entry = { label: '' }): Promise<void> {
    // Keeps the list open for a prompt of another workspace, whose item says where the prompt belongs.
    if (prompt && !prompt.isOwn) return;
    this.dispose();
    if (prompt) await this.showConversation(prompt);
  }

  private async runButton({ prompt }: Entry, button: vscode.QuickInputButton): Promise<void> {
    if (!prompt) return;
    const { schedule } = this.deps;
    if (button === this.cancelButton) return schedule.cancel(prompt.id);
    this.dispose();
    if (await schedule.sendNow(prompt.id)) await this.showConversation(prompt);
  }

  private async showConversation({ conversationId }: ListedPrompt): Promise<void> {
    const { conversations, panels } = this.deps;
    const conversation = await conversations.open(conversationId);
    if (conversation) panels.show(conversation, { preserveFocus: false });
  }
}

function itemButton(icon: string, tooltip: string): vscode.QuickInputButton {
  return { iconPath: new vscode.ThemeIcon(icon), tooltip };
}

/** Shows the list of scheduled prompts. */
function openScheduled(deps: ScheduledPickerDeps): void {
  new ScheduledPicker(deps);
}
