import type { EngineSettings } from '../../../src/engine/engine';
import { classify, type Fault } from '../../../src/engine/faults/classify';
import { providerFaults } from '../../../src/engine/faults/faultTable';
import { noSharedCooldowns, type GateBlock } from '../../../src/engine/gate/cooldowns';
import type { Gate, Permit } from '../../../src/engine/gate/gate';
import { NetworkState, type RetryBudget } from '../../../src/engine/gate/networkState';
import { RouteHealth } from '../../../src/engine/gate/routeHealth';
import { originOf } from '../../../src/engine/gateway/baseUrl';
import type { Connection, Route } from '../../../src/engine/request';
import { cooldownAfter, decide, faultOfBlock, type Decision, type Situation } from '../../../src/engine/retry/decide';
import { TurnHistory } from '../../../src/engine/turn/turnHistory';
import { TurnRoutes } from '../../../src/engine/turn/turnRoutes';
import { Waits, type WaitDescription } from '../../../src/engine/turn/waits';
import { defaultSettings } from '../../support/engineRun';
import type { Refusal } from '../gateway';
import type { World } from '../world';
import { evidenceOf } from './evidence';
import type { Question, Strategy } from './strategy';

const model = 'gpt-4o';
const singleRoute: Connection = { baseUrl: 'https://gateway.test/v1', apiKey: 'hsa-simulated-key' };

/** A description with arbitrary values, because the simulation does not use the descriptions of waits. */
const description: WaitDescription = {
  attempt: 0,
  source: 'backoff',
  reason: 'server',
  maxAttempts: 0,
  message: '',
  actions: [],
};

const { retry } = defaultSettings;

const silentLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (problem: unknown) => {
    throw problem;
  },
};

interface WindowOptions {
  readonly maxRetries?: number;
  readonly connection?: Connection;
  /** The `fetch` of the probes of routes. */
  readonly fetch?: typeof fetch;
}

/** A window: the state that its turns share. It has the focus, so that it probes routes at any time. */
class SimulatedWindow {
  readonly network: NetworkState;
  readonly routes: RouteHealth;
  readonly connection: Connection;
  readonly maxRetries: number;

  constructor(
    readonly world: World,
    readonly random: () => number,
    { maxRetries = retry.maxRetries, connection = singleRoute, fetch = globalThis.fetch }: WindowOptions,
  ) {
    this.network = new NetworkState(world, noSharedCooldowns);
    this.routes = new RouteHealth({ clock: world, random, fetch, log: silentLog }, () => true);
    this.connection = connection;
    this.maxRetries = maxRetries;
  }

  ask(question: Question): void {
    void new SimulatedTurn(this).run(question);
  }
}

/** Returns a strategy in which all questions come from one window and share a gate. */
export function inOneWindow(options: WindowOptions = {}): Strategy {
  return (world, random) => {
    world.awaitsPromises = true;
    const window = new SimulatedWindow(world, random, options);
    return (question) => window.ask(question);
  };
}

/** Returns a strategy in which each question comes from another computer, without shared state. */
export function onSeparateMachines(options: WindowOptions = {}): Strategy {
  return (world, random) => {
    world.awaitsPromises = true;
    return (question) => new SimulatedWindow(world, random, options).ask(question);
  };
}

/** The gate and the retry budget of the route of an attempt. */
interface RouteState {
  readonly gate: Gate;
  readonly budget: RetryBudget;
}

/** A turn without streams and messages. Its gate, waits, history, routes and decisions are those of the engine. */
class SimulatedTurn {
  private readonly history = new TurnHistory(model);
  private readonly waits: Waits;
  private readonly routes: TurnRoutes;
  private readonly settings: EngineSettings;

  constructor(private readonly window: SimulatedWindow) {
    const { world, random, maxRetries } = window;
    const output = { emit: () => undefined };
    this.settings = { ...defaultSettings, retry: { ...retry, maxRetries } };
    this.waits = new Waits({ clock: world, random, fetch }, output, this.history);
    this.routes = new TurnRoutes(window.routes, output, this.history, undefined);
  }

  async run(question: Question): Promise<void> {
    for (let retries = true; retries;) {
      const route = this.routes.choose(this.window.connection);
      if (!route) break;
      const state = this.stateOf(route);
      const permit = await this.passGate(state);
      if (!permit) break;
      this.history.settleCharge(false);
      const sentAt = this.window.world.monotonicNow();
      const refusal = await new Promise<Refusal | undefined>((answered) => question.send(answered, route.baseUrl));
      if (!refusal) {
        permit.accepted();
        this.window.world.after(question.succeeded(), () => {
          this.routes.recordResponse(sentAt);
          permit.release(true);
          state.budget.refund(1);
        });
        return;
      }
      retries = await this.prepareRetry(refusal, state, permit, sentAt);
    }
    question.failed();
  }

  private stateOf({ baseUrl, apiKey }: Route): RouteState {
    const { network } = this.window;
    const origin = originOf(baseUrl);
    return { gate: network.gate({ origin, apiKey, model }), budget: network.budget(origin) };
  }

  /** Waits until the gate admits an attempt. Returns undefined if the turn ends instead. */
  private async passGate(state: RouteState): Promise<Permit | undefined> {
    const permit = state.gate.enqueue(() => this.waits.end());
    while (permit.block) {
      const { block } = permit;
      const decision = this.decide(this.situation(faultOfBlock(block), state, block));
      if (decision.type !== 'wait') {
        permit.release();
        return undefined;
      }
      await this.waits.waitInQueue(decision.delayMs, description);
    }
    return permit;
  }

  /** Waits or switches the route, as the engine decides. @returns whether another attempt follows */
  private async prepareRetry(refusal: Refusal, state: RouteState, permit: Permit, sentAt: number): Promise<boolean> {
    const { routes, window } = this;
    const now = window.world.now();
    const fault = classify(evidenceOf(refusal), now);
    if (providerFaults.has(fault.row)) permit.failed(fault.retryAfter?.delayMs);
    const situation = this.situation(fault, state);
    const decision = this.decide(situation);
    this.history.recordFault(situation, decision, state.budget);
    const delayMs = cooldownAfter(fault, decision);
    const source = fault.retryAfter ? 'server' : 'backoff';
    if (delayMs === undefined) permit.release();
    else permit.limited({ until: now + delayMs, delayMs, source, reason: fault.kind });
    if (decision.type !== 'replay') routes.recordFault(fault);
    if (typeof refusal.status === 'number' && !fault.isRouteFault) routes.recordResponse(sentAt);
    switch (decision.type) {
      case 'replay':
        return true;
      case 'switch-route':
        routes.switchTo(decision.to, fault);
        return true;
      case 'wait':
        routes.recordWait();
        if (!decision.inQueue) await this.waits.delay(decision.delayMs, description);
        return true;
      default:
        return false;
    }
  }

  private decide(situation: Situation): Decision {
    return decide(situation, this.settings, this.window.random);
  }

  private situation(fault: Fault, { gate, budget }: RouteState, block?: GateBlock): Situation {
    return this.history.situation({
      fault,
      block: block && { ...block, leftMs: Math.max(0, block.until - this.window.world.now()) },
      isResuming: false,
      hasText: false,
      isContinuable: false,
      tokens: budget.tokens,
      breakerOpen: gate.isBreakerOpen,
      otherRoute: this.routes.next(fault),
      othersMayRecover: this.routes.othersMayRecover,
    });
  }
}
