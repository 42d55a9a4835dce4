import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../../src/engine/events';
import { foldJournal } from '../../../../src/host/journal/journalFold';
import { encodeLine, salvageJournal } from '../../../../src/host/journal/journalLines';
import { journalSchema } from '../../../../src/host/journal/journalSchema';
import type { Stage } from '../stage';
import { partial, rest, storyOf } from '../story';
import type { WireCase } from '../wireCase';
import { answers, answersRest, cut, deltas, fetchFailed, finished, hangs, rejects, status } from '../wireReplies';

const done = '200 → text → done stop, whole answer';
const resumed = 'resume (continue) → 200 → joined continue → text → done stop, whole answer';
const limited = status(429, { message: 'slow down' }, { 'retry-after': '37' });
const otherKey = 'hsa-key-of-another-gateway';

/** Rows 57 to 62: what the user, the machine and the engine itself do to a turn. */
export const turns: readonly WireCase[] = [
  {
    row: 57,
    fault: 'Stop before the headers',
    replies: () => [hangs],
    on: async ({ type }, stage) => {
      if (type !== 'attempt') return;
      await stage.gateway.request(1);
      stage.run.turn.stop();
    },
    after: leftByClient,
    expected: 'stopped',
  },
  {
    row: 57,
    fault: 'Stop before the first word',
    replies: () => [() => [{ status: 200 }, { end: 'stall' }]],
    on: stopAt('headers'),
    after: leftByClient,
    expected: '200 → stopped',
  },
  {
    row: 57,
    fault: 'Stop in the middle',
    replies: (stage) => [cut(stage, 'stall')],
    on: ({ type }, stage) => {
      if (type === 'text' && stage.run.shownText === partial) stage.run.turn.stop();
    },
    after: leftByClient,
    expected: '200 → text → stopped, partial answer',
  },
  {
    row: 57,
    fault: 'Stop after the last word, before the end of the stream',
    replies: () => [finished([{ end: 'stall' }])],
    on: stopAt('text'),
    after: leftByClient,
    expected: '200 → text → stopped, whole answer',
  },
  {
    row: 57,
    fault: 'Stop in a wait',
    replies: () => [limited],
    on: stopAt('waiting'),
    after: ({ gateway }) => assert.equal(gateway.requests.length, 1),
    expected: '429 → row 30 → waiting server 37000 rate-limit → stopped',
  },
  {
    row: 57,
    fault: 'Stop offline',
    replies: () => [answers],
    before: (stage) => rejects(stage, fetchFailed('EAI_AGAIN')),
    on: stopAt('waiting'),
    after: ({ gateway }) => assert.equal(gateway.requests.length, 0),
    expected: 'row 2 → waiting backoff offline → stopped',
  },
  {
    row: 57,
    fault: 'Stop before a resume',
    replies: (stage) => [cut(stage, 'reset')],
    on: stopAt('waiting'),
    after: ({ gateway }) => assert.equal(gateway.requests.length, 1),
    expected: '200 → text → row 42 → cut connection → waiting backoff connection → stopped, partial answer',
  },
  {
    row: 57,
    fault: 'Stop in a resume',
    replies: (stage) => [cut(stage, 'reset'), hangs],
    on: async (event, stage) => {
      if (event.type !== 'attempt' || event.attempt !== 2) return;
      await stage.gateway.request(2);
      stage.run.turn.stop();
    },
    after: leftByClient,
    expected:
      '200 → text → row 42 → cut connection → waiting backoff connection → resume (continue) → stopped, partial answer',
  },
  {
    row: 58,
    fault: 'the machine sleeps for an hour in mid-stream; the connection does not survive it',
    replies: (stage) => [cut(stage, 'stall'), answersRest],
    on: sleepsOn('text'),
    stalls: true,
    expected: `200 → text → quiet → row 58 → cut connection → waiting backoff connection → ${resumed}`,
  },
  {
    row: 58,
    fault: 'the machine sleeps for an hour in mid-stream; the connection survives it',
    replies: (stage) => [
      function* () {
        yield* deltas(partial);
        yield { until: stage.passed(12_000) };
        yield { delta: rest };
        yield { finish: 'stop' };
      },
    ],
    on: sleepsOn('text'),
    stalls: true,
    expected: '200 → text → quiet → text → done stop, whole answer',
  },
  {
    row: 58,
    fault: 'the machine sleeps for an hour in a wait, which is over then',
    replies: () => [limited, answers],
    on: sleepsOn('waiting'),
    after: ({ run }) => assert.ok(run.last('done').waitedMs <= 1000),
    expected: `429 → row 30 → waiting server 37000 rate-limit → retry → ${done}`,
  },
  {
    row: 59,
    fault: 'address and key are changed in a wait',
    replies: () => [limited],
    before: async (stage) => {
      stage.other = await stage.listen({ script: answers, requireKey: otherKey });
    },
    on: ({ type }, stage) => {
      if (type !== 'waiting') return;
      stage.connection = { baseUrl: stage.other.baseUrl, apiKey: otherKey };
      stage.run.turn.retryNow();
    },
    after: ({ gateway, other }) => {
      assert.deepEqual([gateway.requests.length, other.requests.length], [1, 1]);
      assert.equal(other.requests[0]?.headers.authorization, `Bearer ${otherKey}`);
    },
    expected: `429 → row 30 → waiting server 37000 rate-limit → retry-now → ${done}`,
  },
  {
    row: 59,
    fault: 'the model is changed in a wait',
    replies: () => [limited, answers],
    on: ({ type }, stage) => {
      if (type === 'waiting') stage.run.turn.switchModel('gemini-3-pro');
    },
    after: ({ gateway }) => assert.equal(gateway.requests[1]?.json?.model, 'gemini-3-pro'),
    expected: `429 → row 30 → waiting server 37000 rate-limit → model gemini-3-pro → switch → ${done}`,
  },
  {
    row: 59,
    fault: 'the key is removed in a wait',
    replies: () => [limited, answers],
    on: ({ type }, stage) => {
      if (type === 'waiting') stage.connection = { ...stage.connection, apiKey: undefined };
    },
    after: ({ gateway }) => assert.equal(gateway.requests.length, 1),
    expected: '429 → row 30 → waiting server 37000 rate-limit → failed auth [setApiKey retryNow]',
  },
  {
    row: 60,
    fault: 'a hint in the past: a backoff, which is never nothing',
    replies: () => [
      status(429, { message: 'slow down' }, { date: httpDate(0), 'retry-after': httpDate(-90) }),
      answers,
    ],
    before: (stage) => {
      stage.random = 0;
    },
    after: ({ run }) => assert.equal(run.last('waiting').delayMs, 1000),
    expected: `429 → row 31 → waiting backoff rate-limit → retry → ${done}`,
  },
  {
    row: 60,
    fault: "the server's clock is a day ahead: its own date is what counts",
    replies: () => [
      status(429, { message: 'slow down' }, { date: httpDate(86_400), 'retry-after': httpDate(86_437) }),
      answers,
    ],
    expected: `429 → row 30 → waiting server 37000 rate-limit → retry → ${done}`,
  },
  {
    row: 60,
    fault: "the machine's own clock is set back an hour in a wait, which stays as long as it was",
    replies: () => [limited, answers],
    on: ({ type }, { clock }) => {
      if (type === 'waiting') clock.epoch -= 3_600_000;
    },
    after: ({ run }) => assert.ok(run.last('done').waitedMs < 50_000),
    expected: `429 → row 30 → waiting server 37000 rate-limit → retry → ${done}`,
  },
  {
    row: 61,
    fault: 'five failures of the provider in a row: a pause, and one probe; another turn of the window waits too',
    replies: () => [status(500), status(500), status(500), status(500), status(500), answers],
    on: (event, stage) => {
      if (event.type === 'waiting' && event.reason === 'breaker' && stage.runs.length === 1) stage.ask();
    },
    after: async ({ runs, gateway }) => {
      await runs[1]?.over;
      assert.equal(runs[1]?.of('waiting')[0]?.reason, 'breaker');
      assert.equal(gateway.requests.length, 7);
    },
    expected: `(500 → row 33 → waiting backoff server → retry) ×4 → 500 → row 33 → waiting backoff breaker → retry → ${done}`,
  },
  {
    row: 61,
    fault: 'five failures of the provider in a row; the user tries anyway',
    replies: () => [status(500), status(500), status(500), status(500), status(500), answers],
    on: (event, stage) => {
      if (event.type !== 'waiting' || event.reason !== 'breaker') return;
      assert.ok(event.actions.includes('tryAnyway'));
      stage.run.turn.tryAnyway();
    },
    expected: `(500 → row 33 → waiting backoff server → retry) ×4 → 500 → row 33 → waiting backoff breaker → retry-now → ${done}`,
  },
  {
    row: 61,
    fault: 'five failures of the provider in a row; the user has named another model',
    settings: { fallbackModels: ['deepseek-v3'] },
    replies: () => [status(500), status(500), status(500), status(500), status(500), answers],
    after: ({ gateway }) => assert.equal(gateway.requests[5]?.json?.model, 'deepseek-v3'),
    expected: `(500 → row 33 → waiting backoff server → retry) ×4 → 500 → row 33 → model deepseek-v3 → switch → ${done}`,
  },
  {
    row: 62,
    fault: 'the window is closed in the middle of an answer; what the journal has by then is read by the next one',
    replies: (stage) => [cut(stage, 'stall')],
    on: ({ type }, stage) => {
      if (type !== 'text' || stage.run.shownText !== partial) return;
      stage.written = [...stage.run.events];
      stage.run.turn.stop();
    },
    after: ({ written }) => afterReload(written),
    expected: '200 → text → window closed → interrupted, partial answer',
  },
];

function stopAt(type: StreamEvent['type']): NonNullable<WireCase['on']> {
  return (event, stage) => {
    if (event.type === type) stage.run.turn.stop();
  };
}

/** An hour passes by the wall clock, once. */
function sleepsOn(type: 'text' | 'waiting'): NonNullable<WireCase['on']> {
  let slept = false;
  return (event, { clock, run }) => {
    if (slept || event.type !== type || (type === 'text' && run.shownText !== partial)) return;
    slept = true;
    clock.epoch += 3_600_000;
  };
}

async function leftByClient({ gateway }: Stage): Promise<void> {
  assert.equal(await gateway.requests.at(-1)?.closed, 'client');
}

/** @param seconds from a fixed moment; both headers of a response count from it */
function httpDate(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 15, 9, 0, seconds)).toUTCString();
}

/** What the next window makes of the lines that were written before this one was closed. */
function afterReload(events: readonly StreamEvent[]): string {
  const id = '00000000-0000-4000-8000-000000000000';
  const journal = [
    encodeLine({ type: 'conversation', schema: journalSchema, id, createdAt: 0 }),
    encodeLine({ type: 'exchange', id: 'first', prompt: 'Where do sheep graze?' }),
    encodeLine({ type: 'events', exchangeId: 'first', events }),
  ];
  const { exchanges, interruptedIds: brokenOff } = foldJournal(salvageJournal(Buffer.from(`${journal.join('')}{"type":"eve`)).lines);
  const state = exchanges[0]?.state;
  assert.deepEqual([brokenOff, state?.text], [['first'], partial]);
  return storyOf(events, 'window closed', `${state?.phase}, partial answer`);
}
