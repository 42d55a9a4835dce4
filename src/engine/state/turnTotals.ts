import type { Usage } from '../events';
import { waitedMs, type LedgerEntry } from './ledger';
import { lastKnownAt, runsOf, type TurnState } from './turnState';

/** A turn in numbers, over all of its runs. */
export interface TurnTotals {
  readonly attempts: number;
  /** In waits, the present one included. */
  readonly waitedMs: number;
  /** Without the time between two runs. */
  readonly ms: number;
  /** From the first start to the first word. */
  readonly firstTokenMs?: number | undefined;
  readonly bytes: number;
  readonly usage?: Usage | undefined;
  /** While text was coming in. */
  readonly speed?: TurnSpeed | undefined;
}

interface TurnSpeed {
  readonly unit: 'tokens' | 'characters';
  readonly perSecond: number;
}

/** Below that, an answer came all at once: its speed says nothing. */
const shortestStreamMs = 250;

/** @param now monotonic, of the present run, while it runs */
export function totalsOf(state: TurnState, now?: number): TurnTotals {
  const runs = runsOf(state);
  const entries = runs.flatMap(({ ledger }) => ledger.entries);
  const usage = usageOf(runs.flatMap((run) => run.usage ?? []));
  const open = now === undefined ? undefined : state.ledger.waits.find((wait) => wait.waitedMs === undefined);
  const lengths = runs.map((run) => {
    const end = run === state ? (now ?? lastKnownAt(run)) : lastKnownAt(run);
    return run.startedAt === undefined ? 0 : Math.max(0, end - run.startedAt);
  });
  const first = runs.findIndex(({ firstTokenAt }) => firstTokenAt !== undefined);
  const { startedAt = 0, firstTokenAt } = runs[first] ?? {};
  return {
    attempts: sum(runs.map(({ attempts }) => attempts)),
    waitedMs:
      sum(runs.map(({ ledger }) => waitedMs(ledger))) + (open && now !== undefined ? Math.max(0, now - open.at) : 0),
    ms: sum(lengths),
    firstTokenMs: firstTokenAt === undefined ? undefined : sum(lengths.slice(0, first)) + firstTokenAt - startedAt,
    bytes: sum(entries.map(({ ended }) => ended?.bytes ?? 0)),
    usage,
    speed: speedOf(entries, usage),
  };
}

function usageOf(usages: readonly Usage[]): Usage | undefined {
  if (usages.length === 0) return undefined;
  return {
    promptTokens: sum(usages.map(({ promptTokens }) => promptTokens)),
    completionTokens: sum(usages.map(({ completionTokens }) => completionTokens)),
    totalTokens: sum(usages.map(({ totalTokens }) => totalTokens)),
  };
}

function speedOf(entries: readonly LedgerEntry[], usage: Usage | undefined): TurnSpeed | undefined {
  const ended = entries.flatMap((entry) => entry.ended ?? []);
  // Servers count tokens at the end of a whole answer only: characters speak for one that was cut.
  const counted = ended.filter(({ tokens }) => tokens !== undefined);
  const tokens = usage?.completionTokens ?? 0;
  return counted.length > 0 && tokens > 0
    ? speed('tokens', tokens, counted)
    : speed('characters', sum(ended.map(({ chars }) => chars)), ended);
}

function speed(
  unit: TurnSpeed['unit'],
  brought: number,
  attempts: readonly NonNullable<LedgerEntry['ended']>[],
): TurnSpeed | undefined {
  const ms = sum(attempts.map(({ ms: all, firstTokenMs }) => (firstTokenMs === undefined ? 0 : all - firstTokenMs)));
  return ms < shortestStreamMs || brought === 0 ? undefined : { unit, perSecond: (brought * 1000) / ms };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
