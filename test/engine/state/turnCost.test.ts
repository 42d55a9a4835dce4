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
    ['sums its attempts, without drifting', turn([paid, attempt('USD', { cost: 0.2 })]), [usd(0.3)]],
    ['prefers what the gateway reports', turn([attempt('USD', { cost: 0, estimatedCost: 1 })]), [usd(0)]],
    ['is an estimate if a part of it is', turn([paid, attempt('USD', { estimatedCost: 0.2 })]), [usd(0.3, true)]],
    [
      'has a sum for each currency',
      turn([attempt('CNY', { estimatedCost: 1 }), paid, attempt('CNY', { cost: 2 })]),
      [cny(3, true), usd(0.1)],
    ],
    ['leaves out attempts that no gateway charges for', turn([unbilled, paid]), [usd(0.1)]],
    ['counts earlier segments', turn([paid], { previousSegments: [turn([paid])] }), [usd(0.2)]],
    ['counts attempts of answers that were restarted', turn([], { discardedAttempts: [paid] }), [usd(0.1)]],
    ['is unknown without attempts that cost something', turn([unbilled]), undefined],
    ['is unknown if that of an attempt with a usage is', turn([paid, unknown]), undefined],
    ['is unknown if that of an attempt with text is', turn([paid, attempt('USD', { firstTokenMs: 5 })]), undefined],
    [
      'is unknown if the window was closed during an attempt',
      turn([paid, attempt('USD')], { phase: 'interrupted' }),
      undefined,
    ],
    ['is known so far while an attempt runs', turn([paid, attempt('USD')], { phase: 'streaming' }), [usd(0.1)]],
  ] as const)
    it(name, () => assert.deepEqual(costsOf(state), costs));

  it('of several turns contains what is known, and says how many answers are incomplete', () => {
    const states = [turn([paid, unknown]), turn([unknown, unknown]), turn([paid]), turn([unbilled])];
    assert.deepEqual(totalCost(states), { costs: [usd(0.2)], unknownAnswers: 2 });
  });

  it('is exact for many sums of sums', () => {
    let total = addCosts([]);
    for (let index = 0; index < 10_000; index++) total = addCosts([...total, usd(0.000_000_1), usd(0.11)]);
    assert.deepEqual(total, [usd(1100.001)]);
  });
});
