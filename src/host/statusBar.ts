import * as vscode from 'vscode';
import type { ConnectionView } from '../protocol';
import type { Connections } from './connections';
import { Disposable } from './disposable';
import type { Log } from './log';

export type Activity =
  | { readonly kind: 'idle' }
  | { readonly kind: 'streaming' }
  /** `until`: epoch milliseconds at which the next attempt goes out. */
  | { readonly kind: 'waiting'; readonly until: number }
  /** Goes on by itself when the network is back. */
  | { readonly kind: 'offline' }
  /** `partial`: a part of the answer is there. */
  | { readonly kind: 'failed'; readonly partial: boolean };

const tickMs = 1000;

/** The current model, and beside it what a running turn is doing. */
export class StatusBar extends Disposable {
  private readonly model = this.register(item('holysheep.model', 101));
  private readonly activity = this.register(item('holysheep.activity', 100));
  private ticking: NodeJS.Timeout | undefined;
  /** A view that comes late must not replace a later one. */
  private asked = 0;

  constructor(
    private readonly connections: Connections,
    private readonly log: Log,
  ) {
    super();
    this.model.name = vscode.l10n.t('HolySheep Model');
    this.model.command = 'holysheep.selectModel';
    this.activity.name = vscode.l10n.t('HolySheep Activity');
    this.activity.command = 'holysheep.showPanel';
    this.register(connections.onDidChange(() => this.refresh()));
    this.refresh();
  }

  update(activity: Activity): void {
    clearInterval(this.ticking);
    this.ticking = undefined;
    if (this.disposed) return;
    this.show(activity);
    if (activity.kind === 'waiting') this.ticking = setInterval(() => this.show(activity), tickMs);
  }

  override dispose(): void {
    clearInterval(this.ticking);
    super.dispose();
  }

  private refresh(): void {
    const turn = ++this.asked;
    this.connections.view().then(
      (view) => {
        if (turn === this.asked && !this.disposed) this.showModel(view);
      },
      (error: unknown) => this.log.error(error),
    );
  }

  private showModel({ model, host, hasKey, demo }: ConnectionView): void {
    const mark = demo ? `$(beaker) ${vscode.l10n.t('Offline demo')}: ` : '$(sparkle) ';
    const lines = [
      vscode.l10n.t('HolySheep model: {0}', model),
      demo ? vscode.l10n.t('Offline demo: a gateway on this machine answers.') : vscode.l10n.t('Host: {0}', host),
      ...(hasKey ? [] : [vscode.l10n.t('No API key is set.')]),
      vscode.l10n.t('Click to select another model.'),
    ];
    this.model.text = mark + model;
    this.model.tooltip = lines.join('\n');
    this.model.accessibilityInformation = { label: lines.join(' '), role: 'button' };
    this.model.show();
  }

  private show(activity: Activity): void {
    const [icon, text] = captionOf(activity);
    this.activity.text = `${icon} ${text}`;
    this.activity.tooltip = tooltipOf(activity);
    this.activity.accessibilityInformation = { label: `HolySheep: ${text}`, role: 'button' };
    this.activity.backgroundColor =
      activity.kind === 'failed' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    if (activity.kind === 'idle') this.activity.hide();
    else this.activity.show();
  }
}

function item(id: string, priority: number): vscode.StatusBarItem {
  return vscode.window.createStatusBarItem(id, vscode.StatusBarAlignment.Right, priority);
}

function captionOf(activity: Activity): readonly [icon: string, text: string] {
  switch (activity.kind) {
    case 'idle':
      return ['$(check)', vscode.l10n.t('Idle')];
    case 'streaming':
      return ['$(sync~spin)', vscode.l10n.t('Answering…')];
    case 'waiting': {
      // Rounded as on the card: both start at what was announced.
      const seconds = Math.max(0, Math.round((activity.until - Date.now()) / 1000));
      return ['$(watch)', vscode.l10n.t('Retrying in {0} s', seconds)];
    }
    case 'offline':
      return ['$(cloud-offline)', vscode.l10n.t('Offline')];
    case 'failed':
      return ['$(warning)', activity.partial ? vscode.l10n.t('Incomplete answer') : vscode.l10n.t('No answer')];
  }
}

function tooltipOf({ kind }: Activity): string {
  const show = vscode.l10n.t('Show the conversation');
  if (kind !== 'offline') return show;
  return `${vscode.l10n.t('You appear to be offline. The answer goes on by itself when the network is back.')}\n${show}`;
}
