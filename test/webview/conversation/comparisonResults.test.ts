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
  ).join('\u00a0· ');

const tests: Readonly<Record<string, { readonly results: string; readonly states: readonly TurnState[] }>> = {
  'compare the speed in tokens if all answers have a usage': {
    results: 'First token: m2 (after 300\u00a0ms)\u00a0· Fastest: m1 (100\u00a0tok/s)',
    states: [answer({ tokens: usage(200) }), answer({ firstTokenAt: 1300, tokens: usage(150) })],
  },
  'compare the length without the reasoning': {
    results: 'Fastest: m1 (100\u00a0tok/s)\u00a0· Longest: m2 (5\u00a0characters)',
    states: [answer({ tokens: usage(200, 190) }), answer({ text: 'Hello', tokens: usage(20) })],
  },
  'contain the same time to the first token as the summaries of the answers': {
    results: 'First token: m1 (after 296\u00a0ms)',
    states: [answer({ ended: { firstTokenMs: 296 } }), answer({ ended: { firstTokenMs: 297 } })],
  },
  'compare characters if the usage of an answer is unknown': {
    results: 'Fastest: m2 (2.5\u00a0characters/s)\u00a0· Longest: m2 (5\u00a0characters)',
    states: [answer({ tokens: usage(200) }), answer({ text: 'Hello' })],
  },
  'include waits in the time to the first token, but not in the speed': {
    results:
      'First token: m2 (after 1.2\u00a0s)\u00a0· Fastest: m1 (2\u00a0characters/s)\u00a0· Longest: m1 (2\u00a0characters)',
    states: [
      stateOf(
        ev.attempt(),
        ev.waiting({ at: 1000 }),
        ev.attempt({ attempt: 2, at: 2000 }),
        ev.text('Hi', 2400),
        ev.done('Hi'),
      ),
      answer({ text: 'H', firstTokenAt: 2200 }),
    ],
  },
  'mark the lowest cost as an estimate if it is estimated': {
    results: 'Cheapest: m2 (≈\u00a0¥0.002)',
    states: [
      answer({ ended: { cost: 0.003, currency: 'CNY' } }),
      answer({ ended: { estimatedCost: 0.002, currency: 'CNY' } }),
    ],
  },
  'leave out the cost if the currencies differ': {
    results: 'First token: m2 (after 300\u00a0ms)',
    states: [
      answer({ ended: { cost: 0.003, currency: 'CNY' } }),
      answer({ firstTokenAt: 1300, ended: { cost: 0.002 } }),
    ],
  },
  'leave out the cost if the cost of an answer is unknown': {
    results: 'First token: m2 (after 300\u00a0ms)',
    states: [answer({ ended: { cost: 0.003 } }), answer({ firstTokenAt: 1300 })],
  },
  'name no winner if the best values look the same': {
    results: 'First token: m3 (after 300\u00a0ms)',
    states: [
      answer({ ended: { cost: 0.00300001 } }),
      answer({ ended: { cost: 0.003 } }),
      answer({ firstTokenAt: 1300, ended: { cost: 0.004 } }),
    ],
  },
  'leave out incomplete answers': {
    results: 'First token: m2 (after 400\u00a0ms)',
    states: [
      stateOf(ev.attempt(), ev.failed()),
      answer({}),
      answer({ firstTokenAt: 1500 }),
      stateOf(ev.attempt(), ev.text('Hi', 1100), ev.stopped('Hi')),
    ],
  },
  'are empty while an answer is running': {
    results: '',
    states: [answer({}), answer({}), stateOf(ev.attempt(), ev.text('Hi'))],
  },
  'are empty if only one answer is complete': { results: '', states: [answer({}), stateOf(ev.attempt(), ev.failed())] },
};

describe('results of a comparison', () => {
  for (const [title, { results, states }] of Object.entries(tests)) {
    it(title, () => assert.equal(describeAnswers(...states), results));
  }
});
