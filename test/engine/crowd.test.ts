import assert from 'node:assert/strict';
import fc from 'fast-check';
import { capacityFor, crowd } from '../simulate/crowd';
import type { Hint } from '../simulate/gateway';
import { mostInASecond } from '../simulate/measures';
import type { Scenario } from '../simulate/scenarios';
import { oneWindow } from '../simulate/strategies/ours';
import { propertyRuns } from '../support/propertyRuns';

const anyHint = fc.constantFrom<Hint>('none', 'exact', 10);

const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  title: fc.constant('any'),
  outageMs: fc.integer({ min: 0, max: 40_000 }),
  outage: fc.record({ status: fc.constantFrom(429, 500, 502, 503, 'refused' as const), hint: anyHint }),
  limit: fc.record({ status: fc.constantFrom(429, 503), hint: anyHint }),
});

/**
 * Returns the maximum number of calls in a second for a gateway with this capacity. A gateway with a full token bucket
 * accepts twice its capacity in a second, a window exceeds the limit for one round trip before it notices, and a few calls
 * are always allowed.
 */
function maxCalls(capacity: number): number {
  return 3 * capacity + 4;
}

describe('many requests to a gateway with a rate limit', () => {
  it('never exceed the rate limit by much after any outage', async () => {
    const anyCrowd = fc.integer({ min: 2, max: 40 });
    await fc.assert(
      fc.asyncProperty(anyScenario, anyCrowd, fc.nat(), async (scenario, clients, seed) => {
        const { calls } = await crowd(scenario, oneWindow(), clients, seed);
        const calledInASecond = mostInASecond(calls);
        assert.ok(calledInASecond <= maxCalls(capacityFor(clients)), `${calledInASecond} calls in a second`);
      }),
      { numRuns: propertyRuns },
    );
  }).timeout(120_000);
});
