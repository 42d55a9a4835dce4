import type { Behavior, RetryAfter } from './gateway';

/** A named behavior of the gateway. */
export interface Scenario extends Behavior {
  readonly title: string;
}

const outageMs = 30_000;
const exact = 'exact';
const refusal = <Status>(status: Status, retryAfter: RetryAfter = 'none') => ({ status, retryAfter });

/** The scenarios of the simulation. */
export const scenarios: readonly Scenario[] = [
  { title: '503, no Retry-After', outageMs, outage: refusal(503), limit: refusal(503) },
  { title: '503, Retry-After: time left', outageMs, outage: refusal(503, exact), limit: refusal(503, exact) },
  { title: '503, Retry-After: 10', outageMs, outage: refusal(503, 10), limit: refusal(503, exact) },
  { title: '502', outageMs, outage: refusal(502), limit: refusal(429) },
  { title: 'Burst, 429, no Retry-After', outageMs: 0, outage: refusal(429), limit: refusal(429) },
  { title: 'Burst, 429, Retry-After', outageMs: 0, outage: refusal(429, exact), limit: refusal(429, exact) },
];

/** Returns the scenario with an outage of another length, because fixed delays may suit one length by accident. */
export function withOutageOf(seconds: number, scenario: Scenario): Scenario {
  return { ...scenario, outageMs: seconds * 1000 };
}
