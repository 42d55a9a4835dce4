import type { HealthDeps } from '../../../src/engine/gate/gatewayHealth';
import type { EngineDeps } from '../../../src/engine/engine';
import type { EngineEnvironment, EngineSettings } from '../../../src/engine/environment';
import { classify, type Fault } from '../../../src/engine/faults/classify';
import { noSharedCooldowns, type SharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { GatewayStates, type RetryBudget } from '../../../src/engine/gate/gatewayState';
import { readKeys, type Gateway, type Gateways } from '../../../src/engine/gateway/gateway';
import { decide, type TurnSituation } from '../../../src/engine/retry/decide';
import type { Decision } from '../../../src/engine/retry/decision';
import { TurnHistory } from '../../../src/engine/retry/turnHistory';
import { Admission, faultOfBlock } from '../../../src/engine/turn/admission';
import { TurnGateways } from '../../../src/engine/turn/turnGateways';
import { Waits, type WaitDescription } from '../../../src/engine/turn/waits';
import { defaultSettings } from '../../support/engineRun';
import { fake } from '../../support/fake';
import type { Refusal } from '../gateway';
import type { World } from '../world';
import { evidenceOf } from './evidence';
import type { Question, Strategy } from './strategy';
import { gatewaysFrom, type DescribedGateways } from '../../support/testGateways';

const model = 'gpt-4o';
const singleGateway: DescribedGateways = { baseUrl: 'https://gateway.test/v1', apiKey: 'hsa-simulated-key' };

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
  readonly connection?: DescribedGateways;
  /** The `fetch` of the probes of gateways. */
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

/** A window: the state that its turns share. It has the focus, so that it probes gateways at any time. */
class SimulatedWindow {
  readonly states: GatewayStates;
  readonly gateways: Gateways;
  readonly maxRetries: number;

  constructor(
    readonly world: World,
    readonly random: () => number,
    { maxRetries = retry.maxRetries, connection = singleGateway, fetch = globalThis.fetch, cooldowns }: WindowOptions,
  ) {
    this.states = new GatewayStates(
      fake<HealthDeps>({
        clock: world,
        random,
        fetch,
        watchConnection,
        log: silentLog,
        cooldowns: cooldowns ?? noSharedCooldowns,
        mayProbe: () => true,
      }),
    );
    this.gateways = gatewaysFrom(connection);
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

/** A turn without streams and messages. Its gate, waits, history, gateways and decisions are those of the engine. */
class SimulatedTurn {
  private readonly history = new TurnHistory(model);
  private readonly waits: Waits;
  private readonly gateways: TurnGateways;
  private readonly admission: Admission;
  private readonly settings: EngineSettings;

  constructor(private readonly window: SimulatedWindow) {
    const { world, random, maxRetries } = window;
    const output = { emit: () => undefined };
    this.settings = { ...defaultSettings, retry: { ...retry, maxRetries } };
    this.waits = new Waits(fake<EngineDeps>({ clock: world, random, fetch }), output, this.history);
    this.admission = new Admission(world);
    this.gateways = new TurnGateways(window.states, () => this.settings, output, this.history, {});
  }

  async run(question: Question): Promise<void> {
    for (let retries = true; retries;) {
      const keyed = await readKeys(this.window.gateways);
      await this.gateways.readOutages(keyed);
      const gateway = this.gateways.choose(keyed);
      if (!gateway) break;
      if (!(await this.waitInQueue(gateway))) break;
      this.history.settleCharge(false);
      const sentAt = this.window.world.monotonicNow();
      this.gateways.announceModelAt(gateway);
      const { canSwitch: canSwitchGateway } = this.gateways;
      const called = { baseUrl: gateway.id, canSwitchGateway };
      const refusal = await new Promise<Refusal | undefined>((answered) => question.send(answered, called));
      if (!refusal) {
        this.admission.accepted();
        this.window.world.callAfter(question.succeeded(), () => {
          this.gateways.recordResponse(sentAt);
          this.admission.finish();
          this.budget(gateway).refund(1);
        });
        return;
      }
      retries = await this.prepareRetry(refusal, this.budget(gateway), sentAt);
    }
    question.failed();
  }

  private budget({ id }: Gateway): RetryBudget {
    return this.window.states.of(id).retryBudget;
  }

  /** Returns whether the gate has admitted an attempt. If not, the turn ends. */
  private async waitInQueue(gateway: Gateway): Promise<boolean> {
    const { admission, waits } = this;
    admission.join(this.gateways.gate(gateway), () => waits.end());
    for (let { block } = admission; block; { block } = admission) {
      const decision = this.decide(this.situation(faultOfBlock(block), this.budget(gateway), block));
      if (decision.type !== 'wait') {
        admission.release();
        return false;
      }
      await waits.waitInQueue(decision.delayMs, description);
    }
    return true;
  }

  /** Waits or switches the gateway, as the engine decides. @returns whether another attempt follows */
  private async prepareRetry(refusal: Refusal, budget: RetryBudget, sentAt: number): Promise<boolean> {
    const { gateways, admission } = this;
    const fault = classify(evidenceOf(refusal), this.window.world.now());
    admission.reportFault(fault);
    const situation = this.situation(fault, budget);
    const decision = this.decide(situation);
    this.history.recordFault(fault, situation.isResuming, decision, budget);
    admission.end(fault, decision);
    if (decision.type !== 'replay') gateways.recordFault(fault);
    if (typeof refusal.status === 'number' && !fault.leavesGateway) gateways.recordResponse(sentAt);
    switch (decision.type) {
      case 'replay':
        return true;
      case 'switch-gateway':
        gateways.switchTo(decision.to, fault);
        return true;
      case 'wait':
        gateways.recordWait();
        if (!decision.inQueue) await this.waits.delay(decision.delayMs, description);
        return true;
      default:
        return false;
    }
  }

  private decide(situation: TurnSituation): Decision {
    return decide(situation, this.settings, this.window.random);
  }

  private situation(fault: Fault, { tokens }: RetryBudget, block?: TurnSituation['block']): TurnSituation {
    return {
      history: this.history,
      fault,
      block,
      isResuming: false,
      hasText: false,
      isContinuable: false,
      tokens,
      breakerOpen: this.admission.isBreakerOpen,
      ...this.gateways.switchOptions(fault),
    };
  }
}
