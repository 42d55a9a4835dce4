import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { isRunning } from '../../../src/engine/state/turnState';
import type { Conversation } from '../../../src/host/conversation/conversation';
import { startGateway, type GatewayRequest, type Step } from '../testGateway';
import { answer, deltas, replySequence } from '../replies';
import { removeTemporaryFolder, temporaryFolder } from '../temporaryFolder';
import { compileVictim, victimPath } from './compileVictim';
import { liveConversations } from './liveConversations';

/** A sentence with characters of two and four bytes and a line break, so that a partial write may split any of them. */
const sentence = 'Zwölf Boxkämpfer jagen 🐑 über den Deich, 生活在别处。\n';

const sentences = Array.from({ length: 60 }, (_, index) => `${index + 1}. ${sentence}`);

export const story = sentences.join('');

const storyWithoutEnd = sentences.slice(0, -1).join('');

interface Sighting {
  /** Epoch milliseconds at which this number of characters had arrived. */
  readonly at: number;
  readonly model: string;
  readonly characters: number;
}

export interface Killing {
  /** Phase of the turn after the restart, or `lost` without a conversation. */
  readonly phase: string;
  readonly found: string;
  /** Time between the arrival of the oldest lost text and the kill, in milliseconds, or 0 if nothing was lost. */
  readonly lostMs: number;
  /** The text of the answer after *Continue*. */
  readonly continued: string;
  /** The last phase of the turn after *Continue*, or the message of its failure. */
  readonly ending: string;
}

const speed = { chunkChars: 5, everyMs: 1 };

const bundle = victimPath('victim');

interface KillOptions {
  readonly models?: readonly string[];
  /** Whether the kill waits until the prompt is on disk. Without it, an early kill may lose the whole conversation. */
  readonly waitsForPrompt?: boolean;
}

export async function buildVictim(): Promise<void> {
  await compileVictim('victim');
}

/** Sends a few characters per millisecond, then nothing. The last sentence never arrives, so that Continue has text to add. */
function* sendWithoutEnd(): Iterable<Step> {
  yield* deltas(storyWithoutEnd, speed);
  yield { end: 'stall' };
}

/** Sends the part of the story that the request does not contain. */
function* sendRest({ json }: GatewayRequest): Iterable<Step> {
  const received = json?.messages.findLast(({ role }) => role === 'assistant')?.content;
  yield* answer(story.slice(typeof received === 'string' ? received.length : 0), speed);
}

/**
 * Kills a process in the middle of an answer, or of the answers that are being compared, as soon as it has received
 * `share` (0 to 1) of the story and `afterMs` have passed. Then presses *Continue*, as a user would, or *Restart answer*
 * if no text is left.
 * @returns one result for each model
 */
export async function killAt(
  share: number,
  afterMs: number,
  { models = ['gpt-4o'], waitsForPrompt = false }: KillOptions = {},
): Promise<readonly Killing[]> {
  const folder = temporaryFolder();
  const gateway = await startGateway({ script: replySequence(...models.map(() => sendWithoutEnd), sendRest) });
  try {
    const characters = Math.max(1, share * storyWithoutEnd.length);
    const victimArguments = [folder, gateway.baseUrl, ...models];
    const { seen, killedAt } = await runAndKill(victimArguments, characters, afterMs, waitsForPrompt);
    const { conversations, journal } = liveConversations({ folder, baseUrl: gateway.baseUrl });
    const [saved] = await conversations.list();
    const conversation = await conversations.open(saved?.id);
    const killings: Killing[] = [];
    for (const model of models) {
      const current = () => conversation?.lastAnswers.find((answer) => answer.model === model);
      const { id, state: { text, phase } = { text: '', phase: 'lost' } } = current() ?? {};
      const ofModel = seen.filter((sighting) => sighting.model === model);
      const lost = ofModel.find((sighting) => sighting.characters > text.length);
      if (conversation && id !== undefined) await continueAnswer(conversation, id);
      const after = current()?.state;
      killings.push({
        phase,
        found: text,
        lostMs: lost ? killedAt - lost.at : 0,
        continued: after?.text ?? '',
        ending: after?.failure?.message ?? after?.phase ?? 'lost',
      });
    }
    // Closes the files and locks of the journal, as a window does when it closes. An open lock would still look alive.
    journal.flushSync();
    return killings;
  } finally {
    await gateway.close();
    removeTemporaryFolder(folder);
  }
}

/** Continues or restarts an interrupted answer, and resolves when its turn has ended. */
async function continueAnswer(conversation: Conversation, id: string): Promise<void> {
  const state = conversation.tree.answer(id)?.state;
  if (state?.phase !== 'interrupted') return;
  const ended = new Promise<void>((resolve) => {
    conversation.log.onDidChange(() => {
      const answer = conversation.tree.answer(id);
      if (answer && !isRunning(answer.state.phase)) resolve();
    });
  });
  if (state.text === '') conversation.restart(id);
  else conversation.continue(id);
  await ended;
}

async function runAndKill(
  victimArguments: readonly string[],
  characters: number,
  afterMs: number,
  waitsForPrompt: boolean,
): Promise<{ readonly seen: readonly Sighting[]; readonly killedAt: number }> {
  const victim = spawn(process.execPath, [bundle, ...victimArguments], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(victim, 'exit');
  const seen: Sighting[] = [];
  let killedAt = 0;
  const kill = (): void => {
    killedAt = Date.now();
    victim.kill('SIGKILL');
  };
  let [hasArrived, isSaved, isDue] = [false, !waitsForPrompt, false];
  for await (const line of createInterface({ input: victim.stdout })) {
    const sighting = JSON.parse(line) as Sighting | 'saved';
    if (sighting === 'saved') {
      isSaved = true;
    } else {
      seen.push(sighting);
      hasArrived ||= sighting.characters >= characters;
    }
    if (isDue || !hasArrived || !isSaved) continue;
    isDue = true;
    setTimeout(kill, afterMs);
  }
  await gone;
  return { seen, killedAt };
}
