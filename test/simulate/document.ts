import { aims, missed } from './aims';
import { svg, type Row } from './chart';
import type { Result } from './results';
import type { Scenario } from './scenarios';
import { markdownTable, multiple, percent } from './table';

export interface Simulated {
  /** Of every strategy, in every scenario, for every crowd. */
  readonly all: readonly Result[];
  /** Outages of other lengths, of one size of crowd. */
  readonly lengths: readonly (readonly [seconds: number, results: readonly Result[]])[];
  /** One client that is allowed more retries than by default. */
  readonly patient: readonly Result[];
}

/** The names of strategies in tables and charts, if they differ from the keys in `strategies/all.ts`. */
const strategyNames: Readonly<Record<string, string>> = { ours: 'HolySheep', 'ours, apart': 'HolySheep, separate' };

function nameOf(strategy: string): string {
  return strategyNames[strategy] ?? strategy;
}

/** The page that `npm run simulate` writes. */
export function page({ all, lengths, patient }: Simulated): string {
  const ours = all.filter(({ strategy }) => strategy === 'ours');
  const hundred = all.filter(({ clients }) => clients === 100);
  return `# Simulation of many clients

How long do clients wait, and how many requests do they send, when a gateway is down for half a minute, or when they send
more requests than it allows? \`npm run simulate\` compares the retry rules of this extension with common ones and writes
this page. The clock is virtual and the random numbers are seeded, so every run writes the same page.

The simulated clients run the code of the extension: \`decide\`, the delays, the gate with its cooldowns, circuit breaker and
slow start, and the retry budget. Only the network and the gateway are simulated.

![p95 and attempts per question of each strategy, by the number of clients](simulation.svg)

## The simulated world

- Each of N clients asks one question, at a random time within the first second.
- **Outage:** every attempt fails for 30 s. After that, the gateway accepts N/5 attempts per second (at least one), and
  saves up what it could have accepted in the last second. An attempt over that limit fails with 503 if the outage had 503,
  otherwise with 429.
- **Burst:** there is no outage; the limit applies from the start.
- **Retry-After** is in whole seconds, rounded up, as gateways send it. It is the time until the outage ends or the next attempt
  would be accepted, or always 10.
- A refusal takes 40 to 120 ms. The headers of an answer take 200 to 600 ms, its stream another 1 to 4 s.

## The strategies

| strategy | rules |
| --- | --- |
| HolySheep | the default settings of this extension; all questions come from one window and share one gate |
| HolySheep, separate | the same, but each question comes from a computer of its own; they share nothing |
| classic | \`min(60 s, 1 s · 2ⁿ + U(0, 1 s))\`, five retries; 60 s after every 429 |
| openai | the defaults of the \`openai\` package: two retries after \`min(8 s, 0.5 s · 2ⁿ)\`, less up to 25 %; respects a Retry-After of up to 60 s |
| full | full jitter: \`U(0, min(60 s, 1 s · 2ⁿ))\`, five retries; ignores Retry-After |
| decorrelated | decorrelated jitter: \`min(60 s, U(1 s, 3 · previous))\`, five retries; ignores Retry-After |
| ideal | knows the future: sends one attempt for each question, in their order, as soon as the gateway would accept it |

\`U(a, b)\` is a random number between a and b, and n counts the failures from 0.

## The measures

- **success:** the share of the questions that were answered.
- **median, p95:** the time from the question to the headers of its answer, over all questions of all runs, as a multiple of the
  ideal. *never*: so many questions got no answer that the percentile does not exist.
- **attempts:** requests to the gateway, per question.
- **peak:** the largest number of attempts within one second, as a multiple of what the gateway accepts in a second; the mean over
  all runs. The first second, in which the questions are asked, does not count.
- **misses:** the goals that the strategy misses.

The goals: every question is answered, p95 ≤ ${aims.p95}, attempts ≤ ${aims.callsPerRequest}, peak ≤ ${aims.peak}.

## HolySheep

${measuresTable(ours, ({ scenario, clients }) => [scenario.title, `${clients}`], ['scenario', 'clients'])}

A single client can't reach all goals. It learns that the outage is over only by sending another attempt, and it has five
retries. After a 502 or a refused connection, these are used up after about half of the 30 s. More retries help
(\`holysheep.retry.maxRetries\`). One client with ten retries:

${measuresTable(patient, ({ scenario }) => [scenario.title], ['scenario'])}

## All strategies, 100 clients

${measuresTable(hundred, ({ scenario, strategy }) => [scenario.title, nameOf(strategy)], ['scenario', 'strategy'])}

## Outages of other lengths

p95 as a multiple of the ideal, 100 clients. A fixed series of delays may fit one length of an outage by accident.

${lengthsTable(lengths)}
`;
}

/** The same for standard output, where there is room for all. */
export function fullTable(all: readonly Result[]): string {
  const names = ['scenario', 'clients', 'strategy'];
  return measuresTable(
    all,
    ({ scenario, clients, strategy }) => [scenario.title, `${clients}`, nameOf(strategy)],
    names,
  );
}

function measuresTable(
  results: readonly Result[],
  cells: (result: Result) => readonly string[],
  names: readonly string[],
): string {
  const head = [...names, 'success', 'median', 'p95', 'attempts', 'peak', 'misses'];
  const rows = results.map((result) => [
    ...cells(result),
    percent(result.success),
    multiple(result.median),
    multiple(result.p95),
    result.callsPerRequest.toFixed(2),
    result.peak.toFixed(2),
    missed(result).join(', ') || '–',
  ]);
  return markdownTable([head, ...rows]);
}

function lengthsTable(lengths: Simulated['lengths']): string {
  const [, first = []] = lengths[0] ?? [];
  const rows = first.map(({ scenario, strategy }, index) => [
    scenario.title,
    nameOf(strategy),
    ...lengths.map(([, results]) => multiple(results[index]?.p95 ?? Infinity)),
  ]);
  return markdownTable([['scenario', 'strategy', ...lengths.map(([seconds]) => `${seconds} s`)], ...rows]);
}

const chartRows = [
  { label: 'p95 ÷ ideal', scale: 'log', range: [0.9, 60], ticks: [1, 2, 5, 10, 20, 50], aim: aims.p95, of: 'p95' },
  {
    label: 'attempts per question',
    scale: 'linear',
    range: [0, 6.5],
    ticks: [1, 2, 3, 4, 5, 6],
    aim: aims.callsPerRequest,
    of: 'callsPerRequest',
  },
] as const satisfies readonly (Row & { readonly of: keyof Result })[];

/** A line that runs along the upper edge: its strategy leaves at least every twentieth without an answer. */
export function chart(all: readonly Result[], scenarios: readonly Scenario[], clients: readonly number[]): string {
  const strategies = [...new Set(all.map(({ strategy }) => strategy))].filter((strategy) => strategy !== 'ideal');
  return svg({
    title:
      'Outages of 30 s, and bursts over the rate limit (a line at the upper edge: 5 % or more of the questions got no answer)',
    xLabel: 'clients',
    xs: clients.map(String),
    columns: scenarios.map(({ title }) => title),
    rows: chartRows,
    lines: (column, row) =>
      strategies.map((strategy) => ({
        name: nameOf(strategy),
        values: clients.map((count) => {
          const is = (result: Result): boolean =>
            result.strategy === strategy && result.clients === count && result.scenario === scenarios[column];
          return all.find(is)?.[chartRows[row]?.of ?? 'p95'] ?? Infinity;
        }),
      })),
  });
}
