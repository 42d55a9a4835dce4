import { assertInvariants } from './invariants';
import { readingOf, type Reading } from './sentences';
import { Stage } from './stage';
import { storyOf } from './story';
import type { WireCase } from './wireCase';

export interface Played {
  readonly wireCase: WireCase;
  readonly seen: string;
  readonly reads: Reading;
  /** What was not as it has to be, besides the story. */
  readonly fault: unknown;
}

/** Real milliseconds in which what is left of a turn has to be gone. */
const patienceMs = 3000;

/** Plays a case from its first request to the last socket. */
export async function play(wireCase: WireCase): Promise<Played> {
  const stage = new Stage(wireCase);
  await stage.open();
  const run = stage.ask();
  const terminal = await run.over;
  let seen = storyOf(run.events, ...(stage.log.includes('the turn does nothing') ? ['nothing more'] : []));
  let fault: unknown;
  try {
    const told = terminal && (await soon(wireCase.after?.(stage)));
    if (typeof told === 'string') seen = told;
    await soon(Promise.all(stage.runs.map(({ over }) => over)));
    await soon(assertInvariants(stage));
  } catch (error) {
    fault = error;
  }
  await stage.close();
  if (fault === undefined && stage.clock.pending > 0) fault = new Error(`${stage.clock.pending} timers are left`);
  return { wireCase, seen, reads: readingOf(wireCase.row, run.events), fault };
}

async function soon(what: unknown): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('something goes on after the end of the turn')), patienceMs);
  });
  try {
    return await Promise.race([what, late]);
  } finally {
    clearTimeout(timer);
  }
}
