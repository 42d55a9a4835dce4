import * as vscode from 'vscode';
import type { LoopbackGateway } from '../../demo/loopbackGateway';
import { demoModels, startDemo, type DemoModel } from '../../demo/scenarios';
import type { Gateway, Gateways } from '../../engine/gateway/gateway';
import type { ConnectionView, FaultAction } from '../../shared/protocol';
import type { GatewaySet, RequestChoice, RequestDefaults } from '../connection/gatewaySet';
import { createHostEngine, type HostEngineDeps } from '../engine/hostEngine';
import { ChangeNotifier } from '../util/changeNotifier';
import { NoConnectionError } from '../util/userError';
import { demoSettings, steadyModel } from './demoSettings';

interface RunningDemo {
  readonly gateway: LoopbackGateway;
  backup?: Promise<LoopbackGateway>;
}

interface DemoDeps {
  readonly log: HostEngineDeps['log'];
  readonly version: string;
  /**
   * Returns the default parameters of a request from the user's settings. The demo uses all of them except the model.
   */
  readonly defaults: (choice: RequestChoice) => RequestDefaults;
}

/**
 * The offline demo: gateways embedded in the extension, which listen on the loopback address, cost nothing and need no
 * key.
 */
export class DemoGateways extends ChangeNotifier implements GatewaySet {
  readonly id = 'demo';
  readonly isFree = true;
  private readonly closeEmitter = this.register(new vscode.EventEmitter<void>());
  /** Fires before the demo ends, while its gateways are still running, so that running turns can be stopped. */
  readonly onWillClose = this.closeEmitter.event;

  /**
   * Whether the demo opens at startup and remains open, because the environment variable `HOLYSHEEP_DEMO` is `1`.
   * Developers can then try the extension without an API key.
   */
  readonly staysOpen = process.env['HOLYSHEEP_DEMO'] === '1';

  private running: RunningDemo | undefined;
  private starting: Promise<void> | undefined;
  private selected = steadyModel;

  constructor(private readonly deps: DemoDeps) {
    super();
  }

  get isOpen(): boolean {
    return this.running !== undefined;
  }

  open(): Promise<void> {
    if (this.running) return Promise.resolve();
    this.starting ??= this.start().finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  async close(): Promise<void> {
    await this.starting;
    const { running } = this;
    if (!running) return;
    this.closeEmitter.fire();
    this.running = undefined;
    this.selected = steadyModel;
    this.changeEmitter.fire();
    await closeGateways(running);
  }

  /**
   * Each turn of the demo gets a new engine. A scenario therefore always runs in the same way, and its failures delay
   * no other turn.
   */
  readonly run: GatewaySet['run'] = (request, options) => {
    const { log, version } = this.deps;
    const gateways = (): Promise<Gateways> => this.gateways(request.model);
    return createHostEngine({ log, version, settings: () => demoSettings, gateways }).run(request, options);
  };

  /**
   * Returns the gateways of the demo. For a scenario with a backup gateway, a second embedded gateway is started.
   * @param model the model of the request, which identifies the scenario
   */
  async gateways(model?: string): Promise<Gateways> {
    const { running } = this;
    if (!running) {
      const message = vscode.l10n.t('The offline demo is closed. Reopen it to send this prompt.');
      throw new NoConnectionError('base-url', message);
    }
    const primaryGateway = embeddedGateway(running.gateway, 0);
    if (!demoModels.some(({ id, hasBackupGateway }) => id === model && hasBackupGateway)) return [primaryGateway];
    running.backup ??= startDemo(running.gateway.script);
    return [primaryGateway, embeddedGateway(await running.backup, 1)];
  }

  view(): Promise<ConnectionView> {
    const host = this.running ? new URL(this.running.gateway.baseUrl).host : '';
    return Promise.resolve({ model: this.selected, host, hasKey: true, set: 'demo' });
  }

  model(): string {
    return this.selected;
  }

  selectModel(id: string): Promise<void> {
    this.selected = id;
    this.changeEmitter.fire();
    return Promise.resolve();
  }

  defaults(choice: RequestChoice = {}): RequestDefaults {
    return this.deps.defaults({ ...choice, model: choice.model ?? this.selected });
  }

  /**
   * Returns one model for each scenario of the demo, with English texts. Returns an empty list while the demo is
   * closed.
   */
  models(): readonly DemoModel[] {
    return this.isOpen ? demoModels : [];
  }

  mayUse(): Promise<boolean> {
    return Promise.resolve(true);
  }

  notice(action: FaultAction): string | undefined {
    switch (action) {
      case 'openBilling':
        return vscode.l10n.t(
          "There is nothing to pay in the offline demo. Outside the demo, this button opens your gateway's billing page.",
        );
      case 'setApiKey':
        return vscode.l10n.t('The offline demo needs no API key. Setting your own key ends the demo.');
      case 'checkUrl':
      case 'networkSettings':
        return vscode.l10n.t(
          'The offline demo ignores your settings. Outside the demo, this button opens the settings.',
        );
      case 'addGateway':
        return vscode.l10n.t(
          "The offline demo doesn't use your gateways. Outside the demo, this button adds a gateway.",
        );
      case 'sendLater':
        return vscode.l10n.t(
          "The offline demo doesn't schedule prompts. Outside the demo, this prompt would be sent later automatically.",
        );
      default:
        return undefined;
    }
  }

  override dispose(): void {
    const { running } = this;
    this.running = undefined;
    super.dispose();
    // An error on closing the demo's gateways is ignored, because the process might be about to exit.
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

function embeddedGateway({ baseUrl }: LoopbackGateway, position: number): Gateway {
  const { origin, host } = new URL(baseUrl);
  return {
    id: baseUrl,
    label: host,
    origin,
    position,
    currency: 'USD',
    models: new Map(),
    acceptsPlainHttp: () => false,
    lists: () => undefined,
    key: () => Promise.resolve({ type: 'key', value: 'hsa-demo' }),
  };
}
