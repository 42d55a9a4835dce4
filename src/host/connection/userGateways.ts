import * as vscode from 'vscode';
import type { Engine, ProbeResult } from '../../engine/engine';
import { hostOf, isLoopbackUrl, isPrivateUrl, originOf } from '../../engine/gateway/baseUrl';
import {
  firstGateway,
  gatewayFor,
  plainHttpOffer,
  readKeys,
  type ModelChoice,
  type Gateway,
  type Gateways,
  type Key,
  type KeyedGateways,
} from '../../engine/gateway/gateway';
import { isConnectionError } from '../../engine/request';
import type { TurnRecord } from '../../engine/state/ledger';
import { gatewayProblemMessage } from '../settings/gatewayProblems';
import { labelsOf, type GatewayEntry } from '../settings/gateways';
import { currencyOf } from '../settings/knownGateways';
import type { Settings } from '../settings/settings';
import { askUser, showMessage } from '../ui/notifications';
import { ChangeNotifier } from '../util/changeNotifier';
import type { Log } from '../util/log';
import { NoConnectionError } from '../util/userError';
import type { GatewaySets } from './gatewaySet';
import type { KeyStore } from './keyStore';

/** The user's gateways, and the services that features need to change and test the gateways. */
export interface GatewayServices {
  readonly settings: Settings;
  readonly keys: KeyStore;
  readonly gatewaySets: GatewaySets;
  readonly userGateways: UserGateways;
  readonly engine: Engine;
  readonly log: Log;
}

interface OwnGatewaysDeps {
  readonly settings: Settings;
  readonly keys: KeyStore;
  readonly log: Log;
  /** Returns whether the gateway with this base URL lists the model, see `Gateway.lists`. */
  readonly lists: (id: string, model: string) => boolean | undefined;
  /** Waits until no model list is being loaded, or until a short time limit is reached. */
  readonly listsSettled: () => Promise<unknown>;
  /** VS Code's global state of the extension. */
  readonly memory: vscode.Memento;
}

/**
 * Key in VS Code's global state. The value lists the origins to which the user has agreed to send prompts over plain
 * HTTP.
 */
const plainHttpKey = 'holysheep.plainHttpOrigins';

/**
 * Key in VS Code's global state. The value lists the base URLs of unresponsive gateways, see {@link
 * OwnGateways.isUnresponsive}.
 */
const unresponsiveKey = 'holysheep.unresponsiveGateways';

/**
 * Returns whether a gateway has sent an HTTP response, even if it has refused the request. A response from a proxy does
 * not prove that the gateway works.
 */
export function hasResponded(result: ProbeResult): boolean {
  if (result.state === 'verified') return true;
  return result.state !== 'cancelled' && result.status !== undefined && result.kind !== 'proxy';
}

/**
 * The gateways in the user's settings. Each change of the settings replaces the `Gateway` objects, so callers must
 * compare gateways by `id`.
 */
export class UserGateways extends ChangeNotifier {
  /** Origins of gateways that have refused a request without an API key. */
  private readonly originsNeedingKey = new Set<string>();
  private cachedGateways: readonly Gateway[] | undefined;

  constructor(private readonly deps: OwnGatewaysDeps) {
    super();
    for (const source of [deps.settings, deps.keys]) this.register(source.onDidChange(() => this.refresh()));
  }

  /**
   * Creates new `Gateway` objects and notifies the listeners. Called when prompts might go to a different gateway, or
   * when more might be known about a model.
   */
  refresh(): void {
    this.cachedGateways = undefined;
    this.changeEmitter.fire();
  }

  /**
   * All gateways in the order of the settings. If the base URL of the primary gateway is invalid, the list contains
   * only the backup gateways.
   */
  get all(): readonly Gateway[] {
    if (!this.cachedGateways) {
      const { settings } = this.deps;
      const { usableGateways } = settings.gateways();
      const labels = labelsOf(usableGateways);
      const firstPosition = 'error' in settings.baseUrl() ? 1 : 0;
      this.cachedGateways = usableGateways.map((entry, index) =>
        this.create(entry, labels[index] ?? entry.url, firstPosition + index),
      );
    }
    return this.cachedGateways;
  }

  /**
   * Returns the primary gateway and all backup gateways.
   * @throws NoConnectionError if the base URL of the primary gateway is invalid
   */
  withPrimary(): Gateways {
    const baseUrl = this.deps.settings.baseUrl();
    if ('error' in baseUrl) throw new NoConnectionError('base-url', gatewayProblemMessage(baseUrl.error));
    const [primary, ...backups] = this.all;
    if (!primary) throw new Error('The settings have a base URL but no gateway.');
    return [primary, ...backups];
  }

  /**
   * Returns the primary gateway and the backup gateways, without the unresponsive backup gateways. Rejects if the base
   * URL of the primary gateway is invalid.
   */
  async gateways(): Promise<Gateways> {
    const [primary, ...backups] = this.withPrimary();
    const responding = backups.filter(({ id }) => !this.isUnresponsive(id));
    if (responding.length > 0) await this.deps.listsSettled();
    return [primary, ...responding];
  }

  /**
   * Removes a backup gateway from the settings, and offers to undo the removal.
   * @param baseUrl the gateway's base URL
   */
  async removeBackup(baseUrl: string): Promise<void> {
    const { settings, log } = this.deps;
    const label = this.all.find(({ id }) => id === baseUrl)?.label ?? hostOf(baseUrl);
    const undo = await settings.removeBackupBaseUrls(baseUrl);
    const message = vscode.l10n.t('{0} is no longer a backup gateway.', label);
    showMessage(log, 'information', message, [{ title: vscode.l10n.t('Undo'), run: undo }]);
  }

  /**
   * Returns the gateways together with their API keys. Rejects if the base URL of the primary gateway is invalid or its
   * key can't be read.
   */
  async withKeys(): Promise<KeyedGateways> {
    return readKeys(await this.gateways());
  }

  /** Returns the gateway that gets the prompts for a model while no gateway is down. Rejects like {@link withKeys}. */
  async gatewayFor(model: string): Promise<Gateway> {
    return gatewayFor(this.modelChoice(model), await this.withKeys());
  }

  modelChoice(model: string): ModelChoice {
    return { model, isOfWorkspace: this.deps.settings.isWorkspaceModel(model) };
  }

  /**
   * Returns the default gateway: the gateway that gets every prompt whose model does not require another gateway.
   * Returns undefined if the default gateway still needs an API key. Rejects like {@link withKeys}.
   */
  async firstWithAccess(): Promise<Gateway | undefined> {
    const gatewaysWithKeys = await this.withKeys();
    const gateway = firstGateway(gatewaysWithKeys);
    return gatewaysWithKeys.keys.has(gateway) ? gateway : undefined;
  }

  /**
   * Returns whether prompts may be sent to these models. If a model is available only through a gateway with plain
   * HTTP, the user is first asked for consent, once for each gateway. If no gateway can be used, the user is not asked,
   * because the failed turn shows the reason.
   * @returns false if the user does not want to send the prompt
   */
  async mayUse(models: readonly string[]): Promise<boolean> {
    const gatewaysWithKeys = await this.withKeys().catch(() => undefined);
    for (const model of models) {
      const offer = gatewaysWithKeys && plainHttpOffer(this.modelChoice(model), gatewaysWithKeys);
      if (!offer) continue;
      const send = vscode.l10n.t('Send');
      const message = vscode.l10n.t(
        '{0} is available only from {1}, over plain HTTP. Send prompts there?',
        model,
        offer.label,
      );
      const detail = vscode.l10n.t(
        'Others on the network can read your prompts, the answers, and the API key. You are asked once for each gateway.',
      );
      if ((await askUser('warning', message, [send], detail)) !== send) return false;
      await this.deps.memory.update(plainHttpKey, [...this.plainHttpOrigins, offer.origin]);
      this.refresh();
    }
    return true;
  }

  /**
   * Reads the API key of a gateway. The gateway need not be in the settings. Never rejects.
   * @param id the gateway's base URL
   */
  async keyOf(id: string): Promise<Key> {
    const { keys, log } = this.deps;
    const origin = originOf(id);
    const keyless = this.isKeyless(id);
    try {
      const value = await keys.get(origin);
      if (value !== undefined) return { type: 'key', value };
    } catch (error) {
      log.error(error);
      // If the keyring is locked, a gateway that needs no key can still be used.
      if (isConnectionError(error) && !(await keyless)) return { type: 'unreadable', error };
    }
    return { type: (await keyless) ? 'not-needed' : 'missing' };
  }

  /**
   * Returns whether a gateway is unresponsive: it did not respond when the user added it, and has not responded since.
   * Prompts never go to an unresponsive backup gateway. All windows share the list of unresponsive gateways.
   */
  isUnresponsive(baseUrl: string): boolean {
    return this.unresponsive.includes(baseUrl);
  }

  get lists() {
    return this.deps.lists;
  }

  async addUnresponsive(baseUrl: string): Promise<void> {
    await this.deps.memory.update(unresponsiveKey, [...this.unresponsive, baseUrl]);
  }

  recordProbe(baseUrl: string, result: ProbeResult): void {
    if (hasResponded(result)) this.recordResponse(originOf(baseUrl));
  }

  /**
   * Records which gateways have responded in a turn, and which gateways have refused a request without an API key. A
   * gateway that has refused such a request needs a key from now on. After a refused reasoning effort, the panels are
   * updated, because the reasoning effort button shows the level that is sent instead.
   */
  recordTurn({ attempts }: TurnRecord): void {
    if (attempts.some(({ refusedEffort }) => refusedEffort)) this.refresh();
    for (const { gateway, headers, end } of attempts) {
      const origin = originOf(gateway.id);
      if (headers) this.recordResponse(origin);
      if (end?.row !== 'noKey' || this.originsNeedingKey.has(origin)) continue;
      this.originsNeedingKey.add(origin);
      this.refresh();
    }
  }

  /** Forgets which gateways have refused a request without an API key. */
  forget(): void {
    this.originsNeedingKey.clear();
    this.refresh();
  }

  private create({ url, models = new Map() }: GatewayEntry, label: string, position: number): Gateway {
    const { lists } = this.deps;
    const origin = originOf(url);
    return {
      id: url,
      label,
      origin,
      position,
      currency: currencyOf(url),
      models,
      acceptsPlainHttp: () => this.plainHttpOrigins.includes(origin),
      lists: (model) => lists(url, model),
      key: () => this.keyOf(url),
    };
  }

  /**
   * Removes all gateways of an origin from the list of unresponsive gateways, because the same server answers at all
   * their base URLs.
   */
  private recordResponse(origin: string): void {
    const { memory, log } = this.deps;
    const remaining = this.unresponsive.filter((url) => originOf(url) !== origin);
    if (remaining.length === this.unresponsive.length) return;
    memory.update(unresponsiveKey, remaining).then(undefined, log.error);
    this.refresh();
  }

  private async isKeyless(url: string): Promise<boolean> {
    const origin = originOf(url);
    if (this.originsNeedingKey.has(origin)) return false;
    return isLoopbackUrl(url) || (isPrivateUrl(url) && this.deps.keys.isKeyless(origin));
  }

  private get plainHttpOrigins(): readonly string[] {
    return this.deps.memory.get<readonly string[]>(plainHttpKey, []);
  }

  private get unresponsive(): readonly string[] {
    return this.deps.memory.get<readonly string[]>(unresponsiveKey, []);
  }
}
