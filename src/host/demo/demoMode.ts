import * as vscode from 'vscode';
import type { EngineSettings } from '../../core/settings';
import {
  demoModels,
  fallbackModel,
  startDemo,
  type ComposedFault,
  type DemoModel,
  type Gateway,
} from '../../demo/demo';
import { Disposable } from '../disposable';
import { tourSettings } from './tourSettings';

const firstModel = 'demo-steady';

interface Composition {
  readonly faults: readonly ComposedFault[];
  /** What the engine goes by when it meets them. */
  readonly settings: EngineSettings;
}

interface Running {
  readonly gateway: Gateway;
  readonly models: readonly DemoModel[];
  readonly fallbackModel: string;
  /** By the name of the model that meets it. */
  readonly compositions: Map<string, Composition>;
}

/** While active, an embedded gateway on the loopback address answers instead of the user's. */
export class DemoMode extends Disposable {
  private readonly changed = this.register(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changed.event;
  private readonly leaving = this.register(new vscode.EventEmitter<void>());
  /** The gateway is still there; its turns can end in peace. */
  readonly onWillLeave = this.leaving.event;

  private running: Running | undefined;
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

  /** What the engine goes by when it asks that model of the demo. */
  engineSettings(model: string): EngineSettings {
    const { compositions, fallbackModel } = this.running ?? {};
    return compositions?.get(model)?.settings ?? tourSettings(fallbackModel);
  }

  /** One for each thing the demo can show, in English; none while it is not active. */
  models(): readonly DemoModel[] {
    return this.running?.models ?? [];
  }

  /** @returns the name of a model that meets those faults for as long as the demo is active; undefined: it is not */
  compose(composition: Composition): string | undefined {
    const compositions = this.running?.compositions;
    const model = `demo-composed-${(compositions?.size ?? 0) + 1}`;
    return compositions?.set(model, composition) && model;
  }

  override dispose(): void {
    const gateway = this.running?.gateway;
    this.running = undefined;
    super.dispose();
    // The process may be going away: nobody is left to hear of a socket that would not close.
    gateway?.close().catch(() => undefined);
  }

  private async start(): Promise<void> {
    const compositions = new Map<string, Composition>();
    const gateway = await startDemo(compositions);
    if (this.disposed) {
      await gateway.close();
      return;
    }
    this.running = { gateway, models: demoModels, fallbackModel, compositions };
    this.changed.fire();
  }
}
