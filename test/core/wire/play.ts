import { assertInvariants } from './invariants';
import { sentenceRead } from './sentences';
import { Stage } from './stage';
import { storyOf } from './story';
import type { WireCase } from './wireCase';

export interface Played {
  readonly wireCase: WireCase;
  readonly seen: string;
  /** The row's own sentence as the user has read it; empty where the row has none, or nobody has read it. */
  readonly reads: string;
  /** What was not as it has to be, besides the story. */
  readonly fault: unknown;
}

/** Plays a case from its first request to the last socket. */
export async function play(wireCase: WireCase): Promise<Played> {
  const stage = new Stage(wireCase);
  await stage.open();
  const run = stage.ask();
  const terminal = await run.over;
  const more: string[] = stage.log.includes('the turn does nothing') ? ['nothing more'] : [];
  let fault: unknown;
  try {
    const told = terminal && (await wireCase.after?.(stage));
    if (typeof told === 'string') more.push(told);
    await Promise.all(stage.runs.map(({ over }) => over));
    await assertInvariants(stage);
  } catch (error) {
    fault = error;
  }
  await stage.close();
  if (!fault && stage.clock.pending > 0) fault = new Error(`${stage.clock.pending} timers are left`);
  return { wireCase, seen: storyOf(run.events, more), reads: sentenceRead(wireCase.row, run.events), fault };
}
