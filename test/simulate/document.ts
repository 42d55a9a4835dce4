import type { Result } from './results';
import type { GatewayResult } from './gateways/gatewayResults';
import { markdownTable } from '../support/tableInMarkdown';

/** The results that the page shows. */
interface SimulationResults {
  /** Results in every scenario: of our strategy for every size of crowd, and of all strategies for 100 clients. */
  readonly all: readonly Result[];
  /** Results for outages of other lengths, with one size of crowd. */
  readonly otherOutages: readonly (readonly [seconds: number, results: readonly Result[]])[];
  /** Results of a single client with more retries than the default. */
  readonly withMoreRetries: readonly Result[];
  /** Results with a primary gateway that goes dark. */
  readonly gateways: readonly GatewayResult[];
}

/** The target values for the measures of a crowd of any size. */
const aims = { success: 1, p95: 1.35, callsPerRequest: 3, peak: 2.5 } as const;

/** The page that `npm run simulate` writes. */
export function page({ all, otherOutages, withMoreRetries, gateways }: SimulationResults): string {
  const ours = all.filter(({ strategy }) => strategy === 'HolySheep');
  const hundredClients = all.filter(({ clients }) => clients === 100);
  return `# Simulation of many clients

How long do clients wait, and how many requests do they send, when a gateway is down for half a minute, or when they send
more requests than it allows? \`npm run simulate\` compares the retry rules of this extension with common ones and writes
this page. The clock is virtual and the random numbers are seeded, so every run writes the same page.

The simulated clients run the code of the extension: \`decide\`, the delays, the gate with its cooldowns, circuit breaker and
slow start, and the retry budget. Only the network and the gateway are simulated.

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
retries. After a 502, these are used up after about half of the 30 s. More retries help
(\`holysheep.retry.maxRetries\`). One client with ten retries:

${measuresTable(withMoreRetries, ({ scenario }) => [scenario.title], ['scenario'])}

## All strategies, 100 clients

${measuresTable(hundredClients, ({ scenario, strategy }) => [scenario.title, strategy], ['scenario', 'strategy'])}

## Outages of other lengths

p95 as a multiple of the ideal, 100 clients. A fixed series of delays may fit one length of an outage by accident.

${outagesTable(otherOutages)}

## A primary gateway that goes dark

What does a backup gateway gain? Here, every client asks one question in every two minutes, for ten minutes. One minute after the start
of each of these periods, the primary gateway goes dark for 30 s: it refuses connections, or no packet gets through and a connection
attempt times out after 10 s. The backup gateway never fails, and no gateway has a rate limit. The clients run \`TurnGateways\` and
\`GatewayHealth\` as well: a connection that takes 2 s is given up if another gateway is up, a gateway fault switches the gateway, and probes
find out when the primary gateway is back.

- **windows:** all clients use one window, or each has a window on the same computer (several), which shares what it knows about the
  gateways, or on a computer of its own (separate).
- **p95:** in seconds; in brackets as a multiple of the p95 with a primary gateway that never fails.
- **through the backup:** the share of the requests that went through the backup gateway.

${gatewaysTable(gateways)}

A refused connection costs almost nothing, because the next attempt follows at once. A connection attempt that times out costs
10 s without a backup gateway, and 2 s with one. All questions that are asked on the same computer after that are spared this time. So
p95 is that of a gateway that never fails if there are many of them, and above 2 s if the first question of each outage is one of
twenty or fewer. The primary gateway is dark for a quarter of the time. The backup gateway gets more than a quarter of the requests of a
busy window: the first probe that succeeds is the third one, about 36 s after the fault.
`;
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

function outagesTable(outages: SimulationResults['otherOutages']): string {
  const [, first = []] = outages[0] ?? [];
  const rows = first.map(({ scenario, strategy }, index) => [
    scenario.title,
    strategy,
    ...outages.map(([, results]) => multiple(results[index]?.p95 ?? Infinity)),
  ]);
  return markdownTable([['scenario', 'strategy', ...outages.map(([seconds]) => `${seconds} s`)], ...rows]);
}

function gatewaysTable(results: readonly GatewayResult[]): string {
  const seconds = (ms: number): string => (Number.isFinite(ms) ? `${(ms / 1000).toFixed(2)} s` : 'never');
  const p95 = (ms: number, idealMs: number): string => `${seconds(ms)} (${multiple(ms / idealMs)})`;
  const rows = results.map(({ darkness, clients, windows, alone, withBackup, idealP95Ms }) => [
    darkness === 'refused' ? 'connections refused' : 'connections time out',
    `${clients}`,
    windows,
    percent(alone.success),
    Number.isFinite(alone.p95Ms) ? p95(alone.p95Ms, idealP95Ms) : 'never',
    percent(withBackup.success),
    p95(withBackup.p95Ms, idealP95Ms),
    percent(withBackup.overBackup),
  ]);
  const names = ['primary, when dark', 'clients', 'windows', 'success, no backup', 'p95, no backup'];
  return markdownTable([[...names, 'success, backup', 'p95, backup', 'over the backup'], ...rows]);
}

/** Returns the names of the targets that a result misses. */
function missed({ success, p95, callsPerRequest, peak }: Result): readonly string[] {
  return [
    ...(success < aims.success ? ['success'] : []),
    ...(p95 > aims.p95 ? ['p95'] : []),
    ...(callsPerRequest > aims.callsPerRequest ? ['attempts'] : []),
    ...(peak > aims.peak ? ['peak'] : []),
  ];
}

/** Formats a ratio to the ideal crowd. `never` means that at least 5 % of the questions were not answered. */
function multiple(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : 'never';
}

/** Formats a share from 0 to 1 as a percentage. */
function percent(share: number): string {
  return `${share === 1 ? '100' : (100 * share).toFixed(1)} %`;
}
