import { isTerminal, type TerminalEvent } from '../../../src/engine/events/events';
import { percentile } from '../../bench/statistics';
import { EngineRun } from '../../support/engineRun';
import { randomNumbers } from '../../support/randomNumbers';
import { ScriptedFetch, type Reply } from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';
import type { Fault } from './faults';
import { Model } from './model';
import { outcomeOf, type Ending, type Outcome } from './outcome';
import { tutorialClient } from './tutorialClient';

/** The result of a client. All seeds must give the same outcome and number of requests. */
export interface Measured {
  /** Median time to the end over all seeds, in milliseconds; infinite if the client never ends. */
  readonly ms: number;
  readonly requests: number;
  readonly outcome: Outcome;
}

/** The results of both clients for one failure. */
export interface SideBySide {
  readonly fault: Fault;
  readonly tutorial: Measured;
  readonly ours: Measured;
}

/** A running client of either kind. */
interface ClientRun {
  readonly ending: () => Ending;
  readonly requests: () => number;
}

/** The simulated environment of a client. */
interface World {
  readonly clock: VirtualClock;
  readonly random: () => number;
  readonly replies: readonly Reply[];
}

/** Number of seeds that each client is measured with. */
const seeds = 21;
/** Virtual time after which a client that has not ended counts as hanging, in milliseconds. */
const maxVirtualMs = 24 * 3600 * 1000;

const prompt = 'Where do sheep graze?';

/** Measures both clients with the same replies, clock and random numbers. */
export async function sideBySide(fault: Fault): Promise<SideBySide> {
  return { fault, tutorial: await measureClient(fault, askTutorial), ours: await measureClient(fault, askOurs) };
}

async function measureClient(fault: Fault, ask: (world: World) => ClientRun): Promise<Measured> {
  const all: Measured[] = [];
  for (let seed = 1; seed <= seeds; seed++) all.push(await runOnce(fault, ask, seed));
  const [first] = all;
  const deviation = all.find(({ requests, outcome }) => requests !== first?.requests || outcome !== first.outcome);
  if (!first || deviation) throw new Error(`${fault.en}: the seeds give different results`);
  const times = all.map(({ ms }) => ms);
  return { ...first, ms: percentile(times, 50) };
}

async function runOnce(fault: Fault, ask: (world: World) => ClientRun, seed: number): Promise<Measured> {
  const clock = new VirtualClock();
  const { ending, requests } = ask({ clock, random: randomNumbers(seed), replies: fault.replies(new Model(clock)) });
  await settle();
  // The client hangs if no timer remains.
  while (ending().report === undefined && clock.monotonicNow() < maxVirtualMs && (await clock.next()) !== undefined);
  const { report } = ending();
  return {
    ms: report === undefined ? Infinity : clock.monotonicNow(),
    requests: requests(),
    outcome: outcomeOf(ending()),
  };
}

function askTutorial({ clock, random, replies }: World): ClientRun {
  const wire = new ScriptedFetch(replies);
  let text = '';
  let report: Ending['report'];
  const read = async (): Promise<void> => {
    for await (const chunk of tutorialClient({ fetch: wire.fetch, clock, random }, prompt)) text += chunk;
  };
  void read().then(
    () => (report = 'answered'),
    () => (report = 'failed'),
  );
  return { ending: () => ({ text, report }), requests: () => wire.requests.length };
}

function askOurs(world: World): ClientRun {
  const run = new EngineRun({ ...world, request: { messages: [{ role: 'user', content: prompt }] } });
  return {
    ending: () => ({ text: run.shownText, report: reportOf(run.events.find(isTerminal)) }),
    requests: () => run.wire.requests.length,
  };
}

function reportOf(terminal: TerminalEvent | undefined): Ending['report'] {
  if (terminal === undefined) return undefined;
  return terminal.type === 'done' ? 'answered' : 'failed';
}
