import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../../src/engine/events';
import { foldJournal } from '../../../../src/host/journal/journalFold';
import { encodeLine, salvageJournal } from '../../../../src/host/journal/journalLines';
import { journalSchema } from '../../../../src/host/journal/journalSchema';
import type { WireFixture } from '../wireFixture';
import { partialAnswer, continuation, summarizeTurn } from '../turnSummary';
import type { WireCase } from '../wireCase';
import {
  answers,
  answersContinuation,
  cutAfterText,
  deltas,
  fetchFailed,
  finishesThen,
  hangs,
  rejectFetch,
  status,
} from '../wireReplies';

const done = '200 → text → done stop, complete answer';
const resumed = 'resume (continue) → 200 → joined continue → text → done stop, complete answer';
const limited = status(429, { message: 'slow down' }, { 'retry-after': '37' });
const otherKey = 'hsa-key-of-another-gateway';

/** Events caused by the user, the computer or the engine itself. */
export const turns: readonly WireCase[] = [
  {
    row: 57,
    title: 'Stop before the headers',
    replies: () => [hangs],
    onEvent: async ({ type }, fixture) => {
      if (type !== 'attempt') return;
      await fixture.gateway.request(1);
      fixture.turn.handle.stop();
    },
    after: assertClosedByClient,
    expected: 'stopped',
  },
  {
    row: 57,
    title: 'Stop before the first text',
    replies: () => [() => [{ status: 200 }, { end: 'stall' }]],
    onEvent: stopAt('headers'),
    after: assertClosedByClient,
    expected: '200 → stopped',
  },
  {
    row: 57,
    title: 'Stop in the middle of the answer',
    replies: (fixture) => [cutAfterText(fixture, 'stall')],
    onEvent: ({ type }, fixture) => {
      if (type === 'text' && fixture.turn.visibleText === partialAnswer) fixture.turn.handle.stop();
    },
    after: assertClosedByClient,
    expected: '200 → text → stopped, partial answer',
  },
  {
    row: 57,
    title: 'Stop after the last text, before the end of the stream',
    replies: () => [finishesThen([{ end: 'stall' }])],
    onEvent: stopAt('text'),
    after: assertClosedByClient,
    expected: '200 → text → stopped, complete answer',
  },
  {
    row: 57,
    title: 'Stop during a wait',
    replies: () => [limited],
    onEvent: stopAt('waiting'),
    after: ({ gateway }) => assert.equal(gateway.requests.length, 1),
    expected: '429 → row 30 → waiting server 37000 rate-limit → stopped',
  },
  {
    row: 57,
    title: 'Stop while offline',
    replies: () => [answers],
    before: (fixture) => rejectFetch(fixture, fetchFailed('EAI_AGAIN')),
    onEvent: stopAt('waiting'),
    after: ({ gateway }) => assert.equal(gateway.requests.length, 0),
    expected: 'row 2 → waiting backoff offline → stopped',
  },
  {
    row: 57,
    title: 'Stop before a resume',
    replies: (fixture) => [cutAfterText(fixture, 'reset')],
    onEvent: stopAt('waiting'),
    after: ({ gateway }) => assert.equal(gateway.requests.length, 1),
    expected: '200 → text → row 42 → cut connection → waiting backoff connection → stopped, partial answer',
  },
  {
    row: 57,
    title: 'Stop during a resume',
    replies: (fixture) => [cutAfterText(fixture, 'reset'), hangs],
    onEvent: async (event, fixture) => {
      if (event.type !== 'attempt' || event.attempt !== 2) return;
      await fixture.gateway.request(2);
      fixture.turn.handle.stop();
    },
    after: assertClosedByClient,
    expected:
      '200 → text → row 42 → cut connection → waiting backoff connection → resume (continue) → stopped, partial answer',
  },
  {
    row: 58,
    title: 'the computer sleeps for an hour during a stream, and the connection is lost',
    replies: (fixture) => [cutAfterText(fixture, 'stall'), answersContinuation],
    onEvent: sleepsOn('text'),
    timePassesDuringRequests: true,
    expected: `200 → text → quiet → row 58 → cut connection → waiting backoff connection → ${resumed}`,
  },
  {
    row: 58,
    title: 'the computer sleeps for an hour during a stream, and the connection survives',
    replies: (fixture) => [
      function* () {
        yield* deltas(partialAnswer);
        yield { until: fixture.delay(12_000) };
        yield { delta: continuation };
        yield { finish: 'stop' };
      },
    ],
    onEvent: sleepsOn('text'),
    timePassesDuringRequests: true,
    expected: '200 → text → quiet → text → done stop, complete answer',
  },
  {
    row: 58,
    title: 'the computer sleeps for an hour during a wait, which then ends',
    replies: () => [limited, answers],
    onEvent: sleepsOn('waiting'),
    after: ({ turn }) => assert.ok(turn.lastEvent('done').waitedMs <= 1000),
    expected: `429 → row 30 → waiting server 37000 rate-limit → retry → ${done}`,
  },
  {
    row: 59,
    title: 'the base URL and the key are changed during a wait',
    replies: () => [limited],
    before: async (fixture) => {
      fixture.otherGateway = await fixture.listen({ script: answers, requireKey: otherKey });
    },
    onEvent: ({ type }, fixture) => {
      if (type !== 'waiting') return;
      fixture.connection = { baseUrl: fixture.otherGateway.baseUrl, apiKey: otherKey };
      fixture.turn.handle.retryNow();
    },
    after: ({ gateway, otherGateway }) => {
      assert.deepEqual([gateway.requests.length, otherGateway.requests.length], [1, 1]);
      assert.equal(otherGateway.requests[0]?.headers.authorization, `Bearer ${otherKey}`);
    },
    expected: `429 → row 30 → waiting server 37000 rate-limit → route switch (user) → retry-now → ${done}`,
  },
  {
    row: 59,
    title: 'the model is changed during a wait',
    replies: () => [limited, answers],
    onEvent: ({ type }, fixture) => {
      if (type === 'waiting') fixture.turn.handle.switchModel('gemini-3-pro');
    },
    after: ({ gateway }) => assert.equal(gateway.requests[1]?.json?.model, 'gemini-3-pro'),
    expected: `429 → row 30 → waiting server 37000 rate-limit → model gemini-3-pro → switch → ${done}`,
  },
  {
    row: 59,
    title: 'the key is removed during a wait',
    replies: () => [limited, answers],
    onEvent: ({ type }, fixture) => {
      if (type === 'waiting') fixture.connection = { ...fixture.connection, apiKey: undefined };
    },
    after: ({ gateway }) => assert.equal(gateway.requests.length, 1),
    expected: '429 → row 30 → waiting server 37000 rate-limit → failed auth [setApiKey retryNow]',
  },
  {
    row: 60,
    title: 'a retry-after in the past, replaced with a backoff',
    replies: () => [
      status(429, { message: 'slow down' }, { date: httpDate(0), 'retry-after': httpDate(-90) }),
      answers,
    ],
    before: (fixture) => {
      fixture.random = 0;
    },
    after: ({ turn }) => assert.equal(turn.lastEvent('waiting').delayMs, 1000),
    expected: `429 → row 31 → waiting backoff rate-limit → retry → ${done}`,
  },
  {
    row: 60,
    title: 'a gateway whose clock is a day ahead, with a retry-after relative to its Date header',
    replies: () => [
      status(429, { message: 'slow down' }, { date: httpDate(86_400), 'retry-after': httpDate(86_437) }),
      answers,
    ],
    expected: `429 → row 30 → waiting server 37000 rate-limit → retry → ${done}`,
  },
  {
    row: 60,
    title: "the computer's clock is set back by an hour during a wait, which does not become longer",
    replies: () => [limited, answers],
    onEvent: ({ type }, { clock }) => {
      if (type === 'waiting') clock.epoch -= 3_600_000;
    },
    after: ({ turn }) => assert.ok(turn.lastEvent('done').waitedMs < 50_000),
    expected: `429 → row 30 → waiting server 37000 rate-limit → retry → ${done}`,
  },
  {
    row: 61,
    title: 'five consecutive failures of the provider: a cooldown and one probe; another turn of the window waits too',
    replies: () => [status(500), status(500), status(500), status(500), status(500), answers],
    onEvent: (event, fixture) => {
      if (event.type === 'waiting' && event.reason === 'breaker' && fixture.turns.length === 1) fixture.ask();
    },
    after: async ({ turns, gateway }) => {
      await turns[1]?.finished;
      assert.equal(turns[1]?.eventsOf('waiting')[0]?.reason, 'breaker');
      assert.equal(gateway.requests.length, 7);
    },
    expected: `(500 → row 33 → waiting backoff server → retry) ×4 → 500 → row 33 → waiting backoff breaker → retry → ${done}`,
  },
  {
    row: 61,
    title: 'five consecutive failures of the provider; the user chooses *Try anyway*',
    replies: () => [status(500), status(500), status(500), status(500), status(500), answers],
    onEvent: (event, fixture) => {
      if (event.type !== 'waiting' || event.reason !== 'breaker') return;
      assert.ok(event.actions.includes('tryAnyway'));
      fixture.turn.handle.tryAnyway();
    },
    expected: `(500 → row 33 → waiting backoff server → retry) ×4 → 500 → row 33 → waiting backoff breaker → retry-now → ${done}`,
  },
  {
    row: 61,
    title: 'five consecutive failures of the provider, with a fallback model',
    settings: { fallbackModels: ['deepseek-v3'] },
    replies: () => [status(500), status(500), status(500), status(500), status(500), answers],
    after: ({ gateway }) => assert.equal(gateway.requests[5]?.json?.model, 'deepseek-v3'),
    expected: `(500 → row 33 → waiting backoff server → retry) ×4 → 500 → row 33 → model deepseek-v3 → switch → ${done}`,
  },
  {
    row: 62,
    title: 'the window is closed in the middle of an answer, and the next window reads the journal',
    replies: (fixture) => [cutAfterText(fixture, 'stall')],
    onEvent: ({ type }, fixture) => {
      if (type !== 'text' || fixture.turn.visibleText !== partialAnswer) return;
      fixture.journaledEvents = [...fixture.turn.events];
      fixture.turn.handle.stop();
    },
    after: ({ journaledEvents }) => summarizeAfterReload(journaledEvents),
    expected: '200 → text → window closed → interrupted, partial answer',
  },
];

function stopAt(type: StreamEvent['type']): NonNullable<WireCase['onEvent']> {
  return (event, fixture) => {
    if (event.type === type) fixture.turn.handle.stop();
  };
}

/** Moves the wall clock forward by an hour, once. */
function sleepsOn(type: 'text' | 'waiting'): NonNullable<WireCase['onEvent']> {
  let slept = false;
  return (event, { clock, turn }) => {
    if (slept || event.type !== type || (type === 'text' && turn.visibleText !== partialAnswer)) return;
    slept = true;
    clock.epoch += 3_600_000;
  };
}

async function assertClosedByClient({ gateway }: WireFixture): Promise<void> {
  assert.equal(await gateway.requests.at(-1)?.closed, 'client');
}

/** @param seconds offset from a fixed time, which is the same for all headers */
function httpDate(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 15, 9, 0, seconds)).toUTCString();
}

/** Returns the summary of the turn after the next window has read the journal. */
function summarizeAfterReload(events: readonly StreamEvent[]): string {
  const id = '00000000-0000-4000-8000-000000000000';
  const journal = [
    encodeLine({ type: 'conversation', schema: journalSchema, id, createdAt: 0 }),
    encodeLine({ type: 'exchange', id: 'first', prompt: 'Where do sheep graze?' }),
    encodeLine({ type: 'events', exchangeId: 'first', events }),
  ];
  const { exchanges, interruptedIds: brokenOff } = foldJournal(
    salvageJournal(Buffer.from(`${journal.join('')}{"type":"eve`)).lines,
  );
  const state = exchanges[0]?.state;
  assert.deepEqual([brokenOff, state?.text], [['first'], partialAnswer]);
  return summarizeTurn(events, 'window closed', `${state?.phase}, partial answer`);
}
