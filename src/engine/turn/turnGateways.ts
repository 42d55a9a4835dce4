import type { StreamOptions } from '../engine';
import type { EngineSettings } from '../environment';
import type { GatewayRef, ModelEvent } from '../events/events';
import { faultOfRow, type Fault } from '../faults/classify';
import type { OutageFault } from '../gate/gatewayHealth';
import type { Gate } from '../gate/gate';
import type { GatewayState, GatewayStates, RetryBudget } from '../gate/gatewayState';
import { hostOf, usesPlainHttp } from '../gateway/baseUrl';
import {
  gatewaysFor,
  gatewaysThatMayHave,
  modelAt,
  type Gateway,
  type KeyedGateways,
  type SentModel,
} from '../gateway/gateway';
import { isRetryable, type Outlook } from '../retry/decide';
import type { TurnHistory } from '../retry/turnHistory';
import type { EventSink } from './turnOutput';

/** Faults that only mean that a backup gateway does not serve the model, so that another gateway is asked. */
const unservedKinds: ReadonlySet<Fault['kind']> = new Set(['model', 'not-found']);

/** The gateways that may have a model, in the user's order. */
interface ModelGateways {
  /** Gateways that the turn may use without a click of the user. It starts at the first of these that is up. */
  readonly automatic: readonly Gateway[];
  /** The automatic gateways, then the gateways over plain HTTP to which only the user can switch. */
  readonly usable: readonly Gateway[];
}

/** The gateways of a turn, and the model that is sent over each of them. */
export class TurnGateways {
  /**
   * Gateway of the current attempt, or of the next one if the turn has already switched to it. Undefined if the turn may use
   * no gateway.
   */
  current: Gateway | undefined;
  /** Why the turn uses the current gateway. Before any switch, because the earlier gateways do not have the model. */
  reason: ModelEvent['reason'] = 'model';
  /** The name by which the user knows the model of the current attempt, or the next one. */
  answeringModel: string;
  /** The gateways and keys of the current or the next attempt. Undefined before the first attempt, and after the turn. */
  private keyed: KeyedGateways | undefined;
  /** Base URLs of the backup gateways that do not serve the model of this turn. */
  private readonly unserved = new Set<string>();
  /** Whether the turn has used, or should have used, an `https:` gateway, so that it must not use plain HTTP. */
  private mustEncrypt = false;
  /** The model for which `mustEncrypt` was decided. */
  private encryptedModel: string | undefined;
  /** The base URL to which the user last switched. Models that the user selects later also go there, even over plain HTTP. */
  private chosenUrl: string | undefined;
  /** Whether the turn stays on the current gateway even if it is down, until an attempt over it fails. */
  private isPinned = false;
  /** Gateways that have failed since the turn last waited, and whether waiting may help there. */
  private readonly failed = new Map<string, boolean>();
  /** The substitutes that the turn has used. They may continue their own partial answers, but are not offered again. */
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

  /** The base URL of the current or the next attempt. Empty before the turn has read its gateways, and after its end. */
  get baseUrl(): string {
    return (this.current ?? this.primary)?.id ?? '';
  }

  /** Host of a plain-HTTP gateway, to which only the user can switch. */
  get plainHttpHost(): string | undefined {
    const plainHttp = this.usable.find((gateway) => !this.isEncryptedEnough(gateway));
    return plainHttp && hostOf(plainHttp.id);
  }

  /** Whether the gateway could answer at once, and the turn may use it without a click of the user. */
  canAnswerNow(gateway: Gateway): boolean {
    return this.isAllowed(gateway) && this.isUp(gateway) && !this.isLimited(gateway);
  }

  /** Usable without a decision of the user, in their order. */
  get allowed(): readonly Gateway[] {
    return this.usable.filter((gateway) => this.isAllowed(gateway));
  }

  /** Not failed since the turn last waited, in the user's order. */
  get untried(): readonly Gateway[] {
    return this.others.filter(({ id }) => !this.failed.has(id));
  }

  outlook(fault: Fault): Outlook {
    const { primary, current } = this;
    const isUnserved = this.isUnservedBy(fault);
    // The turn stays at a gateway that lacks a model that only the workspace names.
    const untried = isUnserved && this.settings(this.history.model).isWorkspaceModel ? [] : this.untried;
    const isNewSubstitute = ({ name, isSubstitute }: SentModel): boolean => isSubstitute && !this.substitutes.has(name);
    // If every gateway is down, the turn may try all of them, because their state may have changed.
    const mayTryAll = fault.leavesGateway === true || fault.policy.retry === 'offline' || isUnserved;
    const otherGateway = untried.find((gateway) => this.isUp(gateway)) ?? (mayTryAll ? untried[0] : undefined);
    const primaryFault = primary && this.stateOf(primary).health.fault;
    return {
      otherGateway,
      isUnserved,
      othersMayRecover: this.others.some(({ id }) => this.failed.get(id)),
      primaryFault: primaryFault?.row && faultOfRow(primaryFault.row),
      substitute: this.encrypted.map((gateway) => this.modelAt(gateway)).find(isNewSubstitute)?.name,
      isSubstituting: current !== undefined && this.modelAt(current).isSubstitute,
    };
  }

  /** Returns the model that is sent through a gateway. */
  modelAt(gateway: Gateway): SentModel {
    return modelAt(gateway, this.history.model, this.primary);
  }

  /**
   * Announces another model if the chosen gateway has a substitute, or the turn leaves such a gateway.
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

  /** Returns the gateway that has the substitute. */
  gatewayOfSubstitute(model: string): Gateway | undefined {
    return this.encrypted.find((gateway) => {
      const { name, isSubstitute } = this.modelAt(gateway);
      return isSubstitute && name === model;
    });
  }

  /** Whether the current gateway or its key was removed or replaced, and another gateway can be used. */
  isReplaced({ keys }: KeyedGateways): boolean {
    const { current } = this;
    const gateways = [...keys.keys()].filter((gateway) => this.isAllowed(gateway));
    if (!current || gateways.length === 0) return false;
    const successor = gateways.find(({ id }) => id === current.id);
    return !successor || keys.get(successor) !== this.keyOf(current);
  }

  /** Never rejects. Returns undefined if there is only one gateway, because the turn then waits for it anyway. */
  readOutages({ keys }: KeyedGateways): Promise<unknown> | undefined {
    const gateways = [...keys.keys()];
    if (gateways.length < 2) return undefined;
    return Promise.all(gateways.map((gateway) => this.stateOf(gateway).health.readShared()));
  }

  /** Chooses the gateway of the next attempt. Returns undefined if the turn may use no gateway. */
  choose(keyed: KeyedGateways): Gateway | undefined {
    const { current: previous, history, options } = this;
    this.keyed = keyed;
    const { usable } = this;
    if (this.encryptedModel !== history.model && !(previous && previous.id === this.chosenUrl)) {
      const [first] = this.modelGateways.automatic;
      this.encryptedModel = history.model;
      this.mustEncrypt = isEncrypted(keyed.primary) && !(first && usesPlainHttp(first.id));
    }
    const current = usable.find(({ id }) => id === previous?.id);
    if (current && this.isEncryptedEnough(current) && (this.isPinned || this.isUp(current)))
      return (this.current = current);
    const preferred = previous ? undefined : usable.find(({ id }) => id === options.preferredGateway);
    const { allowed } = this;
    const left = previous ?? allowed[0];
    const gateway = preferred ?? allowed.find((other) => this.isUp(other)) ?? allowed[0];
    if (preferred) this.isPinned = true;
    this.use(gateway, preferred !== undefined);
    if (!left || !gateway || left.id === gateway.id) return gateway;
    this.announce(left, gateway, preferred ? undefined : this.stateOf(left).health.fault);
    return gateway;
  }

  /** Whether the current gateway has gone down since the turn chose it, for instance for another turn. */
  get hasBetterGateway(): boolean {
    const { current } = this;
    if (!current || this.isPinned || this.isUp(current)) return false;
    return this.others.some((gateway) => this.isUp(gateway));
  }

  /**
   * Returns the next gateway in the user's order, starting again with the first gateway after the last. Prefers gateways
   * that are up, and among them gateways without a known limit. Returns undefined if there is only one gateway.
   */
  following(): Gateway | undefined {
    const { usable, current } = this;
    const start = usable.findIndex(({ id }) => id === current?.id) + 1;
    const others = [...usable.slice(start), ...usable.slice(0, start)].filter(({ id }) => id !== current?.id);
    const up = others.filter((gateway) => this.isUp(gateway));
    return up.find((gateway) => !this.isLimited(gateway)) ?? up[0] ?? others[0];
  }

  /** Stays there even if it is down, until an attempt fails. Without `fault`, the user has switched. */
  switchTo(gateway: Gateway, fault?: OutageFault): void {
    if (this.current) this.announce(this.current, gateway, fault);
    this.use(gateway, fault === undefined);
    this.isPinned = true;
  }

  /** Call this before the decision about the fault, which depends on the gateways that are left. */
  recordUnserved(fault: Fault): void {
    const { current } = this;
    if (!current || !this.isUnservedBy(fault)) return;
    this.unserved.add(current.id);
    // A missing key is not recorded, because the gateway can be used as soon as it has a key.
    if (unservedKinds.has(fault.kind)) this.stateOf(current).recordMissingModel(this.modelAt(current).name);
  }

  /** Only a fault of the gateway itself marks it as down. */
  recordFault(fault: Fault): void {
    const { current } = this;
    this.isPinned = false;
    if (!current || !this.hasOtherGateway) return;
    this.failed.set(current.id, isRetryable(fault.policy));
    if (fault.leavesGateway) this.stateOf(current).health.markDown(fault);
  }

  /** After a wait, the turn may try every gateway again. */
  recordWait(): void {
    this.failed.clear();
  }

  /** Forgets which gateways lacked the model, so that it is requested there again. */
  forgetUnserved(): void {
    this.unserved.clear();
  }

  /** `sentAt` is the monotonic time of the request. */
  recordResponse(sentAt: number): void {
    if (this.current) this.stateOf(this.current).health.recordResponse(sentAt);
  }

  /** Forgets the gateways, because they include the keys. */
  clear(): void {
    this.keyed = undefined;
    this.current = undefined;
  }

  /** The key for requests to a gateway, or undefined if the gateway needs no key. */
  keyOf(gateway: Gateway): string | undefined {
    return this.keyed?.keys.get(gateway);
  }

  /** The gate of the model that is sent through a gateway. */
  gate(gateway: Gateway): Gate {
    return this.stateOf(gateway).gate(this.modelAt(gateway).name, this.keyOf(gateway));
  }

  /** The retry budget of the gateway of the current or the next attempt. */
  get budget(): RetryBudget {
    return this.states.of(this.baseUrl).budget;
  }

  stateOf({ id }: Gateway): GatewayState {
    return this.states.of(id);
  }

  /** Whether the user can switch to another gateway, even to one that is down. */
  get hasOtherGateway(): boolean {
    return this.usable.length > 1;
  }

  /** Whether the turn can switch automatically, because another gateway is up. */
  get canSwitch(): boolean {
    return this.untried.some((gateway) => this.isUp(gateway));
  }

  private get primary(): Gateway | undefined {
    return this.keyed?.primary;
  }

  private get usable(): readonly Gateway[] {
    return this.modelGateways.usable;
  }

  private get encrypted(): readonly Gateway[] {
    return this.usable.filter((gateway) => this.isEncryptedEnough(gateway));
  }

  private get modelGateways(): ModelGateways {
    const { keyed } = this;
    const { model } = this.history;
    if (!keyed) return { automatic: [], usable: [] };
    const isOfWorkspace = this.settings(model).isWorkspaceModel;
    const gateways = [...keyed.keys.keys()];
    const served = isOfWorkspace ? gateways : gateways.filter((gateway) => this.mayServe(gateway));
    const amongServed = gatewaysFor({ model, isOfWorkspace }, keyed, served);
    const automatic = amongServed.length > 0 ? amongServed : gatewaysFor({ model, isOfWorkspace }, keyed);
    const isManual = (gateway: Gateway): boolean => !automatic.includes(gateway) && usesPlainHttp(gateway.id);
    return { automatic, usable: [...automatic, ...gatewaysThatMayHave(model, gateways).filter(isManual)] };
  }

  /** Returns false if the gateway is a backup and has answered that it does not have the model. */
  private mayServe(gateway: Gateway): boolean {
    if (gateway.id === this.primary?.id) return true;
    return !this.unserved.has(gateway.id) && !this.stateOf(gateway).lacksModel(this.modelAt(gateway).name);
  }

  private get others(): readonly Gateway[] {
    return this.allowed.filter(({ id }) => id !== this.current?.id);
  }

  /** Whether the fault means that a backup gateway does not serve the model: it lacks the model, or needs a key. */
  private isUnservedBy({ kind, row }: Fault): boolean {
    const { current, primary } = this;
    if (!current || current.id === primary?.id) return false;
    return unservedKinds.has(kind) || (row === 'noKey' && this.keyOf(current) === undefined);
  }

  private isAllowed(gateway: Gateway): boolean {
    return this.isEncryptedEnough(gateway) && this.mayContinueAt(gateway);
  }

  private isEncryptedEnough({ id }: Gateway): boolean {
    return !this.mustEncrypt || !usesPlainHttp(id);
  }

  /** A substitute continues the partial answer of another model only if the user allows it. */
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

  /** Whether a turn on this gateway would fail without a request, because a known limit lasts longer than a turn waits. */
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

/** Returns what events name a gateway by: not the object, which can read its key. */
export function refOf({ id, label }: Gateway): GatewayRef {
  return { id, label };
}
