import assert from 'node:assert/strict';
import type { Step } from '../../../../src/demo/gateway';
import { partialAnswer, continuation, completeAnswer } from '../turnSummary';
import type { WireCase } from '../wireCase';
import { answer, answers, cutAfterText } from '../wireReplies';

/** A partial answer that is long enough for a repetition of its start to be recognized as an overlap. */
const longPartialAnswer = `${partialAnswer} while the wind goes over the grass, and the clouds go over the wind`;
const differentAnswer = `${partialAnswer} while the wind goes over the grass, and the rain over the wind and over the clouds`;

const untilCut = '200 → text → row 42 → cut connection → waiting backoff connection';

const toolCall = (args: string, finish: string | null = null): Step => ({
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

/** Continuations of an answer whose stream broke. */
export const resumes: readonly WireCase[] = [
  {
    row: 53,
    title: 'the connection is reset in the arguments of a tool call',
    replies: (fixture) => [
      function* () {
        yield toolCall('{"sheep":');
        yield { until: fixture.turn.untilText('{"sheep":') };
        yield { end: 'reset' };
      },
      () => [toolCall('{"sheep":7}', 'tool_calls'), { done: true }],
    ],
    after: ({ gateway, turn }) => {
      assert.deepEqual(gateway.requests[1]?.json?.messages, gateway.requests[0]?.json?.messages);
      assert.equal(turn.eventsOf('tool-call').at(-1)?.arguments, '{"sheep":7}');
    },
    expected:
      '200 → tool call → row 42 → cut connection → waiting backoff connection → resume (restart) → 200 → restarted → tool call → done tool_calls',
  },
  {
    row: 53,
    title: 'a reset in a tool call after text, which is kept until the new answer is longer',
    replies: (fixture) => [
      function* () {
        yield { delta: partialAnswer };
        yield toolCall('{"sheep":');
        yield { until: fixture.turn.untilText('{"sheep":') };
        yield { end: 'reset' };
      },
      answers,
    ],
    expected:
      '200 → text → tool call → row 42 → cut connection → waiting backoff connection → resume (restart) → 200 → restarted → replaced → text → done stop, complete answer',
  },
  {
    row: 54,
    title: 'a reset during reasoning',
    replies: (fixture) => [
      function* () {
        yield { reasoning: 'Sheep eat grass' };
        yield { until: fixture.turn.untilText('Sheep eat grass') };
        yield { end: 'reset' };
      },
      () => answer(completeAnswer, { reasoning: 'They graze' }),
    ],
    after: ({ gateway }) => assert.deepEqual(gateway.requests[1]?.json?.messages, gateway.requests[0]?.json?.messages),
    expected:
      '200 → reasoning → row 42 → cut connection → waiting backoff connection → resume (restart) → 200 → restarted → reasoning → text → done stop, complete answer',
  },
  {
    row: 55,
    title: 'a continuation that repeats the answer from the start',
    replies: (fixture) => [cutAfterText(fixture, 'reset'), answers],
    expected: `${untilCut} → resume (continue) → 200 → joined continue, ${partialAnswer.length} dropped → text → done stop, complete answer`,
  },
  {
    row: 55,
    title: 'a continuation that repeats the last words',
    replies: (fixture) => [cutAfterText(fixture, 'reset'), () => answer(partialAnswer.slice(-18) + continuation)],
    expected: `${untilCut} → resume (continue) → 200 → joined continue, 18 dropped → text → done stop, complete answer`,
  },
  {
    row: 55,
    title: 'a continuation that repeats the partial answer and finishes',
    replies: (fixture) => [cutAfterText(fixture, 'reset'), () => answer(partialAnswer)],
    expected: `${untilCut} → resume (continue) → 200 → joined continue, ${partialAnswer.length} dropped → done stop, partial answer`,
  },
  {
    row: 55,
    title: 'a continuation that is a different answer; the partial answer is kept until the new answer is longer',
    replies: (fixture) => [cutAfterText(fixture, 'reset', longPartialAnswer), () => answer(differentAnswer)],
    expected: `${untilCut} → resume (continue) → 200 → restarted → replaced → text → done stop, «${differentAnswer}»`,
  },
  {
    row: 56,
    title: 'a continuation whose stream ends before any text, twice',
    replies: (fixture) => [cutAfterText(fixture, 'reset'), () => [{ comment: 'thinking' }, { end: 'fin' }]],
    expected: `${untilCut} → resume (continue) → 200 → row 43 → waiting backoff truncated → resume (continue) → 200 → row 43 → failed truncated, partial answer [restart continue switchModel]`,
  },
  {
    row: 56,
    title: 'a continuation without text, twice',
    replies: (fixture) => [cutAfterText(fixture, 'reset'), () => [{ finish: 'stop' }, { done: true }]],
    expected: `${untilCut} → resume (continue) → 200 → row 50 → waiting backoff empty → resume (continue) → 200 → row 50 → failed truncated, partial answer [restart continue switchModel]`,
  },
  {
    row: 56,
    title: 'a continuation that only repeats the start of the answer, twice',
    replies: (fixture) => [
      cutAfterText(fixture, 'reset', longPartialAnswer),
      () => answer(longPartialAnswer.slice(0, 70)),
    ],
    expected: `${untilCut} → resume (continue) → 200 → row 50 → waiting backoff empty → resume (continue) → 200 → row 50 → failed truncated, «${longPartialAnswer}» [restart continue switchModel]`,
  },
];
