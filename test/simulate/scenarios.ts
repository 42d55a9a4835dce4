import type { Behavior } from './gateway';

/** A named behavior of the gateway. */
export interface Scenario extends Behavior {
  readonly title: string;
}

const outageMs = 30_000;
const none = 'none';
const exact = 'exact';

/** The scenarios of the simulation. */
export const scenarios: readonly Scenario[] = [
  {
    title: '503, no Retry-After',
    outageMs,
    outage: { status: 503, retryAfter: none },
    limit: { status: 503, retryAfter: none },
  },
  {
    title: '503, Retry-After: time left',
    outageMs,
    outage: { status: 503, retryAfter: exact },
    limit: { status: 503, retryAfter: exact },
  },
  {
    title: '503, Retry-After: 10',
    outageMs,
    outage: { status: 503, retryAfter: 10 },
    limit: { status: 503, retryAfter: exact },
  },
  {
    title: '502',
    outageMs,
    outage: { status: 502, retryAfter: none },
    limit: { status: 429, retryAfter: none },
  },
  {
    title: 'Connection refused',
    outageMs,
    outage: { status: 'refused', retryAfter: none },
    limit: { status: 429, retryAfter: none },
  },
  {
    title: 'Burst, 429, no Retry-After',
    outageMs: 0,
    outage: { status: 429, retryAfter: none },
    limit: { status: 429, retryAfter: none },
  },
  {
    title: 'Burst, 429, Retry-After',
    outageMs: 0,
    outage: { status: 429, retryAfter: exact },
    limit: { status: 429, retryAfter: exact },
  },
];

/** Returns the scenario with an outage of another length, because fixed delays may suit one length by accident. */
export function withOutageOf(seconds: number, scenario: Scenario): Scenario {
  return { ...scenario, outageMs: seconds * 1000 };
}
