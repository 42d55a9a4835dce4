import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { hostFaults } from '../../engine/faults/hostFaults';
import { msUntilNextSecond } from '../../shared/describe';
import type { ConnectionView } from '../../shared/protocol';
import type { GatewaySets } from '../connection/gatewaySet';
import { plainLabel } from '../ui/messageText';
import { Disposable } from '../util/disposable';
import { hostWords, inSentences } from '../ui/words';
import { activityItem, type ActivityItem, type Situation } from './activity';

/** The two items in the status bar: the selected model, and the activity of the turns. */
export class StatusBar extends Disposable {
  private readonly model = this.register(createItem('holysheep.model', 101));
  private readonly activity = this.register(createItem('holysheep.activity', 100));
  private countdown: NodeJS.Timeout | undefined;
  private shownItem: ActivityItem | undefined;

  constructor(
    gatewaySets: GatewaySets,
    private readonly situation: () => Situation,
  ) {
    super();
    this.model.name = vscode.l10n.t('HolySheep Model');
    this.model.command = 'holysheep.selectModel';
    this.activity.name = vscode.l10n.t('HolySheep Activity');
    this.register(gatewaySets.subscribe((view) => this.showModel(view)));
  }

  /**
   * Updates the status bar. Called at every change of a conversation, so an item of VS Code's status bar is changed
   * only if its content differs.
   */
  refresh(): void {
    if (this.disposed) return;
    const situation = this.situation();
    const state = situation.runningConversation?.activeAnswer?.state;
    const now = Date.now();
    const item = activityItem(situation, hostWords(), now);
    clearTimeout(this.countdown);
    if (item?.isTimed) this.countdown = setTimeout(() => this.refresh(), msUntilNextSecond(state, now));
    if (isDeepStrictEqual(item, this.shownItem)) return;
    this.shownItem = item;
    this.showActivity(item);
  }

  override dispose(): void {
    clearTimeout(this.countdown);
    super.dispose();
  }

  private showModel({ model, host, gateway, hasKey, set, backups = [] }: ConnectionView): void {
    const isDemo = set !== 'own';
    const prefix = isDemo ? `$(beaker) ${vscode.l10n.t('Offline demo')}: ` : '$(sparkle) ';
    const lines = [
      vscode.l10n.t('HolySheep model: {0}', plainLabel(model)),
      isDemo
        ? vscode.l10n.t('Offline demo: answers come from a mock gateway on this computer.')
        : vscode.l10n.t('Gateway: {0}', host),
      ...(backups.length > 0 ? [vscode.l10n.t('Backup gateways: {0}', backups.length)] : []),
      ...keyLines(hasKey),
      vscode.l10n.t('Click to select another model.'),
    ];
    this.model.text =
      prefix + [model, gateway].flatMap((name) => (name === undefined ? [] : plainLabel(name))).join(' · ');
    this.model.tooltip = lines.join('\n');
    this.model.accessibilityInformation = { label: inSentences(...lines), role: 'button' };
    this.model.show();
  }

  private showActivity(item: ActivityItem | undefined): void {
    if (!item) {
      this.activity.hide();
      return;
    }
    this.activity.text = item.text;
    this.activity.tooltip = item.tooltip;
    this.activity.accessibilityInformation = { label: item.label, role: 'button' };
    this.activity.command = { command: item.command, title: '', arguments: [item.conversationId] };
    this.activity.show();
  }
}

function keyLines(hasKey: ConnectionView['hasKey']): readonly string[] {
  if (hasKey === 'unreadable') return [vscode.l10n.t(hostFaults.keyring.message)];
  return hasKey ? [] : [vscode.l10n.t('No API key is set.')];
}

function createItem(id: string, priority: number): vscode.StatusBarItem {
  return vscode.window.createStatusBarItem(id, vscode.StatusBarAlignment.Right, priority);
}
