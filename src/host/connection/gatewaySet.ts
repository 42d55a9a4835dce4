import type * as vscode from 'vscode';
import type { Engine } from '../../engine/engine';
import type { Gateways } from '../../engine/gateway/gateway';
import type { EffortChoice, RequestParameters } from '../../engine/request';
import type { GatewaySetId } from '../../shared/exchanges';
import type { ConnectionView, FaultAction } from '../../shared/protocol';
import { Disposable } from '../util/disposable';
import { Listeners } from '../util/listeners';
import type { ErrorLog } from '../util/log';

export interface RequestDefaults extends RequestParameters {
  readonly model: string;
  readonly systemPrompt: string;
}

/**
 * Model and reasoning effort of a single prompt. They are used instead of the selected model and the effort that is
 * remembered for the model.
 */
export interface RequestChoice {
  readonly model?: string | undefined;
  readonly reasoningEffort?: EffortChoice | undefined;
}

/**
 * The gateways that get all prompts of a conversation: the user's gateways, or the embedded gateways of the offline
 * demo. Each set has its own engine, which sends no requests to gateways of the other set.
 */
export interface GatewaySet {
  readonly id: GatewaySetId;
  /**
   * Whether prompts can still be sent to these gateways. False after the set is closed: the offline demo's set is
   * closed when the demo ends.
   */
  readonly isOpen: boolean;
  /** Whether requests to these gateways cost nothing, so that the daily budget ignores them. */
  readonly isFree: boolean;
  readonly onDidChange: vscode.Event<void>;
  readonly run: Engine['run'];
  /**
   * Returns the gateways that prompts can go to. Rejects if the set is closed, or if the base URL of the primary
   * gateway is invalid.
   */
  gateways(): Promise<Gateways>;
  /**
   * Returns the model and the gateway of the next prompt, for the panel and the status bar. Never rejects, because the
   * panel must be drawn even if no gateway can be used.
   * @param preferredGateway the id of the gateway to which the user has switched
   */
  view(preferredGateway?: string): Promise<ConnectionView>;
  model(): string;
  selectModel(model: string): Promise<void>;
  /**
   * Returns the parameters of a request. Without a model in `choice`, the selected model is used. Without a reasoning
   * effort in `choice`, the effort remembered for the model is used.
   */
  defaults(choice?: RequestChoice): RequestDefaults;
  /**
   * Returns whether prompts may be sent to these models. If a model is available only through a gateway with plain
   * HTTP, the user is first asked for consent.
   */
  mayUse(models: readonly string[]): Promise<boolean>;
  /**
   * Returns the message that explains why a button of a failure card can't be used with these gateways. Returns
   * undefined if the button can be used.
   */
  notice(action: FaultAction): string | undefined;
}

/** The gateways of the offline demo. Unlike the user's gateways, they can be closed. */
interface TemporarySet extends GatewaySet {
  close(): Promise<void>;
}

/** The properties of a conversation that determine to which set of gateways its prompts go. */
interface SetOwner {
  readonly set: GatewaySet;
  readonly tree: { readonly isEmpty: boolean };
}

/**
 * The two sets of gateways: the user's gateways and those of the offline demo. New conversations use the demo while the
 * demo is open.
 */
export class GatewaySets extends Disposable {
  private readonly changes = new Listeners<void>((error) => this.log.error(error));
  readonly onDidChange = this.changes.event;

  constructor(
    readonly own: GatewaySet,
    readonly demo: TemporarySet,
    private readonly log: ErrorLog,
  ) {
    super();
    for (const set of [own, demo]) this.register(set.onDidChange(() => this.changes.fire()));
  }

  /** The set of gateways that new conversations use. */
  get current(): GatewaySet {
    return this.demo.isOpen ? this.demo : this.own;
  }

  /**
   * Returns the set of gateways for the next prompt of a conversation. If the conversation is empty or its set is
   * closed, returns the set that new conversations use.
   */
  forPrompt({ set, tree }: SetOwner): GatewaySet {
    return tree.isEmpty || !set.isOpen ? this.current : set;
  }

  /** Ends the offline demo, so that new conversations use the user's gateways. */
  useOwn(): Promise<void> {
    return this.demo.close();
  }

  /**
   * Calls `show` with the model and the gateway to which prompts of new conversations go, at once and after each
   * change. A result is dropped if another change has made it outdated.
   */
  subscribe(show: (view: ConnectionView) => void): { dispose(): void } {
    let latest = 0;
    const update = (): void => {
      const number = ++latest;
      this.current
        .view()
        .then((view) => number === latest && show(view))
        .catch(this.log.error);
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
}
