import { cpSync } from 'node:fs';
import path from 'node:path';
import type { Script } from '../support/testGateway';
import { answer } from '../support/replies';
import type { ConversationPanel } from '../e2e/support/conversationPanel';
import { randomNumbers } from '../support/randomNumbers';
import { out } from '../support/paths';
import { historyRow } from './historyRow';
import { progress } from './progress';
import { none, type Row } from './row';
import { median } from './statistics';

const kills = 50;

/**
 * Words with characters of one to four bytes and of several code points, which Markdown does not change: the panel
 * shows exactly the sent text.
 */
const story = Array.from(
  { length: 48 },
  (_, n) => `S${n}: zwölf Boxkämpfer jagen 🐑 und 👩‍🌾 über den Deich, 生活在别处。`,
).join(' ');

interface Sighting {
  /** Epoch milliseconds just before the last characters were written to the socket. */
  readonly at: number;
  readonly characters: number;
}

interface Killing {
  /** Length of the text after the restart, in characters. */
  readonly phase: string;
  readonly characters: number;
  /** Milliseconds from the sending of the first lost character to the kill, or 0 if nothing was lost. */
  readonly lostMs: number;
}

/** Kills the extension host during an answer, then does what the user does: a reload, *Continue*. */
export async function lostInWorkbench(panel: ConversationPanel): Promise<Row> {
  const random = randomNumbers(Date.now());
  const lost: number[] = [];
  for (let n = 1; n <= kills; n++) {
    const characters = Math.max(1, random() * story.length);
    const afterMs = random() * 60;
    try {
      const { phase, lostMs, ...found } = await killAt(panel, `Story ${n}, please`, { characters, afterMs });
      progress(`workbench, kill ${n} of ${kills}: ${phase}, ${found.characters} characters, ${lostMs} ms lost`);
      lost.push(lostMs);
    } catch (error) {
      keepEvidence(panel);
      throw error;
    }
  }
  return {
    what: `Text lost when the extension host is killed, worst and median of ${kills}`,
    ours: `${Math.max(...lost)} ms, ${median(lost)} ms`,
    peer: none,
    ratio: none,
    aim: '≤ 100 ms',
  };
}

interface Moment {
  /** Characters of the answer that must have been sent before the kill. */
  readonly characters: number;
  /** Additional milliseconds before the kill. */
  readonly afterMs: number;
}

/** @throws if the partial answer is no prefix of the story or the continued answer is not the story */
async function killAt(panel: ConversationPanel, title: string, { characters, afterMs }: Moment): Promise<Killing> {
  const { workbench } = panel;
  await panel.replaceConversation();
  const sent: Sighting[] = [];
  const killedAt = await new Promise<number>((resolve, reject) => {
    let due = false;
    const script = sendStory((sighting) => {
      sent.push(sighting);
      if (due || sighting.characters < characters) return;
      due = true;
      setTimeout(() => void workbench.killExtensionHost().then(resolve, reject), afterMs);
    });
    panel.ask(title, script).catch(reject);
  });
  await workbench.reload();
  // The extension reopens the panel of an interrupted turn. VS Code might not restore the panel of a finished turn.
  if (sent.at(-1)?.characters === story.length) await (await historyRow(panel, title)).click();
  await panel.frame.getByRole('article', { name: 'You' }).getByText(title, { exact: true }).first().waitFor();
  await panel.inState('interrupted').or(panel.inState('done')).waitFor();
  const phase = (await panel.assistant.getAttribute('data-state')) ?? '';
  const found = await panel.answer.innerText();
  if (!story.startsWith(found)) throw new Error(`No beginning of the story:\n${difference(found)}`);
  if (phase === 'interrupted') await continueAnswer(panel, found);
  const complete = await panel.answer.innerText();
  if (complete !== story) throw new Error(`Not the story:\n${difference(complete)}`);
  const missing = sent.find((sighting) => sighting.characters > found.length);
  return { phase, characters: found.length, lostMs: missing ? Math.max(0, killedAt - missing.at) : 0 };
}

/** Streams a few characters per millisecond. A request that contains part of the story gets the remaining part. */
function sendStory(onSent: (sighting: Sighting) => void): Script {
  return function* ({ json }) {
    const partialAnswer = json?.messages.findLast(({ role }) => role === 'assistant')?.content;
    let characters = typeof partialAnswer === 'string' ? partialAnswer.length : 0;
    for (const step of answer(story.slice(characters), { chunkChars: 5, everyMs: 1 })) {
      const at = Date.now();
      yield step;
      if (!('delta' in step)) continue;
      // The generator resumes when the step has been carried out.
      characters += step.delta.length;
      onSent({ at, characters });
    }
  };
}

/** Presses *Continue*, or *Restart answer* if there is no partial answer. */
async function continueAnswer(panel: ConversationPanel, found: string): Promise<void> {
  const { restart, continue: continueLabel } = panel.words.panel;
  panel.gateway.script = sendStory(() => undefined);
  await panel.button(found === '' ? restart : continueLabel).click();
  await panel.inState('done').waitFor();
}

/** Returns the offset of the first difference. */
function difference(found: string): string {
  let at = 0;
  while (at < found.length && found[at] === story[at]) at++;
  const around = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 40), at + 40));
  return `at ${at} of ${found.length} and ${story.length}\nfound ${around(found)}\nstory ${around(story)}`;
}

/** Returns the journal that the extension host has left on disk. */
function keepEvidence(panel: ConversationPanel): void {
  const folder = path.join(out, 'bench/kill-evidence');
  cpSync(panel.workbench.conversationsFolder(), folder, { recursive: true });
  progress(`The conversations are in ${folder}.`);
}
