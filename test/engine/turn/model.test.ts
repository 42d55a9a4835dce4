import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isTerminal, type StreamEvent } from '../../../src/engine/events';
import { EngineRun } from '../../support/engineRun';
import { propertyRuns } from '../../support/propertyRuns';
import type { Reply } from '../../support/scriptedFetch';
import { settle } from '../../support/virtualClock';
import { UnreliableServer, type ServerBehavior } from './unreliableServer';

/** What a person, the laptop and time do to a turn. */
type Deed =
  | { readonly kind: 'time passes'; readonly ms: number }
  | { readonly kind: 'the laptop sleeps'; readonly ms: number }
  | { readonly kind: 'retry now' | 'try anyway' | 'switch model' | 'stop' | 'leave' };

const maxRetries = 3;
/** Of the settings and the engine's rules: of a wait the server asked for, with its margin; the first one is free. */
const deadlineMs = 300_000 + 305_000;
/** Of the engine's rules: resumes that are taken in one turn. */
const maxResumes = 5;

const sent = fc.integer({ min: 0, max: 120 });
const mood: fc.Arbitrary<ServerBehavior> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<ServerBehavior>({ kind: 'answers' }) },
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

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('time passes'), ms: fc.integer({ min: 1, max: 90_000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('the laptop sleeps'), ms: fc.integer({ min: 20_000, max: 4_000_000 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('retry now', 'try anyway', 'switch model') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('stop', 'leave') }) },
);

interface Story {
  readonly moods: readonly ServerBehavior[];
  readonly deeds: readonly Deed[];
  readonly overlap: number;
  readonly model: string;
  readonly chance: number;
}

const story: fc.Arbitrary<Story> = fc.record({
  moods: fc.array(mood, { maxLength: 12 }),
  deeds: fc.array(deed, { maxLength: 8 }),
  overlap: fc.constantFrom(0, 24, 60),
  model: fc.constantFrom('gpt-4o', 'claude-sonnet-4', 'deepseek-r1'),
  chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

/** Every piece of it is unlike every other, so that each splice has one right place. */
const answer = Array.from({ length: 60 }, (_, n) => `Sentence ${n} of ${n * n}.`)
  .join(' ')
  .slice(0, 600);

interface Played {
  readonly run: EngineRun;
  readonly server: UnreliableServer;
}

/** @param order which comes first, the answer to a request or what a person does next */
async function play({ moods, deeds, overlap, model, chance }: Story, order: fc.Scheduler): Promise<Played> {
  const server = new UnreliableServer(answer, [...moods], overlap);
  const reply: Reply = async (request) => {
    await order.schedule(Promise.resolve(), 'the server answers');
    if (request.signal.aborted) throw new DOMException('This operation was aborted', 'AbortError');
    return server.reply(request);
  };
  const run = new EngineRun({
    replies: [reply],
    settings: { retry: { maxRetries }, fallbackModels: ['fallback-model'] },
    random: () => chance,
    request: { model },
  });
  order.scheduleSequence(deeds.map((each) => ({ label: each.kind, builder: () => carryOut(run, each) })));
  while (!run.terminal) {
    await settle();
    if (order.count() > 0) await order.waitNext(1);
    else if ((await run.clock.next()) === undefined) break;
  }
  // Answers that are still on their way find nobody.
  while (order.count() > 0) await order.waitNext(1);
  await run.toEnd();
  return { run, server };
}

async function carryOut({ turn, clock }: EngineRun, each: Deed): Promise<void> {
  switch (each.kind) {
    case 'time passes':
      return clock.advance(each.ms);
    case 'the laptop sleeps':
      clock.epoch += each.ms;
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
    case 'stop':
      turn.stop();
      return;
    case 'leave':
      await turn[Symbol.asyncIterator]().return?.();
  }
}

const holds = async (check: (run: EngineRun, server: UnreliableServer) => void): Promise<void> => {
  await fc.assert(
    fc.asyncProperty(story, fc.scheduler(), async (it, order) => {
      const { run, server } = await play(it, order);
      check(run, server);
    }),
    { numRuns: propertyRuns },
  );
};

describe('a turn with an unreliable server and an impatient person', function () {
  this.timeout(600_000);

  it('keeps its promises, whatever happens', async () => {
    await holds((run, server) => {
      const { events, clock, wire } = run;
      assert.deepEqual(events.filter(isTerminal), [events.at(-1)], 'exactly one terminal event, the last one');
      assert.equal(server.concurrentRequests, 0, 'at most one attempt in flight');
      assert.equal(clock.pending, 0, 'no timer is left');
      assert.ok(
        wire.requests.every(({ signal }) => signal.aborted),
        'no socket is left',
      );
      assert.equal(run.shownText, textOf(run.terminal), 'what was shown is what the end says');
      if (run.terminal?.type === 'done') assert.equal(run.shownText, answer, 'a finished answer is whole, and once');
      assert.ok(mostRetries(events) <= maxRetries, 'no retry beyond the setting');
      assert.ok(waitedMs(events) <= deadlineMs, 'no wait beyond the deadline');
      assert.ok(takenResumes(events) <= maxResumes, 'no resume beyond the budget');
      assert.deepEqual(outOfTurn(events), [], 'nothing comes from an attempt that is over');
    });
  });
});

function textOf(terminal: StreamEvent | undefined): string {
  assert.ok(terminal && 'text' in terminal);
  return terminal.text;
}

/** Attempts that the engine made by itself because no gateway took the one before, without anything new between. */
function mostRetries(events: readonly StreamEvent[]): number {
  let row = 0;
  let most = 0;
  let taken = false;
  for (const event of events) {
    if (event.type === 'attempt') {
      const own = event.why === 'retry' || event.why === 'resume';
      if (own && !taken && event.attempt > 1) row++;
      most = Math.max(most, row);
      taken = false;
    }
    if (event.type === 'headers' && event.status < 300) taken = true;
    // What is held back, for a seam or until it overtakes, has arrived all the same.
    const anew = event.type === 'tool-call' || (event.type === 'ended' && event.chars > 0);
    if (anew || event.type === 'model') row = 0;
  }
  return most;
}

/** Waits that were announced, but for those without a network and those that the user has cut short. */
function waitedMs(events: readonly StreamEvent[]): number {
  return events.reduce((sum, event, n) => {
    if (event.type !== 'waiting' || event.reason === 'offline' || event.told !== 'turn') return sum;
    const next = events.slice(n + 1).find(({ type }) => type === 'attempt');
    return next?.type === 'attempt' && next.why !== 'retry-now' && next.why !== 'switch' ? sum + event.delayMs : sum;
  }, 0);
}

function takenResumes(events: readonly StreamEvent[]): number {
  const taken = new Set(
    events.flatMap((event) => (event.type === 'headers' && event.status < 300 ? [event.attempt] : [])),
  );
  return events.filter((event) => event.type === 'attempt' && event.how !== undefined && taken.has(event.attempt))
    .length;
}

/** Text and reasoning of any attempt but the present one, or of one that has ended. */
function outOfTurn(events: readonly StreamEvent[]): readonly StreamEvent[] {
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
