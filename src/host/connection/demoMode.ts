import * as vscode from 'vscode';
import type { LoopbackGateway } from '../../demo/loopbackGateway';
import { demoModels, startDemo, type DemoModel } from '../../demo/scenarios';
import type { Engine } from '../../engine/engine';
import type { Gateway, Gateways } from '../../engine/gateway/gateway';
import { createHostEngine, type HostEngineDeps } from '../engine/hostEngine';
import { Disposable } from '../util/disposable';
import { NoConnectionError } from '../util/userError';
import { demoSettings, isDemoConversation, steadyModel, type DemoConversation } from './demoConversation';

interface RunningDemo {
  readonly gateway: LoopbackGateway;
  backup?: Promise<LoopbackGateway>;
}

/** The offline demo. While it is active, prompts go to an embedded gateway on the loopback address. */
export class DemoMode extends Disposable {
  private readonly changeEmitter = this.register(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changeEmitter.event;
  private readonly leaveEmitter = this.register(new vscode.EventEmitter<void>());
  /** Fires before the demo ends. Running turns can be stopped then, because the demo's gateway still runs. */
  readonly onWillLeave = this.leaveEmitter.event;

  /** Developers set `HOLYSHEEP_DEMO` to `1` to try out the extension without an API key. */
  readonly staysOpen = process.env['HOLYSHEEP_DEMO'] === '1';

  private running: RunningDemo | undefined;
  private starting: Promise<void> | undefined;
  private selected = steadyModel;

  get active(): boolean {
    return this.running !== undefined;
  }

  answers(conversation: DemoConversation): boolean {
    return this.active && isDemoConversation(conversation);
  }

  /**
   * Rejects if the demo is closed.
   * @param model the model of a request. For a scenario with a backup gateway, a second embedded gateway is started.
   */
  async gateways(model?: string): Promise<Gateways> {
    const { running } = this;
    if (!running) {
      const message = vscode.l10n.t('The offline demo is closed. Reopen it to send this prompt.');
      throw new NoConnectionError('base-url', message);
    }
    const primary = embeddedGateway(running.gateway.baseUrl);
    if (!demoModels.some(({ id, hasBackupGateway }) => id === model && hasBackupGateway)) return [primary];
    running.backup ??= startDemo(running.gateway.script);
    return [primary, embeddedGateway((await running.backup).baseUrl)];
  }

  enter(): Promise<void> {
    if (this.running) return Promise.resolve();
    this.starting ??= this.start().finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  async leave(): Promise<void> {
    await this.starting;
    const { running } = this;
    if (!running) return;
    this.leaveEmitter.fire();
    this.running = undefined;
    this.selected = steadyModel;
    this.changeEmitter.fire();
    await closeGateways(running);
  }

  model(): string {
    return this.selected;
  }

  selectModel(id: string): void {
    this.selected = id;
    this.changeEmitter.fire();
  }

  /** Returns one model for each scenario, with English texts. */
  models(): readonly DemoModel[] {
    return this.active ? demoModels : [];
  }

  override dispose(): void {
    const { running } = this;
    this.running = undefined;
    super.dispose();
    // Ignores an error on closing the gateways, because the process may be about to exit.
    if (running) closeGateways(running).catch(() => undefined);
  }

  private async start(): Promise<void> {
    const gateway = await startDemo();
    if (this.disposed) {
      await gateway.close();
      return;
    }
    this.running = { gateway };
    this.changeEmitter.fire();
  }
}

async function closeGateways({ gateway, backup }: RunningDemo): Promise<void> {
  await Promise.all([gateway.close(), backup?.then((backup) => backup.close())]);
}

function embeddedGateway(baseUrl: string): Gateway {
  const { origin, host } = new URL(baseUrl);
  return {
    id: baseUrl,
    label: host,
    origin,
    kind: 'demo',
    currency: 'USD',
    models: new Map(),
    acceptsPlainHttp: false,
    lists: () => undefined,
    key: () => Promise.resolve({ type: 'key', value: 'hsa-demo' }),
  };
}

interface DemoEngineDeps extends Pick<HostEngineDeps, 'log' | 'version'> {
  readonly demo: DemoMode;
}

/** Each turn gets a new engine, so that a scenario always runs in the same way and delays no other request. */
export function demoEngine({ demo, ...deps }: DemoEngineDeps): Pick<Engine, 'run'> {
  return {
    run: (request, options) =>
      createHostEngine({
        ...deps,
        settings: () => demoSettings,
        gateways: () => demo.gateways(request.model),
      }).run(request, options),
  };
}
