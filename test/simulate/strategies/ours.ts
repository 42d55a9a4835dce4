import type { EngineEnvironment, EngineSettings } from '../../../src/engine/environment';
import { classify, type Fault } from '../../../src/engine/faults/classify';
import { noSharedCooldowns, type SharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { NetworkState, type RetryBudget } from '../../../src/engine/gate/networkState';
import { RouteHealth } from '../../../src/engine/gate/routeHealth';
import { originOf } from '../../../src/engine/gateway/baseUrl';
import type { Connection, Route } from '../../../src/engine/request';
import { decide, type Decision, type Situation } from '../../../src/engine/retry/decide';
import { Admission, faultOfBlock } from '../../../src/engine/turn/admission';
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

export interface WindowOptions {
  readonly maxRetries?: number;
  readonly connection?: Connection;
  /** The `fetch` of the probes of routes. */
  readonly fetch?: typeof fetch;
  /** The outages that other windows have noticed. */
  readonly cooldowns?: SharedCooldowns;
}

/** Tells as early as the host does that a connection is opened, and that it exists only with its response. */
const watchConnection: NonNullable<EngineEnvironment['watchConnection']> = async (send, observer) => {
  observer.onConnecting();
  const response = await send();
  observer.onSent();
  return response;
};

/** A window: the state that its turns share. It has the focus, so that it probes routes at any time. */
class SimulatedWindow {
  readonly network: NetworkState;
  readonly routes: RouteHealth;
  readonly connection: Connection;
  readonly maxRetries: number;

  constructor(
    readonly world: World,
    readonly random: () => number,
    { maxRetries = retry.maxRetries, connection = singleRoute, fetch = globalThis.fetch, cooldowns }: WindowOptions,
  ) {
    this.network = new NetworkState(world, noSharedCooldowns);
    this.routes = new RouteHealth(
      { clock: world, random, fetch, watchConnection, log: silentLog, cooldowns: cooldowns ?? noSharedCooldowns },
      () => true,
    );
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
export function onSeparateMachines(): Strategy {
  return (world, random) => {
    world.awaitsPromises = true;
    return (question) => new SimulatedWindow(world, random, {}).ask(question);
  };
}

/** A turn without streams and messages. Its gate, waits, history, routes and decisions are those of the engine. */
class SimulatedTurn {
  private readonly history = new TurnHistory(model);
  private readonly waits: Waits;
  private readonly routes: TurnRoutes;
  private readonly admission: Admission;
  private readonly settings: EngineSettings;

  constructor(private readonly window: SimulatedWindow) {
    const { world, random, maxRetries } = window;
    const output = { emit: () => undefined };
    this.settings = { ...defaultSettings, retry: { ...retry, maxRetries } };
    this.waits = new Waits({ clock: world, random, fetch }, output, this.history);
    this.admission = new Admission(world);
    this.routes = new TurnRoutes(window.routes, window.network, () => this.settings, output, this.history, {});
  }

  async run(question: Question): Promise<void> {
    for (let retries = true; retries;) {
      await this.routes.readOutages(this.window.connection);
      const route = this.routes.choose(this.window.connection);
      if (!route) break;
      if (!(await this.waitInQueue(route))) break;
      this.history.settleCharge(false);
      const sentAt = this.window.world.monotonicNow();
      const { canSwitchRoute } = this.routes.announcePlan(route);
      const called = { baseUrl: route.baseUrl, canSwitchRoute };
      const refusal = await new Promise<Refusal | undefined>((answered) => question.send(answered, called));
      if (!refusal) {
        this.admission.accepted();
        this.window.world.after(question.succeeded(), () => {
          this.routes.recordResponse(sentAt);
          this.admission.finish();
          this.budget(route).refund(1);
        });
        return;
      }
      retries = await this.prepareRetry(refusal, this.budget(route), sentAt);
    }
    question.failed();
  }

  private budget({ baseUrl }: Route): RetryBudget {
    return this.window.network.budget(originOf(baseUrl));
  }

  /** Returns whether the gate has admitted an attempt. If not, the turn ends. */
  private async waitInQueue(route: Route): Promise<boolean> {
    const { admission, waits, window } = this;
    const { baseUrl, apiKey } = route;
    admission.join(window.network.gate({ origin: originOf(baseUrl), apiKey, model }), () => waits.end());
    for (let { block } = admission; block; { block } = admission) {
      const decision = this.decide(this.situation(faultOfBlock(block), this.budget(route), block));
      if (decision.type !== 'wait') {
        admission.release();
        return false;
      }
      await waits.waitInQueue(decision.delayMs, description);
    }
    return true;
  }

  /** Waits or switches the route, as the engine decides. @returns whether another attempt follows */
  private async prepareRetry(refusal: Refusal, budget: RetryBudget, sentAt: number): Promise<boolean> {
    const { routes, admission } = this;
    const fault = classify(evidenceOf(refusal), this.window.world.now());
    admission.reportFault(fault);
    const situation = this.situation(fault, budget);
    const decision = this.decide(situation);
    this.history.recordFault(situation, decision, budget);
    admission.end(fault, decision);
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

  private situation(fault: Fault, { tokens }: RetryBudget, block?: Situation['block']): Situation {
    return this.history.situation({
      fault,
      block,
      isResuming: false,
      hasText: false,
      isContinuable: false,
      tokens,
      breakerOpen: this.admission.isBreakerOpen,
      ...this.routes.outlook(fault),
    });
  }
}
