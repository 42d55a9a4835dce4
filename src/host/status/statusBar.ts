import * as vscode from 'vscode';
import { hostFaults } from '../../engine/faults/hostFaults';
import { routeName } from '../../engine/gateway/baseUrl';
import type { ConnectionView } from '../../shared/protocol';
import type { Connections } from '../connection/connections';
import { plainLabel } from '../ui/messageText';
import { Disposable } from '../util/disposable';
import { localize, formatTimeWithSeconds } from '../util/localization';
import { activityText, type Activity } from './activity';

/** Interval at which a countdown is updated, in milliseconds. */
const tickMs = 1000;

/** The two status bar items: the current model, and the activity of the turns. */
export class StatusBar extends Disposable {
  private readonly model = this.register(createItem('holysheep.model', 101));
  private readonly activity = this.register(createItem('holysheep.activity', 100));
  private countdown: NodeJS.Timeout | undefined;
  private view: ConnectionView | undefined;
  /** Base URL or origin of the route over which an answer comes; undefined while no turn runs. */
  private route: string | undefined;

  constructor(connections: Connections) {
    super();
    this.model.name = vscode.l10n.t('HolySheep Model');
    this.model.command = 'holysheep.selectModel';
    this.activity.name = vscode.l10n.t('HolySheep Activity');
    this.register(
      connections.subscribe((view) => {
        this.view = view;
        this.showModel();
      }),
    );
  }

  update(activity: Activity): void {
    clearInterval(this.countdown);
    this.countdown = undefined;
    if (this.disposed) return;
    this.show(activity);
    const route = 'route' in activity ? activity.route : undefined;
    if (route !== this.route) {
      this.route = route;
      this.showModel();
    }
    if (activity.kind === 'waiting') this.countdown = setInterval(() => this.show(activity), tickMs);
  }

  override dispose(): void {
    clearInterval(this.countdown);
    super.dispose();
  }

  private showModel(): void {
    if (!this.view) return;
    const { model, host, hasKey, demo, backups = 0 } = this.view;
    const prefix = demo ? `$(beaker) ${vscode.l10n.t('Offline demo')}: ` : '$(sparkle) ';
    const lines = [
      vscode.l10n.t('HolySheep model: {0}', plainLabel(model)),
      demo
        ? vscode.l10n.t('Offline demo: answers come from a mock gateway on this computer.')
        : vscode.l10n.t('Host: {0}', this.route === undefined ? host : routeName(this.route)),
      ...(backups > 0 ? [vscode.l10n.t('Backup routes: {0}', backups)] : []),
      ...keyLines(hasKey),
      vscode.l10n.t('Click to select another model.'),
    ];
    this.model.text = prefix + plainLabel(model);
    this.model.tooltip = lines.join('\n');
    this.model.accessibilityInformation = { label: lines.join(' '), role: 'button' };
    this.model.show();
  }

  private show(activity: Activity): void {
    if (activity.kind === 'idle') {
      this.activity.hide();
      return;
    }
    const { text, tooltip, label } = activityText(activity, {
      localize,
      formatTime: formatTimeWithSeconds,
      now: () => Date.now(),
    });
    this.activity.text = text;
    this.activity.tooltip = tooltip;
    this.activity.accessibilityInformation = { label, role: 'button' };
    this.activity.command = activity.kind === 'scheduled' ? 'holysheep.openScheduled' : 'holysheep.showPanel';
    this.activity.backgroundColor =
      activity.kind === 'failed' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.activity.show();
  }
}

function keyLines(hasKey: ConnectionView['hasKey']): readonly string[] {
  if (hasKey === 'unreadable') return [localize(hostFaults.keyring.message)];
  return hasKey ? [] : [vscode.l10n.t('No API key is set.')];
}

function createItem(id: string, priority: number): vscode.StatusBarItem {
  return vscode.window.createStatusBarItem(id, vscode.StatusBarAlignment.Right, priority);
}
