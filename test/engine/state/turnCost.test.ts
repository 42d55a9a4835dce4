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
    end: ended && { ...end, currency, ...ended },
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
  for (const { name, state, costs } of [
    {
      name: 'is the sum of its attempts, without rounding errors',
      state: turn([paid, attempt('USD', { cost: 0.2 })]),
      costs: [usd(0.3)],
    },
    {
      name: 'is the cost that the gateway reports rather than an estimate',
      state: turn([attempt('USD', { cost: 0, estimatedCost: 1 })]),
      costs: [usd(0)],
    },
    {
      name: 'is marked as an estimate if the cost of one attempt is estimated',
      state: turn([paid, attempt('USD', { estimatedCost: 0.2 })]),
      costs: [usd(0.3, true)],
    },
    {
      name: 'is not an estimate because of an attempt that is free according to the price of its model',
      state: turn([paid, attempt('USD', { estimatedCost: 0 })]),
      costs: [usd(0.1)],
    },
    {
      name: 'has a sum for each currency',
      state: turn([attempt('CNY', { estimatedCost: 1 }), paid, attempt('CNY', { cost: 2 })]),
      costs: [cny(3, true), usd(0.1)],
    },
    { name: 'leaves out attempts that no gateway charges for', state: turn([unbilled, paid]), costs: [usd(0.1)] },
    { name: 'includes earlier segments', state: turn([paid], { previousSegments: [turn([paid])] }), costs: [usd(0.2)] },
    {
      name: 'includes the attempts of answers that were restarted',
      state: turn([], { discardedAttempts: [paid] }),
      costs: [usd(0.1)],
    },
    { name: 'is unknown if no attempt was charged', state: turn([unbilled]), costs: undefined },
    {
      name: 'is unknown if the cost of an attempt with a usage is unknown',
      state: turn([paid, unknown]),
      costs: undefined,
    },
    {
      name: 'is unknown if the cost of an attempt with text is unknown',
      state: turn([paid, attempt('USD', { firstTokenMs: 5 })]),
      costs: undefined,
    },
    {
      name: 'is unknown if the window was closed during an attempt',
      state: turn([paid, attempt('USD')], { phase: 'interrupted' }),
      costs: undefined,
    },
    {
      name: 'contains the costs so far while an attempt runs',
      state: turn([paid, attempt('USD')], { phase: 'streaming' }),
      costs: [usd(0.1)],
    },
  ] as const)
    it(name, () => assert.deepEqual(costsOf(state), costs));
});

describe('total cost of several turns', () => {
  it('is the sum of the known costs, with the number of unknown costs', () => {
    const states = [turn([paid, unknown]), turn([unknown, unknown]), turn([paid]), turn([unbilled])];
    assert.deepEqual(totalCost(states), { costs: [usd(0.2)], unknownAnswers: 2 });
  });

  it('has no rounding errors, even with thousands of costs', () => {
    let total = addCosts([]);
    for (let index = 0; index < 10_000; index++) total = addCosts([...total, usd(0.000_000_1), usd(0.11)]);
    assert.deepEqual(total, [usd(1100.001)]);
  });
});
