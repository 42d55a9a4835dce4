import { classify } from '../../../src/core/faults/classify';
import { Judge } from '../../../src/core/judge';
import type { Closed, Gate } from '../../../src/core/network/gate';
import { NetworkState } from '../../../src/core/network/networkState';
import type { RetryBudget } from '../../../src/core/network/retryBudget';
import { noSharedCooldowns } from '../../../src/core/network/sharedCooldowns';
import { Passage } from '../../../src/core/passage';
import { Pauses, type WaitWords } from '../../../src/core/pauses';
import { TurnHistory } from '../../../src/core/turnHistory';
import { TurnOutput } from '../../../src/core/turnOutput';
import { defaultSettings } from '../../support/engineRun';
import type { Refusal } from '../gateway';
import type { World } from '../world';
import { evidenceOf } from './evidence';
import type { Question, Strategy } from './strategy';

const scope = { origin: 'https://gateway.test', apiKey: 'hsa-simulated-key', model: 'gpt-4o' };

/** Nobody reads them here. */
const words: WaitWords = { attempt: 0, source: 'backoff', reason: 'server', maxAttempts: 0, message: '', actions: [] };

const { retry } = defaultSettings;

/** All questions of a window, behind one gate. */
export function oneWindow(maxRetries = retry.maxRetries): Strategy {
  return (world, random) => {
    world.letsPromisesGoOn = true;
    const window = new NetworkState(world, noSharedCooldowns);
    return (question) => void new OurTurn(world, random, window, maxRetries).run(question);
  };
}

/** As many windows as questions, on machines that know nothing of each other. */
export function apart(maxRetries = retry.maxRetries): Strategy {
  return (world, random) => {
    world.letsPromisesGoOn = true;
    return (question) =>
      void new OurTurn(world, random, new NetworkState(world, noSharedCooldowns), maxRetries).run(question);
  };
}

/** The engine's turn without streams and words: its gate, its waits, its history and its policy are the engine's. */
class OurTurn {
  private readonly history = new TurnHistory(scope.model);
  readonly gate: Gate;
  readonly budget: RetryBudget;
  private readonly pauses: Pauses;
  private readonly passage: Passage;
  private readonly judge: Judge;

  constructor(
    private readonly world: World,
    random: () => number,
    window: NetworkState,
    maxRetries: number,
  ) {
    this.gate = window.gate(scope);
    this.budget = window.budget(scope.origin);
    const output = new TurnOutput(world, () => undefined);
    this.pauses = new Pauses({ clock: world, random, fetch }, output, this.history);
    this.passage = new Passage(world, this.pauses);
    const settings = { ...defaultSettings, retry: { ...retry, maxRetries } };
    this.judge = new Judge(() => settings, random, this.history, this.passage);
  }

  async run(question: Question): Promise<void> {
    for (let again = true; again;) {
      const line = { words: (closed: Closed) => this.lineWords(closed), leaves: () => false };
      if (await this.passage.enter(this.gate, false, line)) break;
      this.judge.charge(false);
      const refusal = await new Promise<Refusal | undefined>((answered) => question.send(answered));
      if (!refusal) {
        this.stream(question);
        return;
      }
      again = await this.follow(refusal);
    }
    question.failed();
  }

  private stream(question: Question): void {
    this.passage.accepted();
    this.world.after(question.succeeded(), () => {
      this.budget.success();
      this.passage.over(true);
    });
  }

  /** @returns whether there is another attempt */
  private async follow(refusal: Refusal): Promise<boolean> {
    const fault = classify(evidenceOf(refusal), this.world.now());
    const { decision, breakerOpen } = this.judge.rule(fault, this, { resuming: false, hasText: false });
    if (decision.do !== 'wait') return decision.do === 'replay';
    if (!breakerOpen) await this.pauses.forMs(decision.delayMs, words);
    return true;
  }

  private lineWords({ until }: Closed): WaitWords | undefined {
    return until - this.world.now() > this.judge.patienceMs ? undefined : words;
  }
}
