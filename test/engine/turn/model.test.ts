import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isTerminal, type StreamEvent } from '../../../src/engine/events/events';
import { EngineRun } from '../../support/engineRun';
import { propertyRuns } from '../../support/propertyRuns';
import type { Reply } from '../../support/scriptedFetch';
import { settle } from '../../support/virtualClock';
import { UnreliableGateway, type GatewayBehavior } from './unreliableGateway';

/** An action of the user or the computer during a turn. */
type Action =
  | { readonly kind: 'time passes'; readonly ms: number }
  | { readonly kind: 'the computer sleeps'; readonly ms: number }
  | { readonly kind: 'retry now' | 'try anyway' | 'switch model' | 'continue with fallback' | 'stop' };

const maxRetries = 3;
/** Limit for the sum of all waits: the deadline, plus one maximum retry-after with its margin. */
const deadlineMs = 300_000 + 305_000;
/** Limit for the resumes by one model that the gateway accepts. */
const maxResumes = 5;

const sent = fc.integer({ min: 0, max: 120 });
const behavior: fc.Arbitrary<GatewayBehavior> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<GatewayBehavior>({ kind: 'answers' }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('breaks', 'ends early', 'stalls', 'fails in-band', 'garbles', 'calls a tool'),
      sent,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record(
      {
        kind: fc.constant('status'),
        status: fc.constantFrom(400, 401, 408, 409, 429, 500, 502, 503, 504),
        hintSeconds: fc.integer({ min: 1, max: 400 }),
      },
      { requiredKeys: ['kind', 'status'] },
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('rejects'),
      code: fc.constantFrom('ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('hangs', 'web page', 'empty', 'whole JSON', 'refuses the shape') }),
  },
);

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('time passes'), ms: fc.integer({ min: 1, max: 90_000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('the computer sleeps'), ms: fc.integer({ min: 20_000, max: 4_000_000 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('retry now', 'try anyway', 'switch model', 'continue with fallback'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'stop' } as const) },
);

/** A random test case. */
interface TestCase {
  readonly behaviors: readonly GatewayBehavior[];
  readonly actions: readonly Action[];
  readonly repeatedChars: number;
  readonly model: string;
  readonly continueWithFallback: 'off' | 'ask' | 'auto';
  readonly randomNumber: number;
}

const testCase: fc.Arbitrary<TestCase> = fc.record({
  behaviors: fc.array(behavior, { maxLength: 12 }),
  actions: fc.array(action, { maxLength: 8 }),
  repeatedChars: fc.constantFrom(0, 24, 60),
  model: fc.constantFrom('gpt-4o', 'claude-sonnet-4', 'deepseek-r1'),
  continueWithFallback: fc.constantFrom('off', 'ask', 'auto'),
  randomNumber: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

/** An answer without repeated passages, so that every resume point has only one correct offset. */
const answer = Array.from({ length: 60 }, (_, n) => `Sentence ${n} of ${n * n}.`)
  .join(' ')
  .slice(0, 600);

/** A finished turn and the gateway that answered it. */
interface PlayedCase {
  readonly run: EngineRun;
  readonly gateway: UnreliableGateway;
}

/** Runs a test case. @param order scheduler that decides whether the next response or the next action comes first */
async function play(
  { behaviors, actions, repeatedChars, model, continueWithFallback, randomNumber }: TestCase,
  order: fc.Scheduler,
): Promise<PlayedCase> {
  const gateway = new UnreliableGateway(answer, [...behaviors], repeatedChars);
  const reply: Reply = async (request) => {
    await order.schedule(Promise.resolve(), 'the gateway answers');
    if (request.signal.aborted) throw new DOMException('This operation was aborted', 'AbortError');
    return gateway.reply(request);
  };
  const run = new EngineRun({
    replies: [reply],
    settings: { retry: { maxRetries }, fallbackModels: ['fallback-model'], continueWithFallback },
    random: () => randomNumber,
    request: { model },
  });
  order.scheduleSequence(actions.map((next) => ({ label: next.kind, builder: () => carryOut(run, next) })));
  while (!run.terminal) {
    await settle();
    if (order.count() > 0) await order.waitNext(1);
    else if ((await run.clock.next()) === undefined) break;
  }
  // Delivers the responses that are still in flight. The turn must ignore them.
  while (order.count() > 0) await order.waitNext(1);
  await run.toEnd();
  return { run, gateway };
}

async function carryOut({ turn, clock }: EngineRun, next: Action): Promise<void> {
  switch (next.kind) {
    case 'time passes':
      return clock.advance(next.ms);
    case 'the computer sleeps':
      clock.epoch += next.ms;
      return;
    case 'retry now':
      turn.retryNow();
      return;
    case 'try anyway':
      turn.tryAnyway();
      return;
    case 'switch model':
      turn.switchModel('other-model');
      return;
    case 'continue with fallback':
      turn.continueWith('fallback-model', 'overloaded');
      return;
    case 'stop':
      turn.stop();
  }
}

const checkCases = async (check: (run: EngineRun, gateway: UnreliableGateway) => void): Promise<void> => {
  await fc.assert(
    fc.asyncProperty(testCase, fc.scheduler(), async (randomCase, order) => {
      const { run, gateway } = await play(randomCase, order);
      check(run, gateway);
    }),
    { numRuns: propertyRuns },
  );
};

describe('turn with an unreliable gateway and random user actions', function () {
  this.timeout(600_000);

  it('loses and repeats no text, and releases all resources', async () => {
    await checkCases((run, gateway) => {
      const { events, clock, wire } = run;
      assert.deepEqual(events.filter(isTerminal), [events.at(-1)], 'exactly one terminal event, at the end');
      assert.equal(gateway.concurrentRequests, 0, 'at most one attempt in flight');
      assert.equal(clock.pending, 0, 'no timer remains');
      assert.ok(
        wire.requests.every(({ signal }) => signal.aborted),
        'no socket remains open',
      );
      assert.equal(run.shownText, textOf(run.terminal), 'the shown text is the text of the terminal event');
      if (run.terminal?.type === 'done')
        assert.equal(run.shownText, answer, 'a complete answer is neither cut nor repeated');
      assert.ok(maxRetriesInARow(events) <= maxRetries, 'no more retries than the setting allows');
      assert.ok(waitedMs(events) <= deadlineMs, 'no waits beyond the deadline');
      assert.ok(acceptedResumes(events) <= maxResumes * modelCount(events), 'no more resumes than the budgets allow');
      assert.deepEqual(textOfEndedAttempts(events), [], 'no text from an attempt that has ended');
    });
  });
});

function textOf(terminal: StreamEvent | undefined): string {
  assert.ok(terminal && 'text' in terminal);
  return terminal.text;
}

/** Returns the highest number of automatic retries in a row without an accepted request or new text in between. */
function maxRetriesInARow(events: readonly StreamEvent[]): number {
  let retries = 0;
  let max = 0;
  let isAccepted = false;
  for (const event of events) {
    if (event.type === 'attempt') {
      const isAutomatic = event.why === 'retry' || event.why === 'resume';
      if (isAutomatic && !isAccepted && event.attempt > 1) retries++;
      max = Math.max(max, retries);
      isAccepted = false;
    }
    if (event.type === 'headers' && event.status < 300) isAccepted = true;
    // Text that the engine holds back, before a resume point or during a restart, counts as new text.
    const hasNewText = event.type === 'tool-call' || (event.type === 'ended' && event.chars > 0);
    if (hasNewText || event.type === 'model') retries = 0;
  }
  return max;
}

/** Returns the total time of the announced waits, except for waits offline and waits that the user ended. */
function waitedMs(events: readonly StreamEvent[]): number {
  return events.reduce((sum, event, n) => {
    if (event.type !== 'waiting' || event.reason === 'offline' || event.told !== 'turn') return sum;
    const next = events.slice(n + 1).find(({ type }) => type === 'attempt');
    return next?.type === 'attempt' && next.why !== 'retry-now' && next.why !== 'switch' ? sum + event.delayMs : sum;
  }, 0);
}

/** Returns the number of times that the turn has used a model. Each fallback model has a resume budget of its own. */
function modelCount(events: readonly StreamEvent[]): number {
  return 1 + events.filter(({ type }) => type === 'model').length;
}

function acceptedResumes(events: readonly StreamEvent[]): number {
  const accepted = new Set(
    events.flatMap((event) => (event.type === 'headers' && event.status < 300 ? [event.attempt] : [])),
  );
  return events.filter((event) => event.type === 'attempt' && event.how !== undefined && accepted.has(event.attempt))
    .length;
}

/** Returns the text and reasoning events of attempts that had already ended. */
function textOfEndedAttempts(events: readonly StreamEvent[]): readonly StreamEvent[] {
  let attempt = 0;
  let ended = 0;
  return events.filter((event) => {
    if (event.type === 'attempt') attempt = event.attempt;
    if (event.type === 'ended') ended = event.attempt;
    return (
      (event.type === 'text' || event.type === 'reasoning') && (event.attempt !== attempt || event.attempt === ended)
    );
  });
}
