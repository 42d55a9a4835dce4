import { classify } from '../../../src/engine/faults/classify';
import { TurnPermit } from '../../../src/engine/turn/turnPermit';
import type { Gate } from '../../../src/engine/gate/gate';
import { NetworkState, type RetryBudget } from '../../../src/engine/gate/networkState';
import { noSharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { RouteHealth } from '../../../src/engine/gate/routeHealth';
import { originOf } from '../../../src/engine/gateway/baseUrl';
import type { Connection, Route } from '../../../src/engine/request';
import { RetryController } from '../../../src/engine/turn/retryController';
import { TurnHistory } from '../../../src/engine/turn/turnHistory';
import { TurnOutput } from '../../../src/engine/turn/turnOutput';
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
  /** Monotonic time at which the attempt was sent, in milliseconds. */
  sentAt: number;
}

/** A turn without streams and messages. Its gate, waits, history, routes and retry policy are those of the engine. */
class SimulatedTurn {
  private readonly history = new TurnHistory(model);
  private readonly waits: Waits;
  private readonly queue: TurnPermit;
  private readonly retries: RetryController;
  private readonly routes: TurnRoutes;

  constructor(private readonly window: SimulatedWindow) {
    const { world, random, maxRetries } = window;
    const output = new TurnOutput(world, () => undefined, silentLog.error);
    const settings = { ...defaultSettings, retry: { ...retry, maxRetries } };
    this.waits = new Waits({ clock: world, random, fetch }, output, this.history);
    this.queue = new TurnPermit({ clock: world, settings: () => settings }, this.history, this.waits);
    this.retries = new RetryController(() => settings, random, this.history, this.queue);
    this.routes = new TurnRoutes(window.routes, output, this.history, undefined);
  }

  async run(question: Question): Promise<void> {
    const request = {
      isForced: false,
      describe: () => description,
      continuingModel: () => undefined,
      userCommand: () => undefined,
    };
    for (let retries = true; retries;) {
      const route = this.routes.choose(this.window.connection);
      if (!route) break;
      const state = this.stateOf(route);
      const admission = await this.queue.acquire(state.gate, request);
      if (admission.type !== 'admitted') break;
      this.retries.settleCharge(false);
      state.sentAt = this.window.world.monotonicNow();
      const refusal = await new Promise<Refusal | undefined>((answered) => question.send(answered, route.baseUrl));
      if (!refusal) {
        this.streamAnswer(question, state);
        return;
      }
      retries = await this.prepareRetry(refusal, state);
    }
    question.failed();
  }

  private stateOf({ baseUrl, apiKey }: Route): RouteState {
    const { network } = this.window;
    const origin = originOf(baseUrl);
    return { gate: network.gate({ origin, apiKey, model }), budget: network.budget(origin), sentAt: 0 };
  }

  private streamAnswer(question: Question, { budget, sentAt }: RouteState): void {
    this.queue.reportAccepted();
    this.window.world.after(question.succeeded(), () => {
      this.routes.recordResponse(sentAt);
      this.retries.reportSuccess(budget);
    });
  }

  /** Waits or switches the route, as the retry policy decides. @returns whether another attempt follows */
  private async prepareRetry(refusal: Refusal, state: RouteState): Promise<boolean> {
    const { routes } = this;
    const fault = classify(evidenceOf(refusal), this.window.world.now());
    const otherRoute = routes.outlook(fault);
    const context = { isResuming: false, hasText: false, isContinuable: false, otherRoute };
    const { decision, isBreakerOpen } = this.retries.handle(fault, state, context);
    if (decision.type !== 'replay') routes.recordFault(fault);
    if (typeof refusal.status === 'number' && !fault.isRouteFault) routes.recordResponse(state.sentAt);
    switch (decision.type) {
      case 'replay':
        return true;
      case 'switch-route': {
        const next = routes.next(fault);
        if (next) routes.switchTo(next, fault);
        return true;
      }
      case 'wait':
        routes.recordWait();
        if (!isBreakerOpen) await this.waits.delay(decision.delayMs, description);
        return true;
      default:
        return false;
    }
  }
}
