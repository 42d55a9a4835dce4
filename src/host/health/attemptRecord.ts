import * as v from 'valibot';
import { currencies, faultKinds } from '../../engine/events/kinds';
import { detail } from '../../engine/events/schemas';
import { parseJson } from '../../engine/json';
import type { LedgerEntry, TurnRecord } from '../../engine/state/ledger';
import { lacksEnd } from '../../engine/state/turnCost';
import { parseOrUndefined } from '../util/validation';

const name = v.pipe(
  v.string(),
  v.transform((text) => text.slice(0, 200)),
);
const maxAmount = 1e12;
const amount = detail(v.pipe(v.number(), v.minValue(0), v.maxValue(maxAmount)));

const results = [...faultKinds, 'complete', 'stopped'] as const;

const schema = v.object({
  /** Start time of the attempt in epoch milliseconds, rounded down to a quarter of an hour. */
  at: v.number(),
  gateway: v.pipe(v.object({ id: v.string(), label: name }), v.readonly()),
  model: name,
  /**
   * Result of the attempt: `complete`, a fault kind, or `stopped` if it says nothing about the gateway. `waited` marks a
   * record that is written when the turn ends. It holds waits and the turn's result.
   */
  result: v.picklist([...results, 'waited']),
  /** How the turn ended for this gateway and model. Only the last record of the pair in a turn has it. */
  turnResult: v.optional(v.picklist(results)),
  resumed: v.optional(v.literal(true)),
  /** Whether the attempt follows a failed attempt of the same turn. */
  retry: v.optional(v.literal(true)),
  /** Total duration, in milliseconds, of the waits after the attempt's fault. */
  waitedMs: amount,
  firstTokenMs: amount,
  tokensPerSecond: amount,
  promptTokens: amount,
  completionTokens: amount,
  cachedTokens: amount,
  cacheWriteTokens: amount,
  /** Whether the window was closed while the response was arriving, so that the cost of the attempt is unknown. */
  interrupted: v.optional(v.literal(true)),
  cost: amount,
  /**
   * Cost computed from the price of the model. Absent if the gateway has reported a cost, or if the price is unknown.
   */
  estimatedCost: amount,
  /**
   * Amount that prompt caching saved, computed from the price of the model. Negative if writing to the cache cost more
   * than reading from it saved.
   */
  cacheSaving: detail(v.pipe(v.number(), v.minValue(-maxAmount), v.maxValue(maxAmount))),
  /** Currency of the costs and the saving. */
  currency: v.optional(v.picklist(currencies)),
});

/**
 * What happened to one attempt, as names and numbers only: no prompt, no answer and no key. An absent number is unknown
 * or 0.
 */
export type AttemptRecord = Readonly<v.InferOutput<typeof schema>>;

/**
 * Encodes records as lines of a file. Each line begins with a line feed, so that the line is readable even if a crash
 * has left the previous line of the file incomplete.
 */
export function encodeRecords(records: readonly AttemptRecord[]): string {
  return records.map((record) => `\n${JSON.stringify(record)}`).join('');
}

/** Decodes the lines of a file. Damaged lines and invalid numbers are left out. */
export function decodeRecords(text: string): readonly AttemptRecord[] {
  return text.split('\n').flatMap((line) => parseOrUndefined(schema, parseJson(line)) ?? []);
}

export const hourMs = 3_600_000;
/**
 * Records store times in units of 15 minutes, because in every time zone, a day starts at a multiple of 15 minutes in
 * UTC.
 */
const quarterMs = hourMs / 4;

/**
 * Returns the record of an attempt.
 * @param isCorrected whether a corrected request follows at once, because the gateway refused a parameter
 */
export function recordOf(entry: LedgerEntry, isCorrected: boolean): AttemptRecord {
  const { attempt, how, why, end } = entry;
  const { firstTokenMs, promptTokens, completionTokens, cachedTokens, cacheWriteTokens } = end ?? {};
  const { cost, estimatedCost, cacheSaving, currency } = end ?? {};
  return {
    ...pairOf(entry),
    // A refused parameter is not recorded as a failure. The corrected request that follows shows whether the gateway
    // works.
    result: isCorrected ? 'stopped' : resultOf(entry),
    ...(how !== undefined && { resumed: true as const }),
    ...(attempt > 1 && why !== 'repair' && { retry: true as const }),
    ...(lacksEnd(entry) && { interrupted: true as const }),
    firstTokenMs: firstTokenMs && Math.round(firstTokenMs),
    tokensPerSecond: speedOf(entry),
    promptTokens,
    completionTokens,
    cachedTokens,
    cacheWriteTokens,
    cost,
    estimatedCost,
    cacheSaving,
    currency,
  };
}

/**
 * Returns records for the waits and the result of a turn. Each wait is added to the attempt before it, because that
 * attempt's fault has usually caused the wait. Each gateway and model of the turn gets the result of its last attempt.
 * If the user stopped the turn, even during a wait after a fault, its last result is `stopped`.
 */
export function turnRecordsOf({ attempts, waits, outcome }: TurnRecord): readonly AttemptRecord[] {
  return attempts.flatMap((entry, index) => {
    const laterAttempts = attempts.slice(index + 1);
    const causedWaits = [...(index === 0 ? entry.waits : []), ...(laterAttempts[0]?.waits ?? waits)];
    const waitedMs = Math.round(causedWaits.reduce((sum, wait) => sum + (wait.waitedMs ?? 0), 0));
    const isLastOfPair = !laterAttempts.some(
      ({ gateway, model }) => gateway.id === entry.gateway.id && model === entry.model,
    );
    if (waitedMs === 0 && !isLastOfPair) return [];
    const turnResult = outcome === 'stopped' && laterAttempts.length === 0 ? 'stopped' : resultOf(entry);
    return [
      { ...pairOf(entry), result: 'waited', ...(isLastOfPair && { turnResult }), ...(waitedMs > 0 && { waitedMs }) },
    ];
  });
}

function pairOf({ time, gateway, model }: LedgerEntry) {
  return { at: Math.floor(time / quarterMs) * quarterMs, gateway, model };
}

function resultOf({ end }: LedgerEntry): (typeof results)[number] {
  if (end === undefined || end.how === 'abandoned') return 'stopped';
  return end.how === 'finished' ? 'complete' : end.how;
}

/**
 * Minimum duration of a stream, in milliseconds, for computing a speed. In a shorter stream, the whole answer arrived
 * at once, so a speed would be meaningless.
 */
const minStreamMs = 250;

function speedOf({ end }: LedgerEntry): number | undefined {
  const { firstTokenMs, ms = 0, completionTokens = 0 } = end ?? {};
  if (firstTokenMs === undefined || completionTokens === 0 || ms - firstTokenMs < minStreamMs) return undefined;
  return Math.round((completionTokens * 10_000) / (ms - firstTokenMs)) / 10;
}
