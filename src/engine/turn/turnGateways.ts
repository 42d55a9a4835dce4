import type { StreamOptions } from '../engine';
import type { EngineSettings } from '../environment';
import type { GatewayRef, ModelEvent } from '../events/events';
import { faultOfRow, type Fault } from '../faults/classify';
import type { OutageFault } from '../gate/gatewayHealth';
import type { Gate } from '../gate/gate';
import type { GatewayState, GatewayStates, ModelCooldown, RetryBudget } from '../gate/gatewayState';
import { usesPlainHttp } from '../gateway/baseUrl';
import {
  gatewaysFor,
  gatewaysThatMayHave,
  modelAt,
  type Gateway,
  type KeyedGateways,
  type SentModel,
} from '../gateway/gateway';
import { isRetryable, type GatewayOptions } from '../retry/decide';
import type { TurnHistory } from '../retry/turnHistory';
import type { EventSink } from './turnOutput';

/**
 * At a backup gateway, a fault of one of these kinds only means that the gateway does not serve the model. The turn
 * then asks another gateway.
 */
const unservedKinds: ReadonlySet<Fault['kind']> = new Set(['model', 'not-found']);

/** The gateways that might serve a model, in the order of the settings. */
interface ModelGateways {
  /**
   * Gateways that the turn may use without asking the user. The turn starts at the first gateway of this list that is
   * not down.
   */
  readonly automatic: readonly Gateway[];
  /**
   * The gateways that the turn may use without asking the user, followed by gateways with plain HTTP, to which only the
   * user can switch.
   */
  readonly usableGateways: readonly Gateway[];
}

/** The gateways of a turn, and the name that each gateway uses for the model. */
export class TurnGateways {
  /**
   * Gateway of the current attempt. After a gateway switch, the gateway of the next attempt. Undefined if the turn may
   * use no gateway.
   */
  current: Gateway | undefined;
  /**
   * Why the turn uses the current gateway. The initial value `model` means that earlier gateways in the settings do not
   * have the model.
   */
  reason: ModelEvent['reason'] = 'model';
  /** Name under which the user sees the model of the current or the next attempt. */
  answeringModel: string;
  /**
   * The gateways and API keys for the current or next attempt. Undefined before the first attempt and after the end of
   * the turn.
   */
  private gatewaysWithKeys: KeyedGateways | undefined;
  /** Base URLs of the backup gateways that do not serve the model of this turn. */
  private readonly gatewaysWithoutModel = new Set<string>();
  /**
   * Whether the turn must not use plain HTTP. True if the turn has used an `https:` gateway, or if the settings select
   * an encrypted gateway for the model, even if that gateway is down.
   */
  private mustEncrypt = false;
  /** Name of the model for which `mustEncrypt` was last computed from the settings. */
  private encryptedModel: string | undefined;
  /**
   * Base URL of the gateway to which the user last switched. If the user then selects another model, the turn stays at
   * this gateway, even with plain HTTP.
   */
  private chosenUrl: string | undefined;
  /** Whether the turn uses the current gateway even if it is down. Becomes false when an attempt fails. */
  private isPinned = false;
  /**
   * Gateways that have failed since the last wait of the turn, by base URL. The value is true if the gateway might
   * respond after a wait.
   */
  private readonly failedGateways = new Map<string, boolean>();
  /**
   * Names of the substitutes (models that gateways use in place of the user's choice) in this turn. A substitute may
   * continue its own partial answer, but is offered to the user only once.
   */
  private readonly substitutes = new Set<string>();

  constructor(
    private readonly states: GatewayStates,
    private readonly settings: (model: string) => EngineSettings,
    private readonly output: EventSink,
    private readonly history: TurnHistory,
    private readonly options: StreamOptions,
  ) {
    const writer = options.resumeFrom?.model;
    if (writer !== undefined) this.substitutes.add(writer);
    this.answeringModel = history.model;
  }

  /**
   * The base URL for the current or next attempt. Empty before the turn has read its gateways, and after the turn has
   * ended.
   */
  get baseUrl(): string {
    return (this.current ?? this.primaryGateway)?.id ?? '';
  }

  /** The label of the gateway for the current or next attempt, like {@link baseUrl}. */
  get label(): string {
    return (this.current ?? this.primaryGateway)?.label ?? '';
  }

  /** Label of a gateway with plain HTTP, to which only the user can switch. Undefined if there is no such gateway. */
  get plainHttpLabel(): string | undefined {
    return this.usableGateways.find((gateway) => !this.isEncryptedEnough(gateway))?.label;
  }

  /** Returns whether the gateway could answer at once and the turn may use it without asking the user. */
  canAnswerNow(gateway: Gateway): boolean {
    return this.isAllowed(gateway) && this.isUp(gateway) && !this.isLimited(gateway);
  }

  /** Gateways that the turn may use without asking the user, in the order of the settings. */
  get allowed(): readonly Gateway[] {
    return this.usableGateways.filter((gateway) => this.isAllowed(gateway));
  }

  /**
   * Gateways that have not failed since the last wait of the turn, in the order of the settings. The current gateway is
   * not included.
   */
  get untriedGateways(): readonly Gateway[] {
    return this.otherGateways.filter(({ id }) => !this.failedGateways.has(id));
  }

  switchOptions(fault: Fault): GatewayOptions {
    const { primaryGateway, current } = this;
    const lacksModelAtBackup = this.isUnservedBy(fault);
    // If the gateway lacks the model and the model's name comes only from the workspace settings, the turn stays at
    // this gateway. Otherwise, a workspace could influence which gateway is used.
    const untriedGateways =
      lacksModelAtBackup && this.settings(this.history.model).isWorkspaceModel ? [] : this.untriedGateways;
    const isNewSubstitute = ({ name, isSubstitute }: SentModel): boolean => isSubstitute && !this.substitutes.has(name);
    // After some faults, the turn may try every other gateway, even if all are down, because a gateway might have
    // recovered.
    const mayTryAll = fault.leavesGateway === true || fault.policy.retry === 'offline' || lacksModelAtBackup;
    const otherGateway =
      untriedGateways.find((gateway) => this.isUp(gateway)) ?? (mayTryAll ? untriedGateways[0] : undefined);
    const primaryFault = primaryGateway && this.stateOf(primaryGateway).health.fault;
    return {
      otherGateway,
      lacksModelAtBackup,
      othersMayRecover: this.otherGateways.some(({ id }) => this.failedGateways.get(id)),
      primaryFault: primaryFault?.row && faultOfRow(primaryFault.row),
      substitute: this.encrypted.map((gateway) => this.modelAt(gateway)).find(isNewSubstitute)?.name,
      isSubstituting: current !== undefined && this.modelAt(current).isSubstitute,
    };
  }

  /** Returns the model that a request to the gateway asks for. */
  modelAt(gateway: Gateway): SentModel {
    return modelAt(gateway, this.history.model, this.primaryGateway);
  }

  /**
   * Announces that another model answers: the chosen gateway uses a substitute, or the turn leaves a gateway that used
   * a substitute.
   * @param gateway the result of `choose`
   */
  announceModelAt(gateway: Gateway): void {
    const { name, isSubstitute } = this.modelAt(gateway);
    this.announceModel(isSubstitute ? name : this.history.model, this.reason);
  }

  announceModel(to: string, reason: ModelEvent['reason']): void {
    const { answeringModel: from } = this;
    if (from === to) return;
    this.output.emit({ type: 'model', from, to, reason });
    this.answeringModel = to;
  }

  /** Returns the gateway that uses this model in place of the user's choice. */
  gatewayOfSubstitute(model: string): Gateway | undefined {
    return this.encrypted.find((gateway) => {
      const { name, isSubstitute } = this.modelAt(gateway);
      return isSubstitute && name === model;
    });
  }

  /**
   * Returns whether the current gateway or its API key was removed or replaced. Returns false if no gateway can be used
   * now.
   */
  isReplaced({ keys }: KeyedGateways): boolean {
    const { current } = this;
    const gateways = [...keys.keys()].filter((gateway) => this.isAllowed(gateway));
    if (!current || gateways.length === 0) return false;
    const sameGateway = gateways.find(({ id }) => id === current.id);
    return !sameGateway || keys.get(sameGateway) !== this.keyOf(current);
  }

  /**
   * Reads the gateway outages that other windows have recorded. Never rejects. Returns undefined if there is only one
   * gateway, because the turn waits for a single gateway even if it is down.
   */
  readOutages({ keys }: KeyedGateways): Promise<unknown> | undefined {
    const gateways = [...keys.keys()];
    if (gateways.length < 2) return undefined;
    return Promise.all(gateways.map((gateway) => this.stateOf(gateway).health.readShared()));
  }

  /** Chooses the gateway of the next attempt. Returns undefined if the turn may use no gateway. */
  choose(gatewaysWithKeys: KeyedGateways): Gateway | undefined {
    const { current: previous, history, options } = this;
    this.gatewaysWithKeys = gatewaysWithKeys;
    const { usableGateways } = this;
    if (this.encryptedModel !== history.model && !(previous && previous.id === this.chosenUrl)) {
      const [first] = this.modelGateways.automatic;
      this.encryptedModel = history.model;
      this.mustEncrypt = isEncrypted(gatewaysWithKeys.primaryGateway) && !(first && usesPlainHttp(first.id));
    }
    const current = usableGateways.find(({ id }) => id === previous?.id);
    if (current && this.isEncryptedEnough(current) && (this.isPinned || this.isUp(current)))
      return (this.current = current);
    const preferred = previous ? undefined : usableGateways.find(({ id }) => id === options.preferredGateway);
    const { allowed } = this;
    const left = previous ?? allowed[0];
    const gateway = preferred ?? allowed.find((other) => this.isUp(other)) ?? allowed[0];
    if (preferred) this.isPinned = true;
    this.use(gateway, preferred !== undefined);
    if (!left || !gateway || left.id === gateway.id) return gateway;
    this.announce(left, gateway, preferred ? undefined : this.stateOf(left).health.fault);
    return gateway;
  }

  /**
   * Whether another gateway is up and the current gateway is down, for instance because of another turn's fault. False
   * if the turn must stay at the current gateway.
   */
  get hasBetterGateway(): boolean {
    const { current } = this;
    if (!current || this.isPinned || this.isUp(current)) return false;
    return this.otherGateways.some((gateway) => this.isUp(gateway));
  }

  /**
   * Returns the gateway to which *Switch gateway* leads: the next gateway in the settings, or the first after the last.
   * Gateways that are up come first, and among these the gateways without a known rate limit. Returns undefined if
   * there is only one gateway.
   */
  nextGateway(): Gateway | undefined {
    const { usableGateways, current } = this;
    const start = usableGateways.findIndex(({ id }) => id === current?.id) + 1;
    const otherGateways = [...usableGateways.slice(start), ...usableGateways.slice(0, start)].filter(
      ({ id }) => id !== current?.id,
    );
    const up = otherGateways.filter((gateway) => this.isUp(gateway));
    return up.find((gateway) => !this.isLimited(gateway)) ?? up[0] ?? otherGateways[0];
  }

  /**
   * Switches to a gateway. The turn stays at this gateway until an attempt fails, even if the gateway is down.
   * @param fault the cause of an automatic switch; undefined if the user has switched
   */
  switchTo(gateway: Gateway, fault?: OutageFault): void {
    if (this.current) this.announce(this.current, gateway, fault);
    this.use(gateway, fault === undefined);
    this.isPinned = true;
  }

  /**
   * Records that the current gateway does not serve the model, if the fault shows this. Must be called before the
   * decision about the fault, which depends on the remaining gateways.
   */
  recordUnserved(fault: Fault): void {
    const { current } = this;
    if (!current || !this.isUnservedBy(fault)) return;
    this.gatewaysWithoutModel.add(current.id);
    // A gateway without an API key is not recorded as a gateway without the model, because it can be used as soon as it
    // has a key.
    if (unservedKinds.has(fault.kind)) this.stateOf(current).recordMissingModel(this.modelAt(current).name);
  }

  /**
   * Records that an attempt at the current gateway has failed. The gateway is marked as down only if the fault is a
   * gateway fault.
   */
  recordFault(fault: Fault): void {
    const { current } = this;
    this.isPinned = false;
    if (!current || !this.hasOtherGateway) return;
    this.failedGateways.set(current.id, isRetryable(fault.policy));
    if (fault.leavesGateway) this.stateOf(current).health.markDown(fault);
  }

  /** Records that the turn has waited. After a wait, the turn may try every gateway again. */
  recordWait(): void {
    this.failedGateways.clear();
  }

  /** Forgets which gateways do not serve the model, so that the turn may try these gateways a second time. */
  forgetUnserved(): void {
    this.gatewaysWithoutModel.clear();
  }

  /**
   * Records that the current gateway has responded.
   * @param sentAt the monotonic time at which the request was sent
   */
  recordResponse(sentAt: number): void {
    if (this.current) this.stateOf(this.current).health.recordResponse(sentAt);
  }

  /** Drops all references to gateways, because they give access to the API keys. */
  clear(): void {
    this.gatewaysWithKeys = undefined;
    this.current = undefined;
  }

  /** Returns the API key for requests to a gateway, or undefined if the gateway needs no key. */
  keyOf(gateway: Gateway): string | undefined {
    return this.gatewaysWithKeys?.keys.get(gateway);
  }

  /** Returns the cooldown of the turn's model at a gateway, or undefined if this window knows of none. */
  cooldownOf(gateway: Gateway): ModelCooldown | undefined {
    return this.stateOf(gateway).cooldownOf(this.modelAt(gateway).name, this.keyOf(gateway));
  }

  /** Returns the gate that admits requests for the turn's model to a gateway. */
  gate(gateway: Gateway): Gate {
    return this.stateOf(gateway).gate(this.modelAt(gateway).name, this.keyOf(gateway));
  }

  /** Retry budget of the gateway that the current or next attempt uses. */
  get retryBudget(): RetryBudget {
    return this.states.of(this.baseUrl).retryBudget;
  }

  stateOf({ id }: Gateway): GatewayState {
    return this.states.of(id);
  }

  /** Whether the user can switch to another gateway, which might be down. */
  get hasOtherGateway(): boolean {
    return this.usableGateways.length > 1;
  }

  /** Whether the primary gateway can't be used because its API key is missing. */
  get lacksPrimaryKey(): boolean {
    const { gatewaysWithKeys: gateways } = this;
    return gateways !== undefined && !gateways.keys.has(gateways.primaryGateway);
  }

  /** Whether the turn can switch automatically, because another gateway is up. */
  get canSwitch(): boolean {
    return this.untriedGateways.some((gateway) => this.isUp(gateway));
  }

  private get primaryGateway(): Gateway | undefined {
    return this.gatewaysWithKeys?.primaryGateway;
  }

  private get usableGateways(): readonly Gateway[] {
    return this.modelGateways.usableGateways;
  }

  private get encrypted(): readonly Gateway[] {
    return this.usableGateways.filter((gateway) => this.isEncryptedEnough(gateway));
  }

  private get modelGateways(): ModelGateways {
    const { gatewaysWithKeys } = this;
    const { model } = this.history;
    if (!gatewaysWithKeys) return { automatic: [], usableGateways: [] };
    const isOfWorkspace = this.settings(model).isWorkspaceModel;
    const gateways = [...gatewaysWithKeys.keys.keys()];
    const served = isOfWorkspace ? gateways : gateways.filter((gateway) => this.mayServe(gateway));
    const amongServed = gatewaysFor({ model, isOfWorkspace }, gatewaysWithKeys, served);
    const automatic = amongServed.length > 0 ? amongServed : gatewaysFor({ model, isOfWorkspace }, gatewaysWithKeys);
    const isManual = (gateway: Gateway): boolean => !automatic.includes(gateway) && usesPlainHttp(gateway.id);
    return { automatic, usableGateways: [...automatic, ...gatewaysThatMayHave(model, gateways).filter(isManual)] };
  }

  /**
   * Returns whether a gateway might serve the model. Returns false for a backup gateway that has reported that it lacks
   * the model.
   */
  private mayServe(gateway: Gateway): boolean {
    if (gateway.id === this.primaryGateway?.id) return true;
    return !this.gatewaysWithoutModel.has(gateway.id) && !this.stateOf(gateway).lacksModel(this.modelAt(gateway).name);
  }

  private get otherGateways(): readonly Gateway[] {
    return this.allowed.filter(({ id }) => id !== this.current?.id);
  }

  /**
   * Returns whether a fault shows that the current gateway, a backup, does not serve the model. The gateway lacks the
   * model, or needs an API key that is missing.
   */
  private isUnservedBy({ kind, row }: Fault): boolean {
    const { current, primaryGateway } = this;
    if (!current || current.id === primaryGateway?.id) return false;
    return unservedKinds.has(kind) || (row === 'noKey' && this.keyOf(current) === undefined);
  }

  private isAllowed(gateway: Gateway): boolean {
    return this.isEncryptedEnough(gateway) && this.mayContinueAt(gateway);
  }

  private isEncryptedEnough({ id }: Gateway): boolean {
    return !this.mustEncrypt || !usesPlainHttp(id);
  }

  /**
   * Returns whether the model at a gateway may continue the partial answer. A substitute (a model that the gateway uses
   * in place of the user's choice) may continue the partial answer of another model only if the user allows this.
   */
  private mayContinueAt(gateway: Gateway): boolean {
    const { name, isSubstitute } = this.modelAt(gateway);
    if (!isSubstitute || !this.history.hasOutput || this.substitutes.has(name)) return true;
    return this.settings(this.history.model).continueWithFallback === 'auto';
  }

  private use(gateway: Gateway | undefined, isUsersChoice: boolean): void {
    this.current = gateway;
    if (!gateway) return;
    const { name, isSubstitute } = this.modelAt(gateway);
    if (isSubstitute) this.substitutes.add(name);
    if (isUsersChoice) this.chosenUrl = gateway.id;
    if (isEncrypted(gateway)) this.mustEncrypt = true;
    else if (isUsersChoice && usesPlainHttp(gateway.id)) this.mustEncrypt = false;
  }

  private isUp(gateway: Gateway): boolean {
    return !this.stateOf(gateway).health.isDown;
  }

  /**
   * Returns whether a turn would fail at this gateway without sending a request, because the known rate limit lasts too
   * long.
   */
  private isLimited(gateway: Gateway): boolean {
    const limitMs = this.stateOf(gateway).cooldownMs(this.modelAt(gateway).name, this.keyOf(gateway));
    return limitMs > this.settings(this.history.model).retry.maxHintMs;
  }

  private announce(from: Gateway, to: Gateway, fault?: OutageFault): void {
    this.reason = fault?.kind ?? 'user';
    this.output.emit({ type: 'gateway', from: refOf(from), to: refOf(to), reason: this.reason, row: fault?.row });
    this.history.recordGatewaySwitch();
  }
}

function isEncrypted({ id }: Gateway): boolean {
  return id.startsWith('https:');
}

/**
 * Returns the fields that identify a gateway in events. Events do not contain the gateway object, which gives access to
 * the gateway's API key.
 */
export function refOf({ id, label }: Gateway): GatewayRef {
  return { id, label };
}
