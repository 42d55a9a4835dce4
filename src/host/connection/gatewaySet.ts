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

/** What a prompt asks for instead of the selected model and its remembered effort. */
export interface RequestChoice {
  readonly model?: string | undefined;
  readonly reasoningEffort?: EffortChoice | undefined;
}

/**
 * Where all prompts of a conversation go: the user's gateways, or the embedded ones of the offline demo. Each set has its
 * own engine, which knows no other gateways.
 */
export interface GatewaySet {
  readonly id: GatewaySetId;
  /** False after the offline demo has ended. */
  readonly isOpen: boolean;
  /** Whether requests cost nothing, so that they don't count towards the budget. */
  readonly isFree: boolean;
  readonly onDidChange: vscode.Event<void>;
  readonly run: Engine['run'];
  /** Rejects if the set is not open, or if the base URL is invalid. */
  gateways(): Promise<Gateways>;
  /**
   * Returns where the next prompt goes. Never rejects, because the page must also show a set that can't be used.
   * @param preferredGateway the id of the gateway that the user has switched to
   */
  view(preferredGateway?: string): Promise<ConnectionView>;
  /** The selected model. */
  model(): string;
  selectModel(model: string): Promise<void>;
  /**
   * Returns the parameters of a request. The model is the one in `choice`, or else the selected model. The effort is the
   * one in `choice`, or else the remembered effort of the model.
   */
  defaults(choice?: RequestChoice): RequestDefaults;
  /** Asks the user whether prompts may go to a gateway over plain HTTP if it is the only one with one of the models. */
  mayUse(models: readonly string[]): Promise<boolean>;
  /** Returns what is shown instead of performing a card's action, or undefined if the set allows the action. */
  notice(action: FaultAction): string | undefined;
}

/** Only these gateways can be closed. */
interface TemporarySet extends GatewaySet {
  close(): Promise<void>;
}

/** The part of a conversation that decides its set. */
interface SetOwner {
  readonly set: GatewaySet;
  readonly tree: { readonly isEmpty: boolean };
}

/** The two sets of gateways, and which of them new conversations use. */
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

  /** The set of new conversations. */
  get current(): GatewaySet {
    return this.demo.isOpen ? this.demo : this.own;
  }

  /** Returns the set that the next prompt goes to. If the set of the conversation is closed, the prompt goes into a new conversation. */
  forPrompt({ set, tree }: SetOwner): GatewaySet {
    return tree.isEmpty || !set.isOpen ? this.current : set;
  }

  /** Ends the offline demo. */
  useOwn(): Promise<void> {
    return this.demo.close();
  }

  /** Calls `show` with the current set now and after each change, but never with an older view after a newer one. */
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
