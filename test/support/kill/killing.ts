import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { isRunning } from '../../../src/core/turnState';
import type { Conversation } from '../../../src/host/conversation/conversation';
import type { Gateway, GatewayRequest, Step } from '../../../src/demo/gateway';
import { answer } from '../../../src/demo/replies';
import { out, root } from '../paths';
import { removeTemporaryFolder, temporaryFolder } from '../temporaryFolder';
import { liveConversations } from './liveConversations';

/** Of two bytes, four bytes and a line break, so that a torn write may tear a character, a surrogate pair or a line. */
const sentence = 'Zwölf Boxkämpfer jagen 🐑 über den Deich, 生活在别处。\n';

export const story = Array.from({ length: 60 }, (_, index) => `${index + 1}. ${sentence}`).join('');

interface Sighting {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly characters: number;
}

export interface Killing {
  /** Of the text, when it was found again. */
  readonly phase: string;
  readonly found: string;
  /** How long what was lost had been there before the kill; 0: nothing was lost. */
  readonly lostMs: number;
  /** The answer, and how the turn ended, after *Continue*. */
  readonly continued: string;
  readonly ending: string;
}

const bundle = path.join(out, 'kill', 'victim.cjs');

/** Once: a process that has to be translated first takes longer to start than to be killed. */
export async function buildVictim(): Promise<void> {
  await build({
    entryPoints: [path.join(root, 'test/support/kill/victim.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'silent',
  });
}

/** The story, a few characters a millisecond; a request that has a part of it gets the rest. */
export function* tellStory({ json }: GatewayRequest): Iterable<Step> {
  const told = json?.messages.findLast(({ role }) => role === 'assistant')?.content;
  yield* answer(story.slice(typeof told === 'string' ? told.length : 0), { chunkChars: 5, everyMs: 1 });
}

/** Kills a process in mid-answer, as soon as it has `characters` of it and `afterMs` have passed; then does what a person does. */
export async function killAt(gateway: Gateway, characters: number, afterMs: number): Promise<Killing> {
  const folder = temporaryFolder();
  try {
    const { seen, killedAt } = await runAndKill(folder, gateway.baseUrl, characters, afterMs);
    const { conversations, journal } = liveConversations({ folder, baseUrl: gateway.baseUrl });
    const [kept] = await conversations.list();
    const conversation = await conversations.open(kept?.id);
    const { text = '', phase = 'lost' } = conversation?.last?.state ?? {};
    const lost = seen.find((sighting) => sighting.characters > text.length);
    if (conversation) await goOn(conversation);
    const after = conversation?.last?.state;
    // As a window does that goes away: what has a lock of its own goes on showing that it is alive.
    journal.flushSync();
    return {
      phase,
      found: text,
      lostMs: lost ? killedAt - lost.at : 0,
      continued: after?.text ?? '',
      ending: after?.phase ?? 'lost',
    };
  } finally {
    removeTemporaryFolder(folder);
  }
}

/** *Continue*, or *Restart answer* where there is nothing to continue; resolves when the turn is over. */
async function goOn(conversation: Conversation): Promise<void> {
  const { id = '', state } = conversation.last ?? {};
  if (state?.phase !== 'interrupted') return;
  const over = new Promise<void>((resolve) => {
    conversation.onDidChange(() => {
      if (conversation.last && !isRunning(conversation.last.state.phase)) resolve();
    });
  });
  if (state.text === '') conversation.restart(id);
  else conversation.continue(id);
  await over;
}

async function runAndKill(
  folder: string,
  baseUrl: string,
  characters: number,
  afterMs: number,
): Promise<{ readonly seen: readonly Sighting[]; readonly killedAt: number }> {
  const victim = spawn(process.execPath, [bundle, folder, baseUrl], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(victim, 'exit');
  const seen: Sighting[] = [];
  let killedAt = 0;
  const kill = (): void => {
    killedAt = Date.now();
    victim.kill('SIGKILL');
  };
  let due = false;
  for await (const line of createInterface({ input: victim.stdout })) {
    const sighting = JSON.parse(line) as Sighting;
    seen.push(sighting);
    if (due || sighting.characters < characters) continue;
    due = true;
    setTimeout(kill, afterMs);
  }
  await gone;
  return { seen, killedAt };
}
