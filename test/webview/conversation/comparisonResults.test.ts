import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import { initialTurn, reduceTurn, type TurnState } from '../../../src/shared/protocol';
import { describeComparison } from '../../../src/webview/conversation/comparisonResults';
import { englishWords } from '../../support/englishWords';
import { ev } from '../panel/support/events';

const stateOf = (...events: readonly StreamEvent[]): TurnState => events.reduce(reduceTurn, initialTurn);
const usage = (completionTokens: number, reasoningTokens?: number): StreamEvent => ({
  type: 'usage',
  attempt: 1,
  at: 2900,
  promptTokens: 12,
  totalTokens: 12 + completionTokens,
  completionTokens,
  reasoningTokens,
});
interface Fields {
  readonly text?: string;
  readonly firstTokenAt?: number;
  readonly tokens?: StreamEvent;
  readonly ended?: Parameters<typeof ev.ended>[0];
}
/** An answer of two seconds. */
const answer = ({ text = 'Hi', firstTokenAt = 1400, tokens, ended }: Fields): TurnState =>
  stateOf(
    ev.attempt(),
    ev.text(text, firstTokenAt),
    ...(tokens ? [tokens] : []),
    ...(ended ? [ev.ended(ended)] : []),
    ev.done(text),
  );
const describeAnswers = (...states: readonly TurnState[]): string =>
  describeComparison(
    englishWords,
    states.map((visibleState, index) => ({ model: `m${index + 1}`, visibleState })),
  );

const tests: Readonly<Record<string, readonly [results: string, ...states: readonly TurnState[]]>> = {
  'in tokens if all answers have a usage, and without reasoning tokens in the length': [
    'First token: m2 (after 300\u00a0ms)\u00a0· Fastest: m1 (100\u00a0tok/s)\u00a0· Longest: m2 (150\u00a0tok)',
    answer({ tokens: usage(200, 100) }),
    answer({ firstTokenAt: 1300, tokens: usage(150) }),
  ],
  'in characters if the usage of an answer is unknown': [
    'Fastest: m2 (2.5\u00a0characters/s)\u00a0· Longest: m2 (5\u00a0characters)',
    answer({ tokens: usage(200) }),
    answer({ text: 'Hello' }),
  ],
  'with waits before the first token, but not in the speed': [
    'First token: m2 (after 1.2\u00a0s)\u00a0· Fastest: m1 (2\u00a0characters/s)\u00a0· Longest: m1 (2\u00a0characters)',
    stateOf(
      ev.attempt(),
      ev.waiting({ at: 1000 }),
      ev.attempt({ attempt: 2, at: 2000 }),
      ev.text('Hi', 2400),
      ev.done('Hi'),
    ),
    answer({ text: 'H', firstTokenAt: 2200 }),
  ],
  'with the lowest cost, marked if it is an estimate': [
    'Cheapest: m2 (≈\u00a0¥0.002)',
    answer({ ended: { cost: 0.003, currency: 'CNY' } }),
    answer({ ended: { estimatedCost: 0.002, currency: 'CNY' } }),
  ],
  'without costs in two currencies': [
    'First token: m2 (after 300\u00a0ms)',
    answer({ ended: { cost: 0.003, currency: 'CNY' } }),
    answer({ firstTokenAt: 1300, ended: { cost: 0.002 } }),
  ],
  'without the cost if one is unknown': [
    'First token: m2 (after 300\u00a0ms)',
    answer({ ended: { cost: 0.003 } }),
    answer({ firstTokenAt: 1300 }),
  ],
  'without a winner if the best answers look the same': [
    'First token: m3 (after 300\u00a0ms)',
    answer({ ended: { cost: 0.00300001 } }),
    answer({ ended: { cost: 0.003 } }),
    answer({ firstTokenAt: 1300, ended: { cost: 0.004 } }),
  ],
  'without the answers that are incomplete': [
    'First token: m2 (after 400\u00a0ms)',
    stateOf(ev.attempt(), ev.failed()),
    answer({}),
    answer({ firstTokenAt: 1500 }),
    stateOf(ev.attempt(), ev.text('Hi', 1100), ev.stopped('Hi')),
  ],
  'not while an answer is running': ['', answer({}), answer({}), stateOf(ev.attempt(), ev.text('Hi'))],
  'not for only one answer': ['', answer({}), stateOf(ev.attempt(), ev.failed())],
};

describe('results of a comparison', () => {
  for (const [name, [results, ...states]] of Object.entries(tests)) {
    it(`are shown ${name}`, () => assert.equal(describeAnswers(...states), results));
  }
});
