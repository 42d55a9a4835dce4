import { classify } from '../../../src/core/faults/classify';
import type { Closed, Gate } from '../../../src/core/network/gate';
import { NetworkState } from '../../../src/core/network/networkState';
import type { RetryBudget } from '../../../src/core/network/retryBudget';
import { noSharedCooldowns } from '../../../src/core/network/sharedCooldowns';
import { Passage } from '../../../src/core/passage';
import { Pauses, type WaitWords } from '../../../src/core/pauses';
import { deadlineMs, decide, type Decision } from '../../../src/core/retryPolicy';
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
  private readonly gate: Gate;
  private readonly budget: RetryBudget;
  private readonly pauses: Pauses;
  private readonly passage: Passage;

  constructor(
    private readonly world: World,
    private readonly random: () => number,
    window: NetworkState,
    private readonly maxRetries: number,
  ) {
    this.gate = window.gate(scope);
    this.budget = window.budget(scope.origin);
    const output = new TurnOutput(world, () => undefined);
    this.pauses = new Pauses({ clock: world, random, fetch }, output, this.history);
    this.passage = new Passage(world, this.pauses);
  }

  async run(question: Question): Promise<void> {
    for (let again = true; again;) {
      const line = { words: (closed: Closed) => this.lineWords(closed), leaves: () => false };
      if (await this.passage.enter(this.gate, false, line)) break;
      const refusal = await new Promise<Refusal | undefined>((answered) => question.send(answered));
      if (!refusal) {
        this.stream(question);
        return;
      }
      again = await this.follow(this.judge(refusal));
    }
    question.failed();
  }

  private stream(question: Question): void {
    this.passage.accepted();
    this.world.after(question.succeeded(), () => {
      this.budget.success();
      this.passage.over();
    });
  }

  private judge(refusal: Refusal): Decision {
    const fault = classify(evidenceOf(refusal), this.world.now());
    this.passage.failed(fault);
    const { tokens } = this.budget;
    const { breakerOpen } = this.gate;
    const before = this.history.before(fault, { resuming: false, hasText: false, tokens, breakerOpen });
    const settings = { ...defaultSettings, retry: { ...retry, maxRetries: this.maxRetries } };
    const decision = decide(fault, before, settings, this.random);
    this.history.note(fault, decision, false);
    this.passage.decided(fault, decision);
    return decision;
  }

  /** @returns whether there is another attempt */
  private async follow(decision: Decision): Promise<boolean> {
    if (decision.do !== 'wait') return decision.do === 'replay';
    this.budget.take(decision.cost);
    if (!this.gate.breakerOpen) await this.pauses.forMs(decision.delayMs, words);
    return true;
  }

  private lineWords({ until }: Closed): WaitWords | undefined {
    const longest = Math.max(deadlineMs, retry.maxHintMs) - (this.history.waited ? this.history.idleMs : 0);
    return until - this.world.now() > longest ? undefined : words;
  }
}
