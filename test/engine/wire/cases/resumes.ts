import assert from 'node:assert/strict';
import type { Step } from '../../../../src/demo/gateway';
import { partial, rest, whole } from '../story';
import type { WireCase } from '../wireCase';
import { answer, answers, cut } from '../wireReplies';

/** A shorter beginning in common would be chance. */
const long = `${partial} while the wind goes over the grass, and the clouds go over the wind`;
const another = `${partial} while the wind goes over the grass, and the rain over the wind and over the clouds`;

const toCut = '200 → text → row 42 → cut connection → waiting backoff connection';

const call = (args: string, finish: string | null = null): Step => ({
  event: {
    choices: [
      {
        index: 0,
        delta: { tool_calls: [{ index: 0, id: 'call-1', function: { name: 'feed', arguments: args } }] },
        finish_reason: finish,
      },
    ],
  },
});

/** Rows 53 to 56: how a cut answer goes on. */
export const resumes: readonly WireCase[] = [
  {
    row: 53,
    fault: 'the connection is reset in the arguments of a tool call',
    replies: (stage) => [
      function* () {
        yield call('{"sheep":');
        yield { until: stage.run.shows('{"sheep":') };
        yield { end: 'reset' };
      },
      () => [call('{"sheep":7}', 'tool_calls'), { done: true }],
    ],
    after: ({ gateway, run }) => {
      assert.deepEqual(gateway.requests[1]?.json?.messages, gateway.requests[0]?.json?.messages);
      assert.equal(run.of('tool-call').at(-1)?.arguments, '{"sheep":7}');
    },
    expected:
      '200 → tool call → row 42 → cut connection → waiting backoff connection → resume (restart) → 200 → restarted → tool call → done tool_calls',
  },
  {
    row: 53,
    fault: 'the connection is reset in a tool call after text; the text stays until the new answer is longer',
    replies: (stage) => [
      function* () {
        yield { delta: partial };
        yield call('{"sheep":');
        yield { until: stage.run.shows('{"sheep":') };
        yield { end: 'reset' };
      },
      answers,
    ],
    expected:
      '200 → text → tool call → row 42 → cut connection → waiting backoff connection → resume (restart) → 200 → restarted → replaced → text → done stop, complete answer',
  },
  {
    row: 54,
    fault: 'the connection is reset while the model reasons',
    replies: (stage) => [
      function* () {
        yield { reasoning: 'Sheep eat grass' };
        yield { until: stage.run.shows('Sheep eat grass') };
        yield { end: 'reset' };
      },
      () => answer(whole, { reasoning: 'They graze' }),
    ],
    after: ({ gateway }) => assert.deepEqual(gateway.requests[1]?.json?.messages, gateway.requests[0]?.json?.messages),
    expected:
      '200 → reasoning → row 42 → cut connection → waiting backoff connection → resume (restart) → 200 → restarted → reasoning → text → done stop, complete answer',
  },
  {
    row: 55,
    fault: 'the resumed answer starts again from the beginning',
    replies: (stage) => [cut(stage, 'reset'), answers],
    expected: `${toCut} → resume (continue) → 200 → joined continue, ${partial.length} dropped → text → done stop, complete answer`,
  },
  {
    row: 55,
    fault: 'the resumed answer repeats the last words',
    replies: (stage) => [cut(stage, 'reset'), () => answer(partial.slice(-18) + rest)],
    expected: `${toCut} → resume (continue) → 200 → joined continue, 18 dropped → text → done stop, complete answer`,
  },
  {
    row: 55,
    fault: 'the resumed answer repeats the partial answer and ends',
    replies: (stage) => [cut(stage, 'reset'), () => answer(partial)],
    expected: `${toCut} → resume (continue) → 200 → joined continue, ${partial.length} dropped → done stop, partial answer`,
  },
  {
    row: 55,
    fault: 'the resumed answer is a different one; the text stays until the new answer is longer',
    replies: (stage) => [cut(stage, 'reset', long), () => answer(another)],
    expected: `${toCut} → resume (continue) → 200 → restarted → replaced → text → done stop, «${another}»`,
  },
  {
    row: 56,
    fault: 'the resumed answer is cut before any text, twice',
    replies: (stage) => [cut(stage, 'reset'), () => [{ comment: 'thinking' }, { end: 'fin' }]],
    expected: `${toCut} → resume (continue) → 200 → row 43 → waiting backoff truncated → resume (continue) → 200 → row 43 → failed truncated, partial answer [restart continue switchModel]`,
  },
  {
    row: 56,
    fault: 'the resumed answer is empty, twice',
    replies: (stage) => [cut(stage, 'reset'), () => [{ finish: 'stop' }, { done: true }]],
    expected: `${toCut} → resume (continue) → 200 → row 50 → waiting backoff empty → resume (continue) → 200 → row 50 → failed truncated, partial answer [restart continue switchModel]`,
  },
  {
    row: 56,
    fault: 'the resumed answer repeats the beginning and stops, twice',
    replies: (stage) => [cut(stage, 'reset', long), () => answer(long.slice(0, 70))],
    expected: `${toCut} → resume (continue) → 200 → row 50 → waiting backoff empty → resume (continue) → 200 → row 50 → failed truncated, «${long}» [restart continue switchModel]`,
  },
];
