import { classify } from '../../../src/engine/faults/classify';
import { GateQueue } from '../../../src/engine/gate/gateQueue';
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

/** Not read by anybody in the simulation. */
const description: WaitDescription = {
  attempt: 0,
  source: 'backoff',
  reason: 'server',
  maxAttempts: 0,
  message: '',
  actions: [],
};

const { retry } = defaultSettings;

/** All questions of a window, behind one gate. */
export function inOneWindow(maxRetries = retry.maxRetries): Strategy {
  return (world, random) => {
    world.awaitsPromises = true;
    const window = new NetworkState(world, noSharedCooldowns);
    return (question) => void new SimulatedTurn(world, random, window, maxRetries).run(question);
  };
}

/** As many windows as questions, on machines that know nothing of each other. */
export function onSeparateMachines(maxRetries = retry.maxRetries): Strategy {
  return (world, random) => {
    world.awaitsPromises = true;
    return (question) =>
      void new SimulatedTurn(world, random, new NetworkState(world, noSharedCooldowns), maxRetries).run(question);
  };
}

/** The engine's turn without streams and words: its gate, its waits, its history and its policy are the engine's. */
class SimulatedTurn {
  private readonly history = new TurnHistory(scope.model);
  readonly gate: Gate;
  readonly budget: RetryBudget;
  private readonly waits: Waits;
  private readonly queue: GateQueue;
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
    this.queue = new GateQueue({ clock: world, settings: () => settings }, this.history, this.waits);
    this.retries = new RetryController(() => settings, random, this.history, this.queue);
  }

  async run(question: Question): Promise<void> {
    const request = { isForced: false, describe: () => description, wish: () => undefined };
    for (let again = true; again;) {
      const admission = await this.queue.acquire(this.gate, request);
      if (admission.type !== 'admitted') break;
      this.retries.attemptStarts(false);
      const refusal = await new Promise<Refusal | undefined>((answered) => question.send(answered));
      if (!refusal) {
        this.streamAnswer(question);
        return;
      }
      again = await this.waitToRetry(refusal);
    }
    question.failed();
  }

  private streamAnswer(question: Question): void {
    this.queue.accepted();
    this.world.after(question.succeeded(), () => this.retries.succeeded(this.budget));
  }

  /** @returns whether there is another attempt */
  private async waitToRetry(refusal: Refusal): Promise<boolean> {
    const fault = classify(evidenceOf(refusal), this.world.now());
    const { decision, isBreakerOpen } = this.retries.handle(fault, this, { resuming: false, hasText: false });
    if (decision.do !== 'wait') return decision.do === 'replay';
    if (!isBreakerOpen) await this.waits.delay(decision.delayMs, description);
    return true;
  }
}
