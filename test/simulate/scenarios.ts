import type { Behaviour } from './gateway';

export interface Scenario extends Behaviour {
  readonly title: string;
}

const outageMs = 30_000;
const none = 'none';
const exact = 'exact';

/** What the gateway does to the crowd. */
export const scenarios: readonly Scenario[] = [
  {
    title: '503, no Retry-After',
    outageMs,
    outage: { status: 503, hint: none },
    limit: { status: 503, hint: none },
  },
  {
    title: '503, Retry-After: time left',
    outageMs,
    outage: { status: 503, hint: exact },
    limit: { status: 503, hint: exact },
  },
  {
    title: '503, Retry-After: 10',
    outageMs,
    outage: { status: 503, hint: 10 },
    limit: { status: 503, hint: exact },
  },
  {
    title: '502',
    outageMs,
    outage: { status: 502, hint: none },
    limit: { status: 429, hint: none },
  },
  {
    title: 'Connection refused',
    outageMs,
    outage: { status: 'refused', hint: none },
    limit: { status: 429, hint: none },
  },
  {
    title: 'Burst, 429, no Retry-After',
    outageMs: 0,
    outage: { status: 429, hint: none },
    limit: { status: 429, hint: none },
  },
  {
    title: 'Burst, 429, Retry-After',
    outageMs: 0,
    outage: { status: 429, hint: exact },
    limit: { status: 429, hint: exact },
  },
];

/** An outage of another length: a fixed row of delays may fit one by accident. */
export function lasting(seconds: number, scenario: Scenario): Scenario {
  return { ...scenario, outageMs: seconds * 1000 };
}
