import { assertInvariants } from './invariants';
import { shownMessageOf, type ShownMessage } from './shownMessage';
import { WireFixture } from './wireFixture';
import { summarizeTurn } from './turnSummary';
import type { WireCase } from './wireCase';

/** The result of a wire case. */
export interface WireResult {
  readonly wireCase: WireCase;
  /** The actual summary of the turn, to be compared with the expected one. */
  readonly summary: string;
  readonly reading: ShownMessage;
  /** A failed check besides the summary; undefined if there is none. */
  readonly error: unknown;
}

/** Limit for the cleanup after a turn, in real milliseconds. */
const cleanupTimeoutMs = 3000;

/** Runs a wire case from its first request until the last socket is closed. */
export async function runWireCase(wireCase: WireCase): Promise<WireResult> {
  const fixture = new WireFixture(wireCase);
  await fixture.open();
  const turn = fixture.ask();
  const terminalEvent = await turn.finished;
  let summary = summarizeTurn(turn.events, ...(fixture.log.includes('the turn is stuck') ? ['nothing more'] : []));
  let error: unknown;
  try {
    const replacement = terminalEvent && (await withTimeout(wireCase.after?.(fixture)));
    if (typeof replacement === 'string') summary = replacement;
    await withTimeout(Promise.all(fixture.turns.map(({ finished: over }) => over)));
    await withTimeout(assertInvariants(fixture));
  } catch (thrown) {
    error = thrown;
  }
  await fixture.close();
  if (error === undefined && fixture.clock.pending > 0)
    error = new Error(`${fixture.clock.pending} timers are still pending`);
  return { wireCase, summary, reading: shownMessageOf(wireCase.row, turn.events), error };
}

async function withTimeout(task: unknown): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the turn still has open tasks after its end')), cleanupTimeoutMs);
  });
  try {
    return await Promise.race([task, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
