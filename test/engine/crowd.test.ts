import assert from 'node:assert/strict';
import fc from 'fast-check';
import { capacityFor, simulateCrowd } from '../simulate/crowd';
import type { RetryAfter } from '../simulate/gateway';
import { maxCallsPerSecond } from '../simulate/measures';
import type { Scenario } from '../simulate/scenarios';
import { inOneWindow } from '../simulate/strategies/ours';
import { propertyRuns } from '../support/propertyRuns';

const anyRetryAfter = fc.constantFrom<RetryAfter>('none', 'exact', 10);

const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  title: fc.constant('any'),
  outageMs: fc.integer({ min: 0, max: 40_000 }),
  outage: fc.record({ status: fc.constantFrom(429, 500, 502, 503, 'refused' as const), retryAfter: anyRetryAfter }),
  limit: fc.record({ status: fc.constantFrom(429, 503), retryAfter: anyRetryAfter }),
});

/**
 * A gateway that has saved up a second's worth takes twice its capacity in a second; the window that finds its limit
 * overshoots by a round trip, and a few calls are the least that anybody can ask with.
 */
function mostCalls(capacity: number): number {
  return 3 * capacity + 4;
}

describe('many requests to one limited gateway', () => {
  it('never come at much more than the rate it takes, whatever it has failed with before', async () => {
    const anyCrowd = fc.integer({ min: 2, max: 40 });
    await fc.assert(
      fc.asyncProperty(anyScenario, anyCrowd, fc.nat(), async (scenario, clients, seed) => {
        const { calls } = await simulateCrowd(scenario, inOneWindow(), clients, seed);
        const most = maxCallsPerSecond(calls);
        assert.ok(most <= mostCalls(capacityFor(clients)), `${most} calls in a second`);
      }),
      { numRuns: propertyRuns },
    );
  }).timeout(120_000);
});
