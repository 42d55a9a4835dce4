import * as vscode from 'vscode';
import type { Engine } from '../../engine/engine';
import { isLoopbackUrl, isPrivateUrl, originOf, type BaseUrl } from '../../engine/gateway/baseUrl';
import {
  canSendRequests,
  isConnectionError,
  sentEffort,
  type Connection,
  type EffortChoice,
  type RequestParameters,
  type Gateway,
} from '../../engine/request';
import type { TurnRecord } from '../../engine/state/ledger';
import { firstGateway, gatewayFor, modelAt, plainHttpOffer } from '../../engine/turn/gatewayModels';
import type { ConnectionView } from '../../shared/protocol';
import { gatewayProblemMessage } from '../settings/gatewayProblems';
import type { ConfiguredGateway } from '../settings/gateways';
import type { Settings } from '../settings/settings';
import { Disposable } from '../util/disposable';
import type { Log } from '../util/log';
import { NoConnectionError } from '../util/userError';
import type { DemoMode } from './demoMode';
import type { KeyStore } from './keyStore';
import type { ModelEfforts } from './modelEfforts';
import type { UnresponsiveGateways } from './unresponsiveGateways';

export interface ActiveConnection extends KeyedGateway, Pick<Connection, 'workspaceModels'> {
  readonly demo: boolean;
  readonly backups?: readonly KeyedGateway[] | undefined;
}

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
  readonly keys: KeyStore;
  readonly demo: DemoMode;
  readonly efforts: Pick<ModelEfforts, 'levelOf'>;
  readonly log: Log;
  readonly unresponsive: Pick<UnresponsiveGateways, 'has' | 'onDidChange'>;
  /** Whether the model list of a gateway contains a name, or undefined if the list is unknown. */
  readonly lists: (baseUrl: string, name: string) => boolean | undefined;
  readonly gatewayForAttempt: Engine['gatewayForAttempt'];
  /** Global state of the extension. */
  readonly memory: vscode.Memento;
  /** Resolves when no list is being loaded, or soon. */
  readonly listsSettled: () => Promise<unknown>;
}

/** A gateway in the settings, whether or not it has a key. */
export interface KeyedGateway extends Gateway {
  readonly origin: string;
  /**
   * For messages: the name that the user gave the gateway, or else the host, with the port if the URL has one, and with
   * the path if another gateway has the same host.
   */
  readonly host: string;
  /** Undefined if the gateway has no key or the key can't be read. A gateway without a key is used only if it needs none. */
  readonly apiKey: string | undefined;
  /** Whether the gateway is on this computer, or at a private address and the user has confirmed that it needs no key. */
  readonly isKeyless?: boolean;
}

/** Memento key. The value is the origins to which the user has agreed to send prompts over plain HTTP. */
const plainHttpKey = 'holysheep.plainHttpOrigins';

export class Connections extends Disposable {
  private readonly changeEmitter = this.register(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changeEmitter.event;
  private readonly refusalEmitter = this.register(new vscode.EventEmitter<void>());
  /** Fires when a gateway has refused a request without a key. */
  readonly onDidRefuse = this.refusalEmitter.event;

  /** Origins of gateways that have refused requests without a key. */
  private readonly refusing = new Set<string>();

  constructor(private readonly deps: ConnectionDeps) {
    super();
    const { settings, keys, demo, unresponsive } = deps;
    for (const source of [settings, keys, demo, unresponsive])
      this.register(source.onDidChange(() => this.changeEmitter.fire()));
  }

  /** Tells the listeners that prompts may go to another gateway than before, or that more is known about a model. */
  refresh(): void {
    this.changeEmitter.fire();
  }

  /** @throws NoConnectionError when the demo was closed, the base URL is invalid or the key can't be read */
  connectionFor(demo = this.deps.demo.active): Promise<ActiveConnection> {
    return demo ? this.embedded() : this.configured();
  }

  /** @param model the model of the request. Some scenarios have a second embedded gateway as a backup gateway. */
  async embedded(model?: string): Promise<ActiveConnection> {
    const { demo } = this.deps;
    const { baseUrl } = demo;
    if (baseUrl === undefined) {
      const message = vscode.l10n.t('The offline demo is closed. Reopen it to send this prompt.');
      throw new NoConnectionError('base-url', message);
    }
    const backup = model === undefined ? undefined : await demo.backupBaseUrl(model);
    return {
      ...embeddedGateway(baseUrl),
      demo: true,
      ...(backup !== undefined && { backups: [embeddedGateway(backup)] }),
    };
  }

  /**
   * Returns the primary gateway, even without a key, and the backups that have responded and have a key or need none.
   */
  async configured(): Promise<ActiveConnection> {
    const [primary, ...others] = await this.gateways();
    const { unresponsive } = this.deps;
    const backups = others.filter((gateway) => canSendRequests(gateway) && !unresponsive.has(gateway.baseUrl));
    if (backups.length > 0) await this.deps.listsSettled();
    const workspaceModels = this.deps.settings.workspaceModels();
    return { ...primary, demo: false, workspaceModels, ...(backups.length > 0 && { backups }) };
  }

  /**
   * Returns the gateway over plain HTTP that is the only one with the model, if the user has not yet agreed to send
   * prompts there. Without a usable connection, there is no such gateway, and the turn shows the reason.
   */
  async plainHttpOffer(model: string): Promise<KeyedGateway | undefined> {
    const connection = await this.configured().catch(() => undefined);
    return connection && plainHttpOffer(model, connection);
  }

  async acceptPlainHttp(origin: string): Promise<void> {
    await this.deps.memory.update(plainHttpKey, [...this.plainHttpOrigins, origin]);
    this.refresh();
  }

  private get plainHttpOrigins(): readonly string[] {
    return this.deps.memory.get<readonly string[]>(plainHttpKey, []);
  }

  async gateways(): Promise<readonly [primary: KeyedGateway, ...backups: KeyedGateway[]]> {
    const { settings, keys, lists } = this.deps;
    const primary = settings.baseUrl();
    if ('error' in primary) throw new NoConnectionError('base-url', gatewayProblemMessage(primary.error));
    const gateway = async (gateway: ConfiguredGateway): Promise<KeyedGateway> => {
      const { url: baseUrl, origin, label, models } = gateway;
      // A gateway that needs no key must work even if the keyring is locked.
      const key = baseUrl === primary.url && !isLoopbackUrl(baseUrl) ? keys.get(origin) : keys.getIfReadable(origin);
      const [apiKey, isKeyless] = await Promise.all([key, this.isKeyless(gateway)]);
      const acceptsPlainHttp = this.plainHttpOrigins.includes(origin);
      const known = { models, acceptsPlainHttp, lists: (model: string) => lists(baseUrl, model) };
      return { baseUrl, origin, host: label, apiKey, isKeyless, name: label, ...known };
    };
    // Reads the keys at the same time, because this delays every attempt.
    const [first, ...backups] = settings.gateways();
    return Promise.all([gateway(first ?? { ...primary, label: primary.host }), ...backups.map(gateway)]);
  }

  /** Also returns `missing` if the key can't be read. */
  async accessOf(gateway: BaseUrl): Promise<'set' | 'missing' | 'not-needed'> {
    if ((await this.deps.keys.getIfReadable(gateway.origin)) !== undefined) return 'set';
    return (await this.isKeyless(gateway)) ? 'not-needed' : 'missing';
  }

  private async isKeyless({ url, origin }: BaseUrl): Promise<boolean> {
    if (this.refusing.has(origin)) return false;
    return isLoopbackUrl(url) || (isPrivateUrl(url) && this.deps.keys.isKeyless(origin));
  }

  /**
   * Returns the model and the gateway that the page shows. Never rejects, because the page must also show an unusable
   * connection.
   * @param preferredGateway the base URL of the gateway that the user has switched to
   */
  async view(demo = this.deps.demo.active, preferredGateway?: string): Promise<ConnectionView> {
    const model = this.model(demo);
    const { settings, log } = this.deps;
    const baseUrl = settings.baseUrl();
    if (!demo && 'error' in baseUrl) {
      return { model, host: vscode.l10n.t('an invalid base URL'), hasKey: false, demo: false };
    }
    try {
      const connection = await this.connectionFor(demo);
      if (demo) return { model, host: connection.host, hasKey: true, demo };
      const names = (connection.backups ?? []).map(({ host }) => host);
      const target = this.deps.gatewayForAttempt(model, connection, preferredGateway) ?? connection;
      const isOffered = target === gatewayFor(model, connection) && target !== firstGateway(connection);
      const { name, isSubstitute } = modelAt(target, model, connection);
      const isSwitched = target.baseUrl === preferredGateway;
      const backup = isSwitched ? 'switched' : 'automatic';
      return {
        model,
        host: target.host,
        hasKey: canSendRequests(target),
        demo,
        ...(isOffered && { gateway: isSubstitute ? `${name} · ${target.host}` : target.host }),
        ...(!isOffered && target !== connection && { backup }),
        ...(names.length > 0 && { backups: names }),
      };
    } catch (error) {
      log.error(error);
      // The user can send a prompt even if the API key can't be read, and the failed turn shows the reason in a card.
      const hasKey = isConnectionError(error) && error.connectionProblem === 'base-url' ? false : 'unreadable';
      return { model, host: 'error' in baseUrl ? '' : baseUrl.host, hasKey, demo: false };
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

  /** Asks for a key from now on if a gateway has refused a request without one. */
  recordTurn({ attempts }: TurnRecord): void {
    const refused = attempts.filter(({ ended }) => ended?.row === 'noKey').map(({ gateway }) => originOf(gateway.id));
    const added = refused.filter((origin) => !this.refusing.has(origin));
    for (const origin of added) this.refusing.add(origin);
    if (added.length === 0) return;
    this.changeEmitter.fire();
    this.refusalEmitter.fire();
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

function embeddedGateway(baseUrl: string): KeyedGateway {
  const { origin, host } = new URL(baseUrl);
  return { baseUrl, origin, host, name: host, apiKey: 'hsa-demo' };
}
