import * as vscode from 'vscode';
import type { Gateway } from '../../demo/gateway';
import { demoModels, startDemo, type DemoModel } from '../../demo/scenarios';
import type { Engine } from '../../engine/engine';
import type { Conversation } from '../conversation/conversation';
import { hostEngine, type HostEngineDeps } from '../engine/hostEngine';
import { Disposable } from '../util/disposable';
import { demoSettings, isDemoConversation, steadyModel } from './demoTour';

interface RunningDemo {
  readonly gateway: Gateway;
  readonly models: readonly DemoModel[];
}

/** While active, an embedded gateway on the loopback address answers instead of the user's. */
export class DemoMode extends Disposable {
  private readonly changeEmitter = this.register(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changeEmitter.event;
  private readonly leaveEmitter = this.register(new vscode.EventEmitter<void>());
  /** Fires while the gateway still runs, so that its turns can end. */
  readonly onWillLeave = this.leaveEmitter.event;

  /** Set where the extension is tried out without a key; otherwise the demo ends with its last panel. */
  readonly staysOpen = process.env['HOLYSHEEP_DEMO'] === '1';

  private running: RunningDemo | undefined;
  private startingUp: Promise<void> | undefined;
  private selected = steadyModel;

  get active(): boolean {
    return this.running !== undefined;
  }

  /** Returns whether the demo answers the next prompt of a conversation. */
  answers(conversation: Pick<Conversation, 'exchanges'>): boolean {
    return this.active && isDemoConversation(conversation);
  }

  /** e.g. `http://127.0.0.1:54321/v1`; undefined: not active. */
  get baseUrl(): string | undefined {
    return this.running?.gateway.baseUrl;
  }

  enter(): Promise<void> {
    if (this.running) return Promise.resolve();
    this.startingUp ??= this.start().finally(() => {
      this.startingUp = undefined;
    });
    return this.startingUp;
  }

  async leave(): Promise<void> {
    await this.startingUp;
    const gateway = this.running?.gateway;
    if (!gateway) return;
    this.leaveEmitter.fire();
    this.running = undefined;
    this.selected = steadyModel;
    this.changeEmitter.fire();
    await gateway.close();
  }

  model(): string {
    return this.selected;
  }

  /** Never written to the settings. */
  selectModel(id: string): void {
    this.selected = id;
    this.changeEmitter.fire();
  }

  /** Returns a model for each scenario, in English; none while the demo is not active. */
  models(): readonly DemoModel[] {
    return this.running?.models ?? [];
  }

  override dispose(): void {
    const gateway = this.running?.gateway;
    this.running = undefined;
    super.dispose();
    // The process may be about to exit, so a socket that does not close is not reported.
    gateway?.close().catch(() => undefined);
  }

  private async start(): Promise<void> {
    const gateway = await startDemo();
    if (this.disposed) {
      await gateway.close();
      return;
    }
    this.running = { gateway, models: demoModels };
    this.changeEmitter.fire();
  }
}

/**
 * Returns the engine of the demo. Each turn gets an engine of its own, so that a scenario goes the same way each time,
 * and no fault of the embedded gateway delays a real request, in this window or another.
 * @param deps `connection` is that of the embedded gateway and throws when the demo is closed
 */
export function demoEngine(deps: Pick<HostEngineDeps, 'log' | 'version' | 'connection'>): Engine {
  return {
    stream: (request, options) => hostEngine({ ...deps, settings: () => demoSettings }).stream(request, options),
    // There is no state between turns, so there is nothing to reset or to report.
    connectionChanged: () => undefined,
    resetNetworkState: () => Promise.resolve(),
    cooldownOf: () => undefined,
    report: () => ({ turns: [], network: { budgets: [], gates: [] } }),
  };
}
