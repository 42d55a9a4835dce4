import assert from 'node:assert/strict';
import type { EndedEvent } from '../../../src/engine/events/events';
import type { LedgerEntry } from '../../../src/engine/state/ledger';
import { addCosts, costsOf, totalCost } from '../../../src/engine/state/turnCost';
import { initialTurn, type TurnState } from '../../../src/engine/state/turnState';
import { refOf } from '../../support/gatewayRef';

function attempt(currency: 'USD' | 'CNY', ended?: Partial<EndedEvent>, status = 200): LedgerEntry {
  const base = { attempt: 1, at: 0 };
  const end = { ...base, type: 'ended', how: 'finished', ms: 1, bytes: 1, chars: 1 } as const;
  return {
    ...base,
    type: 'attempt',
    model: 'm',
    gateway: refOf('https://gateway.example'),
    why: 'first',
    time: 0,
    waits: [],
    headers: { ...base, type: 'headers', status, ms: 1 },
    ended: ended && { ...end, currency, ...ended },
  };
}

function turn(entries: readonly LedgerEntry[], more: Partial<TurnState> = {}): TurnState {
  return { ...initialTurn, phase: 'done', ledger: { entries, waits: [] }, ...more };
}

const usd = (amount: number, isEstimate = false) => ({ amount, currency: 'USD', isEstimate }) as const;
const cny = (amount: number, isEstimate = false) => ({ amount, currency: 'CNY', isEstimate }) as const;
const paid = attempt('USD', { cost: 0.1 });
const unbilled = attempt('USD', { how: 'overloaded' }, 529);
const unknown = attempt('USD', { promptTokens: 9, tokens: 10 });

describe('cost of a turn', () => {
  for (const [name, state, costs] of [
    ['is the sum of its attempts, without rounding errors', turn([paid, attempt('USD', { cost: 0.2 })]), [usd(0.3)]],
    [
      'is the cost that the gateway reports rather than an estimate',
      turn([attempt('USD', { cost: 0, estimatedCost: 1 })]),
      [usd(0)],
    ],
    [
      'is marked as an estimate if the cost of one attempt is estimated',
      turn([paid, attempt('USD', { estimatedCost: 0.2 })]),
      [usd(0.3, true)],
    ],
    [
      'has a sum for each currency',
      turn([attempt('CNY', { estimatedCost: 1 }), paid, attempt('CNY', { cost: 2 })]),
      [cny(3, true), usd(0.1)],
    ],
    ['leaves out attempts that no gateway charges for', turn([unbilled, paid]), [usd(0.1)]],
    ['includes earlier segments', turn([paid], { previousSegments: [turn([paid])] }), [usd(0.2)]],
    ['includes the attempts of answers that were restarted', turn([], { discardedAttempts: [paid] }), [usd(0.1)]],
    ['is unknown if no attempt was charged', turn([unbilled]), undefined],
    ['is unknown if the cost of an attempt with a usage is unknown', turn([paid, unknown]), undefined],
    [
      'is unknown if the cost of an attempt with text is unknown',
      turn([paid, attempt('USD', { firstTokenMs: 5 })]),
      undefined,
    ],
    [
      'is unknown if the window was closed during an attempt',
      turn([paid, attempt('USD')], { phase: 'interrupted' }),
      undefined,
    ],
    [
      'contains the costs so far while an attempt runs',
      turn([paid, attempt('USD')], { phase: 'streaming' }),
      [usd(0.1)],
    ],
  ] as const)
    it(name, () => assert.deepEqual(costsOf(state), costs));

  it('is the sum of the known costs for several turns, with the number of answers whose cost is unknown', () => {
    const states = [turn([paid, unknown]), turn([unknown, unknown]), turn([paid]), turn([unbilled])];
    assert.deepEqual(totalCost(states), { costs: [usd(0.2)], unknownAnswers: 2 });
  });

  it('has no rounding errors after thousands of additions', () => {
    let total = addCosts([]);
    for (let index = 0; index < 10_000; index++) total = addCosts([...total, usd(0.000_000_1), usd(0.11)]);
    assert.deepEqual(total, [usd(1100.001)]);
  });
});
