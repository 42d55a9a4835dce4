import * as vscode from 'vscode';
import type { Engine } from '../../engine/engine';
import { firstGateway, gatewayFor, modelAt, readKeys, type Gateways } from '../../engine/gateway/gateway';
import { isConnectionError, sentEffort, type EffortChoice, type RequestParameters } from '../../engine/request';
import type { ConnectionView } from '../../shared/protocol';
import type { Settings } from '../settings/settings';
import { Disposable } from '../util/disposable';
import type { Log } from '../util/log';
import type { DemoMode } from './demoMode';
import type { ModelEfforts } from './modelEfforts';
import type { OwnGateways } from './ownGateways';

export interface RequestDefaults extends RequestParameters {
  readonly model: string;
  readonly systemPrompt: string;
}

/** What a prompt asks for instead of the selected model and its remembered effort. */
export interface RequestChoice {
  readonly model?: string | undefined;
  readonly reasoningEffort?: EffortChoice | undefined;
}

interface ConnectionDeps {
  readonly settings: Settings;
  readonly ownGateways: OwnGateways;
  readonly demo: DemoMode;
  readonly efforts: ModelEfforts;
  readonly log: Log;
  readonly gatewayForAttempt: Engine['gatewayForAttempt'];
}

/** Where prompts go: to the user's gateways, or to the offline demo. */
export class Connections extends Disposable {
  private readonly changeEmitter = this.register(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changeEmitter.event;

  constructor(private readonly deps: ConnectionDeps) {
    super();
    const { ownGateways, demo } = deps;
    for (const source of [ownGateways, demo]) this.register(source.onDidChange(() => this.changeEmitter.fire()));
  }

  /** Rejects if the demo was closed, or if the base URL is invalid. */
  gateways(demo = this.deps.demo.active): Promise<Gateways> {
    return demo ? this.deps.demo.gateways() : this.deps.ownGateways.gateways();
  }

  /**
   * Returns the model and the gateway that the page shows. Never rejects, because the page must also show an unusable
   * connection.
   * @param preferredGateway the base URL of the gateway that the user has switched to
   */
  async view(demo = this.deps.demo.active, preferredGateway?: string): Promise<ConnectionView> {
    const model = this.model(demo);
    const { ownGateways, log } = this.deps;
    let host = vscode.l10n.t('an invalid base URL');
    try {
      const gateways = await this.gateways(demo);
      host = gateways[0].label;
      if (demo) return { model, host, hasKey: true, demo };
      const keyed = await readKeys(gateways);
      const { primary, keys } = keyed;
      const names = [...keys.keys()].filter((gateway) => gateway !== primary).map(({ label }) => label);
      const target = this.deps.gatewayForAttempt(model, keyed, preferredGateway) ?? primary;
      const isOffered = target === gatewayFor(ownGateways.chosen(model), keyed) && target !== firstGateway(keyed);
      const { name, isSubstitute } = modelAt(target, model, primary);
      const isSwitched = target.id === preferredGateway;
      const backup = isSwitched ? 'switched' : 'automatic';
      return {
        model,
        host: target.label,
        hasKey: keys.has(target),
        demo,
        ...(isOffered && { gateway: isSubstitute ? `${name} · ${target.label}` : target.label }),
        ...(!isOffered && target !== primary && { backup }),
        ...(names.length > 0 && { backups: names }),
      };
    } catch (error) {
      log.error(error);
      // The user can send a prompt even if the API key can't be read, and the failed turn shows the reason in a card.
      const hasKey = isConnectionError(error) && error.connectionProblem === 'base-url' ? false : 'unreadable';
      return { model, host, hasKey, demo: false };
    }
  }

  /** Calls `show` now and after each change, but never with an older state of the connection after a newer one. */
  subscribe(show: (view: ConnectionView) => void): { dispose(): void } {
    let latest = 0;
    const update = (): void => {
      const number = ++latest;
      this.view()
        .then((view) => number === latest && show(view))
        .catch((error: unknown) => this.deps.log.error(error));
    };
    const changes = this.onDidChange(update);
    update();
    return {
      dispose: () => {
        latest++;
        changes.dispose();
      },
    };
  }

  model(demo = this.deps.demo.active): string {
    return demo ? this.deps.demo.model() : this.deps.settings.model();
  }

  /** Returns the effort that the prompt asks for, or else that of the model that answers the prompt. */
  requestDefaults(demo: boolean, choice: RequestChoice = {}): RequestDefaults {
    const { settings, efforts } = this.deps;
    const model = this.model(demo);
    const effort = choice.reasoningEffort ?? efforts.levelOf(choice.model ?? model);
    const parameters = { ...settings.requestParameters(), reasoningEffort: sentEffort(effort) };
    return { model, systemPrompt: settings.systemPrompt(), ...parameters };
  }

  async selectModel(id: string, inDemo = this.deps.demo.active): Promise<void> {
    const { demo, settings } = this.deps;
    if (inDemo) demo.selectModel(id);
    else await settings.chooseModel(id);
  }
}
