import * as vscode from 'vscode';
import type { EngineSettings } from '../core/settings';
import type { DemoModel, Gateway } from '../demo/demo';
import type { Suggestion } from '../protocol';
import { Disposable } from './disposable';

/** Nobody wants to watch a stall for a minute. */
const demoIdleMs = 6000;

const firstModel = 'demo-steady';

/** While active, an embedded gateway on the loopback address answers instead of the user's. */
export class DemoMode extends Disposable {
  private readonly changed = this.register(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changed.event;
  private readonly leaving = this.register(new vscode.EventEmitter<void>());
  /** The gateway is still there; its turns can end in peace. */
  readonly onWillLeave = this.leaving.event;

  private running: { readonly gateway: Gateway; readonly models: readonly DemoModel[] } | undefined;
  private entering: Promise<void> | undefined;
  private selected = firstModel;

  get active(): boolean {
    return this.running !== undefined;
  }

  /** e.g. `http://127.0.0.1:54321/v1`; undefined: not active. */
  get baseUrl(): string | undefined {
    return this.running?.gateway.baseUrl;
  }

  enter(): Promise<void> {
    if (this.running) return Promise.resolve();
    this.entering ??= this.start().finally(() => {
      this.entering = undefined;
    });
    return this.entering;
  }

  async leave(): Promise<void> {
    await this.entering;
    const gateway = this.running?.gateway;
    if (!gateway) return;
    this.leaving.fire();
    this.running = undefined;
    this.selected = firstModel;
    this.changed.fire();
    await gateway.close();
  }

  model(): string {
    return this.selected;
  }

  /** Never written to the settings. */
  selectModel(id: string): void {
    this.selected = id;
    this.changed.fire();
  }

  /** What the engine goes by while the demo runs. */
  engineSettings(settings: EngineSettings): EngineSettings {
    return this.active ? { ...settings, timeout: { ...settings.timeout, idleMs: demoIdleMs } } : settings;
  }

  /** One for each thing the demo can show. */
  suggestions(): readonly Suggestion[] {
    return (this.running?.models ?? []).map(({ id, title, prompt }) => ({
      label: vscode.l10n.t(title),
      prompt: vscode.l10n.t(prompt),
      model: id,
    }));
  }

  override dispose(): void {
    const gateway = this.running?.gateway;
    this.running = undefined;
    super.dispose();
    // The process may be going away: nobody is left to hear of a socket that would not close.
    void gateway?.close().catch(() => undefined);
  }

  private async start(): Promise<void> {
    const { startDemo, demoModels } = await import('../demo/demo');
    const gateway = await startDemo();
    if (this.disposed) {
      await gateway.close();
      return;
    }
    this.running = { gateway, models: demoModels };
    this.changed.fire();
  }
}
