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
 * Returns the maximum number of calls in a second for a gateway with this capacity. A full token bucket admits twice
 * the capacity in a second. A window of VS Code sends too many calls until it receives the first refusal, and a few
 * calls are always allowed.
 */
function maxCalls(capacity: number): number {
  return 3 * capacity + 4;
}

describe('many simultaneous requests to a gateway with a rate limit', () => {
  it('stay below about three times the rate limit in every second, whatever the outage', async () => {
    const anyCrowd = fc.integer({ min: 2, max: 40 });
    await fc.assert(
      fc.asyncProperty(anyScenario, anyCrowd, fc.nat(), async (scenario, clients, seed) => {
        const { calls } = await simulateCrowd(scenario, inOneWindow(), clients, seed);
        const calledInASecond = maxCallsPerSecond(calls);
        assert.ok(calledInASecond <= maxCalls(capacityFor(clients)), `${calledInASecond} calls in a second`);
      }),
      { numRuns: propertyRuns },
    );
  }).timeout(120_000);
});
