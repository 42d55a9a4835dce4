import { isTerminal, type TerminalEvent } from '../../../src/engine/events';
import { percentile } from '../../bench/statistics';
import { EngineRun } from '../../support/engineRun';
import { ScriptedFetch, type Reply } from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';
import { randomNumbers } from '../randomNumbers';
import type { Fault } from './faults';
import { Model } from './model';
import { outcomeOf, type Ending, type Outcome } from './outcome';
import { tutorialClient } from './tutorialClient';

/** How the question ended: the median of all seeds, of which each has to end in the same way. */
export interface Measured {
  /** Infinite where the client would wait for ever. */
  readonly ms: number;
  readonly requests: number;
  readonly outcome: Outcome;
}

export interface SideBySide {
  readonly fault: Fault;
  readonly tutorial: Measured;
  readonly ours: Measured;
}

/** A client of either kind, on its way to an end. */
interface ClientRun {
  readonly ending: () => Ending;
  readonly requests: () => number;
}

interface World {
  readonly clock: VirtualClock;
  readonly random: () => number;
  readonly replies: readonly Reply[];
}

const seeds = 101;
/** Virtual time after which somebody who still waits is left waiting. */
const maxVirtualMs = 24 * 3600 * 1000;

const prompt = 'Where do sheep graze?';

/** The same script of replies, the same clock and the same chance for both. */
export async function sideBySide(fault: Fault): Promise<SideBySide> {
  return { fault, tutorial: await measureClient(fault, askTutorial), ours: await measureClient(fault, askOurs) };
}

async function measureClient(fault: Fault, ask: (world: World) => ClientRun): Promise<Measured> {
  const all: Measured[] = [];
  for (let seed = 1; seed <= seeds; seed++) all.push(await runOnce(fault, ask, seed));
  const [first] = all;
  const odd = all.find(({ requests, outcome }) => requests !== first?.requests || outcome !== first.outcome);
  if (!first || odd) throw new Error(`${fault.en}: not each seed comes to the same`);
  const times = all.map(({ ms }) => ms);
  return { ...first, ms: percentile(times, 50) };
}

async function runOnce(fault: Fault, ask: (world: World) => ClientRun, seed: number): Promise<Measured> {
  const clock = new VirtualClock();
  const { ending, requests } = ask({ clock, random: randomNumbers(seed), replies: fault.replies(new Model(clock)) });
  await settle();
  // Where no timer is left nothing will ever happen.
  while (ending().report === undefined && clock.ticks() < maxVirtualMs && (await clock.next()) !== undefined);
  const { report: said } = ending();
  return { ms: said === undefined ? Infinity : clock.ticks(), requests: requests(), outcome: outcomeOf(ending()) };
}

function askTutorial({ clock, random, replies }: World): ClientRun {
  const wire = new ScriptedFetch(replies);
  let text = '';
  let said: Ending['report'];
  const read = async (): Promise<void> => {
    for await (const chunk of tutorialClient({ fetch: wire.fetch, clock, random }, prompt)) text += chunk;
  };
  void read().then(
    () => (said = 'answered'),
    () => (said = 'failed'),
  );
  return { ending: () => ({ text, report: said }), requests: () => wire.requests.length };
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
