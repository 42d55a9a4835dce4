import assert from 'node:assert/strict';
import fc from 'fast-check';
import { capacityFor, simulateCrowd } from '../simulate/crowd';
import type { RetryAfter } from '../simulate/gateway';
import { maxCallsPerSecond } from '../simulate/measures';
import { backup, isDarkAt, primary, simulateGatewayCrowd, type Windows } from '../simulate/gateways/gatewayCrowd';
import type { Scenario } from '../simulate/scenarios';
import { inOneWindow, type WindowOptions } from '../simulate/strategies/ours';
import type { Strategy } from '../simulate/strategies/strategy';
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

/** Longest time from the end of the darkness to the first probe after it, in milliseconds. */
const maxReturnMs = 25_000;

/** Returns whether the primary gateway has not been dark for some time. */
function isLitFor(time: number, ms: number): boolean {
  for (let earlier = Math.max(0, time - ms); earlier <= time; earlier += 1000) if (isDarkAt(earlier)) return false;
  return true;
}

describe('many simultaneous requests to a gateway with a rate limit', () => {
  it('never exceed three times the rate limit plus 4 in any second, whatever outage the gateway has', async () => {
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

describe('many requests while the primary gateway does not respond', () => {
  const anyCrowd = fc.record({
    darkness: fc.constantFrom('refused' as const, 'timeout' as const),
    clients: fc.integer({ min: 1, max: 20 }),
    seed: fc.nat(),
    windows: fc.constantFrom<Windows>('one', 'several', 'separate'),
  });
  const connection = { ...primary, backups: [backup] };

  it('are all answered by the backup gateway after at most one connection timeout', async () => {
    await fc.assert(
      fc.asyncProperty(anyCrowd, async (crowd) => {
        const strategy = (options: WindowOptions): Strategy => inOneWindow({ connection, ...options });
        const { answerTimes, questions, calls } = await simulateGatewayCrowd({ ...crowd, strategy });
        assert.equal(answerTimes.length, questions);
        assert.ok(Math.max(...answerTimes) < (crowd.darkness === 'refused' ? 1000 : 3_000));
        const isUnneeded = calls.some(({ at, isBackup }) => isBackup && isLitFor(at, maxReturnMs));
        assert.ok(!isUnneeded, 'a request went through the backup gateway long after the primary gateway was back');
      }),
      { numRuns: propertyRuns },
    );
  }).timeout(120_000);
});
