import * as v from 'valibot';
import { faultKinds } from '../../engine/events';
import { parseOrUndefined } from '../util/schemas';
import { emptyHistogram, lastBucket, type Histogram } from './histogram';
import { maxNameLength, type FaultCounts, type HealthTally } from './healthTally';

const name = v.pipe(v.string(), v.maxLength(maxNameLength));
const number = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(max));
// A number that is missing or invalid counts as 0, so that the other numbers of its hour are kept.
const count = v.fallback(number(Number.MAX_SAFE_INTEGER / 1e4), 0);
const bucket = v.tuple([number(lastBucket), number(1e9)]);
const histogram = v.fallback(
  v.pipe(
    v.array(v.unknown()),
    v.transform((buckets): Histogram => new Map(buckets.filter((entry) => v.is(bucket, entry)))),
  ),
  emptyHistogram,
);
const faults = v.fallback(
  v.pipe(
    v.record(v.string(), v.unknown()),
    // Also leaves out the kinds that only another version of the extension knows.
    v.transform((counts): FaultCounts =>
      Object.fromEntries(
        Object.entries(counts).filter(([kind, value]) => Object.hasOwn(faultKinds, kind) && v.is(number(1e9), value)),
      ),
    ),
  ),
  {},
);

const tallySchema: v.GenericSchema<unknown, HealthTally> = v.object({
  at: number(4e15),
  origin: name,
  model: name,
  attempts: count,
  complete: count,
  faults,
  cuts: count,
  resumes: count,
  waitedMs: count,
  firstTokenMs: histogram,
  tokensPerMinute: histogram,
  promptTokens: count,
  completionTokens: count,
} satisfies Readonly<Record<keyof HealthTally, v.GenericSchema>>);

/**
 * Returns tallies as lines of JSON. Each line begins with a line feed, so that it is readable even if a crash has left
 * the previous line incomplete.
 */
export function encodeTallies(tallies: Iterable<HealthTally>): string {
  return [...tallies].map((tally) => `\n${JSON.stringify(compact(tally))}`).join('');
}

/** Leaves out empty values, because most tallies have only a few others. */
function compact({ firstTokenMs, tokensPerMinute, ...numbers }: HealthTally): object {
  const fields = { ...numbers, firstTokenMs: [...firstTokenMs], tokensPerMinute: [...tokensPerMinute] };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: number | string | FaultCounts | readonly unknown[]): boolean {
  return typeof value === 'object' ? Object.keys(value).length === 0 : value === 0;
}

/** Returns the tallies in the lines of a file. Damaged lines and invalid numbers are left out. */
export function decodeTallies(text: string): readonly HealthTally[] {
  return text.split('\n').flatMap((line) => decodeLine(line) ?? []);
}

function decodeLine(line: string): HealthTally | undefined {
  if (line === '') return undefined;
  try {
    const tally = parseOrUndefined(tallySchema, JSON.parse(line));
    if (!tally) return undefined;
    const ended = Object.values(tally.faults).reduce((sum, failed) => sum + failed, tally.complete);
    const attempts = Math.max(tally.attempts, ended);
    return attempts > 0 ? { ...tally, attempts } : undefined;
  } catch {
    return undefined;
  }
}
