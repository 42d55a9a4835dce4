import { classify } from '../../../src/engine/faults/classify';
import { TurnPermit } from '../../../src/engine/gate/turnPermit';
import type { Gate } from '../../../src/engine/gate/gate';
import { NetworkState, type RetryBudget } from '../../../src/engine/gate/networkState';
import { noSharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { RetryController } from '../../../src/engine/retry/retryController';
import { TurnHistory } from '../../../src/engine/turn/turnHistory';
import { TurnOutput } from '../../../src/engine/turn/turnOutput';
import { Waits, type WaitDescription } from '../../../src/engine/turn/waits';
import { defaultSettings } from '../../support/engineRun';
import type { Refusal } from '../gateway';
import type { World } from '../world';
import { evidenceOf } from './evidence';
import type { Question, Strategy } from './strategy';

const scope = { origin: 'https://gateway.test', apiKey: 'hsa-simulated-key', model: 'gpt-4o' };

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

/** Returns a strategy in which all questions come from one window and share a gate. */
export function inOneWindow(maxRetries = retry.maxRetries): Strategy {
  return (world, random) => {
    world.awaitsPromises = true;
    const window = new NetworkState(world, noSharedCooldowns);
    return (question) => void new SimulatedTurn(world, random, window, maxRetries).run(question);
  };
}

/** Returns a strategy in which each question comes from another computer, without shared state. */
export function onSeparateMachines(maxRetries = retry.maxRetries): Strategy {
  return (world, random) => {
    world.awaitsPromises = true;
    return (question) =>
      void new SimulatedTurn(world, random, new NetworkState(world, noSharedCooldowns), maxRetries).run(question);
  };
}

/** A turn without streams and messages. Its gate, waits, history and retry policy are those of the engine. */
class SimulatedTurn {
  private readonly history = new TurnHistory(scope.model);
  readonly gate: Gate;
  readonly budget: RetryBudget;
  private readonly waits: Waits;
  private readonly queue: TurnPermit;
  private readonly retries: RetryController;

  constructor(
    private readonly world: World,
    random: () => number,
    window: NetworkState,
    maxRetries: number,
  ) {
    this.gate = window.gate(scope);
    this.budget = window.budget(scope.origin);
    const output = new TurnOutput(world, () => undefined);
    const settings = { ...defaultSettings, retry: { ...retry, maxRetries } };
    this.waits = new Waits({ clock: world, random, fetch }, output, this.history);
    this.queue = new TurnPermit({ clock: world, settings: () => settings }, this.history, this.waits);
    this.retries = new RetryController(() => settings, random, this.history, this.queue);
  }

  async run(question: Question): Promise<void> {
    const request = {
      isForced: false,
      describe: () => description,
      continuingModel: () => undefined,
      userCommand: () => undefined,
    };
    for (let retries = true; retries;) {
      const admission = await this.queue.acquire(this.gate, request);
      if (admission.type !== 'admitted') break;
      this.retries.settleCharge(false);
      const refusal = await new Promise<Refusal | undefined>((answered) => question.send(answered));
      if (!refusal) {
        this.streamAnswer(question);
        return;
      }
      retries = await this.waitToRetry(refusal);
    }
    question.failed();
  }

  private streamAnswer(question: Question): void {
    this.queue.reportAccepted();
    this.world.after(question.succeeded(), () => this.retries.reportSuccess(this.budget));
  }

  /** Waits as the retry policy decides. @returns whether another attempt follows */
  private async waitToRetry(refusal: Refusal): Promise<boolean> {
    const fault = classify(evidenceOf(refusal), this.world.now());
    const { decision, isBreakerOpen } = this.retries.handle(fault, this, {
      isResuming: false,
      hasText: false,
      otherRoute: 'none',
      isContinuable: false,
    });
    if (decision.type !== 'wait') return decision.type === 'replay';
    if (!isBreakerOpen) await this.waits.delay(decision.delayMs, description);
    return true;
  }
}
