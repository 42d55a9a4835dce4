import { join } from 'node:path';
import * as vscode from 'vscode';
import type { TurnRecord } from '../../engine/state/ledger';
import type { HealthReport, HealthTab, ToHealthPage } from '../../shared/healthMessages';
import { isFromHealthPage } from '../../shared/pageMessages';
import type { Commands } from '../commands';
import type { UserGateways } from '../connection/userGateways';
import { healthViewType } from '../contributions';
import type { HostWindow } from '../hostWindow';
import type { Settings } from '../settings/settings';
import { loadWebviewPage, setTabIcon } from '../ui/loadWebviewPage';
import { askUser } from '../ui/notifications';
import { hostWords } from '../ui/words';
import { Disposable } from '../util/disposable';
import { systemClock } from '../util/systemClock';
import { Budget } from './budget';
import { HealthBook } from './healthBook';
import { createHealthReport } from './healthReport';

interface HealthPanelDeps {
  readonly extensionUri: vscode.Uri;
  readonly book: HealthBook;
  readonly settings: Settings;
  readonly userGateways: UserGateways;
  readonly onError: (error: unknown) => void;
}

export function createHealth(
  { context: { extensionUri }, storage, log, onError, register }: HostWindow,
  settings: Settings,
  userGateways: UserGateways,
  turns: () => readonly TurnRecord[],
) {
  const health = new HealthBook({
    folder: join(storage, 'health'),
    clock: systemClock,
    redact: (text) => log.keys.redact(text),
    // Errors are only logged and not shown to the user, because answers don't depend on the health book.
    onError: log.error,
  });
  const healthPanel = register(new HealthPanel({ extensionUri, book: health, settings, userGateways, onError }));
  const budget = register(
    new Budget({
      book: health,
      clock: systemClock,
      log,
      setting: () => settings.budget(),
      runningModels: () =>
        turns()
          .filter(({ outcome }) => outcome === 'running')
          .map(({ attempts }) => attempts.at(-1)?.model),
      openUsage: () => healthPanel.show('usage'),
    }),
  );
  return { health, healthPanel, budget };
}

export function registerHealth({ healthPanel }: { readonly healthPanel: HealthPanel }) {
  return { 'holysheep.openHealth': (tab) => healthPanel.show(tab === 'usage' ? tab : undefined) } satisfies Commands;
}

/** The editor tab with the page *Usage and health*. Each window has at most one such tab. */
export class HealthPanel extends Disposable {
  private panel: vscode.WebviewPanel | undefined;
  /** The tab (*Usage* or *Network health*) that the page shows when it receives the next report. */
  private tab: HealthTab | undefined;
  /** Whether the page has loaded. VS Code loads the page again each time it becomes visible. */
  private isReady = false;

  constructor(private readonly deps: HealthPanelDeps) {
    super();
    this.register(deps.book.onDidChange(() => this.post()));
  }

  /**
   * Opens the page, or reveals the page if it is already open.
   * @param tab the tab to show, by default the tab that the page showed last
   * @returns the report that the page shows
   */
  async show(tab?: HealthTab): Promise<HealthReport> {
    this.tab = tab;
    if (this.panel) this.panel.reveal();
    else this.open(vscode.window.createWebviewPanel(healthViewType, title(), vscode.ViewColumn.Active));
    await this.refresh();
    return this.report();
  }

  /** VS Code calls this method to restore the panel after a reload of the window. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.panel?.dispose();
    this.open(panel);
    return Promise.resolve();
  }

  private open(panel: vscode.WebviewPanel): void {
    this.panel = panel;
    this.isReady = false;
    panel.title = title();
    panel.webview.onDidReceiveMessage((message: unknown) => {
      this.handle(message).catch(this.deps.onError);
    });
    panel.onDidChangeViewState(() => {
      if (!panel.visible) this.isReady = false;
      // Other windows might have made requests while the page was in the background, so the page gets a new report.
      if (panel.active) this.refresh().catch(this.deps.onError);
    });
    panel.onDidDispose(() => {
      if (this.panel === panel) this.panel = undefined;
    });
    const { extensionUri } = this.deps;
    // The icon files contain a copy of the codicon `pulse`, because the icon of a webview panel can't be a theme icon.
    setTabIcon(panel, extensionUri, 'pulse-light.svg', 'pulse-dark.svg');
    loadWebviewPage(panel.webview, extensionUri, {
      script: 'health.js',
      styles: ['health.css'],
      data: { strings: hostWords().strings },
    });
  }

  private async handle(message: unknown): Promise<void> {
    if (!isFromHealthPage(message)) return;
    const { type } = message;
    if (type === 'ready') {
      this.isReady = true;
      await this.refresh();
    }
    if (type === 'clear') await this.clear();
    if (type === 'testConnection') await vscode.commands.executeCommand('holysheep.testConnection');
  }

  private async refresh(): Promise<void> {
    await this.deps.book.refresh();
    this.post();
  }

  private async clear(): Promise<void> {
    const question = vscode.l10n.t('Clear the usage and health data?');
    const detail = vscode.l10n.t(
      "This deletes the statistics of all gateways and models, in all windows. Today's spending is also reset to zero.",
    );
    const clear = vscode.l10n.t('Clear');
    const answer = await askUser('warning', question, [clear], detail);
    if (answer === clear) await this.deps.book.clear();
  }

  private post(): void {
    if (!this.panel || !this.isReady) return;
    const message: ToHealthPage = { type: 'report', report: this.report(), tab: this.tab };
    this.tab = undefined;
    this.panel.webview.postMessage(message).then(undefined, this.deps.onError);
  }

  private report(): HealthReport {
    const { book, settings, userGateways } = this.deps;
    return createHealthReport(book.records(), systemClock.now(), userGateways.all, settings.budget());
  }

  override dispose(): void {
    super.dispose();
    // The editor tab remains open, so that VS Code can restore its page after a reload.
    this.panel = undefined;
  }
}

function title(): string {
  return vscode.l10n.t('Usage and health');
}
