import { aims, missed } from './aims';
import { svg, type Row } from './chart';
import type { Result } from './results';
import type { Scenario } from './scenarios';
import { markdownTable, multiple, percent } from './table';

/** The results that the page shows. */
export interface SimulationResults {
  /** Results of every strategy in every scenario, for every size of crowd. */
  readonly all: readonly Result[];
  /** Results for outages of other lengths, with one size of crowd. */
  readonly otherOutages: readonly (readonly [seconds: number, results: readonly Result[]])[];
  /** Results of a single client with more retries than the default. */
  readonly withMoreRetries: readonly Result[];
}

/** Returns the page that `npm run simulate` writes. */
export function page({ all, otherOutages, withMoreRetries }: SimulationResults): string {
  const ours = all.filter(({ strategy }) => strategy === 'ours');
  const hundredClients = all.filter(({ clients }) => clients === 100);
  return `# Simulated crowds

Written by \`npm run simulate\`. What happens when a gateway is out for half a minute, or when more clients ask than it
allows, and each of them retries? The clock is virtual and the random numbers are seeded, so every run gives the same
page. The clients run the extension's own code: \`decide\`, the delays, the gate with its cooldown, breaker and slow
start, and the retry budget; only the wire is simulated.

![p95 and calls per request of each strategy, by the number of clients](simulation.svg)

## The world

- Each of N clients asks one question at a random moment of the first second.
- **Outages:** for 30 s every call fails; then the gateway takes N/5 calls a second (at least one), and may save up a
  second's worth of them. **Bursts:** that limit holds from the start. A call over the limit fails too: with 503 after
  a 503, else with 429.
- A hint is whole seconds, rounded up, as gateways send it: the time to the end of the outage or to the next free
  place, or always 10.
- A refusal takes 40 to 120 ms, the headers of an answer 200 to 600 ms, its stream 1 to 4 s more.

## The strategies

- **ours:** all questions in one window, behind one gate, with the default settings. **ours, apart:** every question on
  a machine of its own; nobody knows of the others.
- **classic:** \`base·2ⁿ + U(0, 1 s)\` up to 60 s, five retries; 60 s after any 429.
- **openai:** the SDK's defaults: two retries after \`0.5·2ⁿ\` s, up to 8 s, less up to a quarter; obeys hints up to 60 s.
- **full**, **decorrelated:** the published jitters, base 1 s, cap 60 s, five retries; they look at no hint.
- **ideal:** clairvoyant. It calls once, at the moment the gateway has a place, in the order of the questions.

## What is measured

- **success:** questions that were answered.
- **median, p95:** from the question to the headers of its answer, over all questions of all runs, divided by the same of
  the ideal; a question without an answer took for ever.
- **calls:** to the gateway, per question.
- **peak:** the most calls in any one second after the first, in which the questions come, divided by what the gateway
  takes in a second; the mean of the runs.

Aims: everybody is answered, p95 ≤ ${aims.p95}, calls ≤ ${aims.callsPerRequest}, peak ≤ ${aims.peak}.

## Ours

${measuresTable(ours, ({ scenario, clients }) => [scenario.title, `${clients}`], ['scenario', 'clients'])}

A lone client can't have it all: it learns of the end of an outage only by asking, and five retries are all it has.
With full jitter, after a 502 or a refused connection, they are spent after half of the 30 s. More of them help
(\`holysheep.retry.maxRetries\`), of one client, with ten:

${measuresTable(withMoreRetries, ({ scenario }) => [scenario.title], ['scenario'])}

## All, with 100 clients

${measuresTable(hundredClients, ({ scenario, strategy }) => [scenario.title, strategy], ['scenario', 'strategy'])}

## Outages of other lengths

p95 ÷ ideal of 100 clients. A fixed row of delays fits one length by accident.

${outagesTable(otherOutages)}
`;
}

/** Returns a table of all results for standard output. */
export function fullTable(all: readonly Result[]): string {
  const names = ['scenario', 'clients', 'strategy'];
  return measuresTable(all, ({ scenario, clients, strategy }) => [scenario.title, `${clients}`, strategy], names);
}

function measuresTable(
  results: readonly Result[],
  cells: (result: Result) => readonly string[],
  names: readonly string[],
): string {
  const head = [...names, 'success', 'median', 'p95', 'calls', 'peak', 'misses'];
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

function outagesTable(outages: SimulationResults['otherOutages']): string {
  const [, first = []] = outages[0] ?? [];
  const rows = first.map(({ scenario, strategy }, index) => [
    scenario.title,
    strategy,
    ...outages.map(([, results]) => multiple(results[index]?.p95 ?? Infinity)),
  ]);
  return markdownTable([['scenario', 'strategy', ...outages.map(([seconds]) => `${seconds} s`)], ...rows]);
}

const chartRows = [
  { label: 'p95 ÷ ideal', scale: 'log', range: [0.9, 60], ticks: [1, 2, 5, 10, 20, 50], aim: aims.p95, of: 'p95' },
  {
    label: 'calls per request',
    scale: 'linear',
    range: [0, 6.5],
    ticks: [1, 2, 3, 4, 5, 6],
    aim: aims.callsPerRequest,
    of: 'callsPerRequest',
  },
] as const satisfies readonly (Row & { readonly of: keyof Result })[];

/** Returns the chart. A line at the upper edge means that at least 5 % of the questions were not answered. */
export function chart(all: readonly Result[], scenarios: readonly Scenario[], clients: readonly number[]): string {
  const names = [...new Set(all.map(({ strategy }) => strategy))].filter((name) => name !== 'ideal');
  return svg({
    title: 'Thirty seconds of outage, and bursts over the limit (at the upper edge: 5 % or more got no answer)',
    xLabel: 'clients',
    xs: clients.map(String),
    columns: scenarios.map(({ title }) => title),
    rows: chartRows,
    lines: (column, row) =>
      names.map((name) => ({
        name,
        values: clients.map((count) => {
          const isMatch = (result: Result): boolean =>
            result.strategy === name && result.clients === count && result.scenario === scenarios[column];
          return all.find(isMatch)?.[chartRows[row]?.of ?? 'p95'] ?? Infinity;
        }),
      })),
  });
}
