import { cpSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import type { Script } from '../../src/demo/gateway';
import { answer } from '../../src/demo/replies';
import type { Stage } from '../e2e/support/stage';
import { randomNumbers } from '../simulate/randomNumbers';
import { out } from '../support/paths';
import { historyRow } from './historyRow';
import { progress } from './progress';
import { none, type Row } from './row';
import { median } from './statistics';

const kills = 50;

/**
 * Characters of one to four bytes, and of several code points, in words that are the same with and without Markdown:
 * what the panel shows is what was sent.
 */
const story = Array.from(
  { length: 48 },
  (_, n) => `S${n}: zwölf Boxkämpfer jagen 🐑 und 👩‍🌾 über den Deich, 生活在别处。`,
).join(' ');

interface Sighting {
  /** Epoch milliseconds just before the last of them went to the socket. */
  readonly at: number;
  readonly characters: number;
}

interface Killing {
  /** Of the text, when it was found again. */
  readonly phase: string;
  readonly characters: number;
  /** From the sending of the first character that is missing to the kill; 0: nothing that was sent before it is. */
  readonly lostMs: number;
}

/** An extension host that is killed in mid-answer, then what a person does: a reload, *Continue*. */
export async function lostInWorkbench(stage: Stage): Promise<Row> {
  const random = randomNumbers(Date.now());
  const lost: number[] = [];
  for (let n = 1; n <= kills; n++) {
    const characters = Math.max(1, random() * story.length);
    const afterMs = random() * 60;
    try {
      const { phase, lostMs, ...found } = await killAt(stage, `Story ${n}, please`, { characters, afterMs });
      progress(`workbench, kill ${n} of ${kills}: ${phase}, ${found.characters} characters, ${lostMs} ms lost`);
      lost.push(lostMs);
    } catch (error) {
      keepEvidence(stage);
      throw error;
    }
  }
  return {
    what: `Text lost when the extension host is killed, worst and median of ${kills}`,
    ours: `${Math.max(...lost)} ms, ${median(lost)} ms`,
    ...{ peer: none, ratio: none, aim: '≤ 100 ms' },
  };
}

interface Moment {
  /** Of the answer, when they have been sent … */
  readonly characters: number;
  /** … and these milliseconds have passed. */
  readonly afterMs: number;
}

/** @throws when what is left is no beginning of the story, or what it becomes not the story */
async function killAt(stage: Stage, title: string, { characters, afterMs }: Moment): Promise<Killing> {
  const { workbench } = stage;
  await stage.newConversation();
  const sent: Sighting[] = [];
  const killedAt = await new Promise<number>((resolve, reject) => {
    let due = false;
    const script = tellStory((sighting) => {
      sent.push(sighting);
      if (due || sighting.characters < characters) return;
      due = true;
      setTimeout(() => void workbench.killExtensionHost().then(resolve, reject), afterMs);
    });
    stage.ask(title, script).catch(reject);
  });
  await workbench.reloadPage();
  // What is broken off comes back by itself; VS Code may have forgotten the panel of what was over.
  if (sent.at(-1)?.characters === story.length) await (await historyRow(stage, title)).click();
  await stage.panel.getByRole('article', { name: 'You' }).getByText(title, { exact: true }).first().waitFor();
  await stage.inState('interrupted').or(stage.inState('done')).waitFor();
  const phase = (await stage.assistant.getAttribute('data-state')) ?? '';
  const found = await text(stage).innerText();
  if (!story.startsWith(found)) throw new Error(`No beginning of the story:\n${difference(found)}`);
  if (phase === 'interrupted') await goOn(stage, found);
  const whole = await text(stage).innerText();
  if (whole !== story) throw new Error(`Not the story:\n${difference(whole)}`);
  const missing = sent.find((sighting) => sighting.characters > found.length);
  return { phase, characters: found.length, lostMs: missing ? Math.max(0, killedAt - missing.at) : 0 };
}

/** A few characters a millisecond; a request that has a part of the story gets the rest. */
function tellStory(onSent: (sighting: Sighting) => void): Script {
  return function* ({ json }) {
    const told = json?.messages.findLast(({ role }) => role === 'assistant')?.content;
    let characters = typeof told === 'string' ? told.length : 0;
    for (const step of answer(story.slice(characters), { chunkChars: 5, everyMs: 1 })) {
      const at = Date.now();
      yield step;
      if (!('delta' in step)) continue;
      // Resumed when the step has been carried out.
      characters += step.delta.length;
      onSent({ at, characters });
    }
  };
}

/** *Continue*, or *Restart answer* where there is nothing to continue. */
async function goOn(stage: Stage, found: string): Promise<void> {
  const { panel } = stage.words;
  stage.gateway.script = tellStory(() => undefined);
  await stage.button(found === '' ? panel.restart : panel.continue).click();
  await stage.inState('done').waitFor();
}

function text(stage: Stage): Locator {
  return stage.assistant.locator('[data-part="answer"]');
}

/** Where the two part. */
function difference(found: string): string {
  let at = 0;
  while (at < found.length && found[at] === story[at]) at++;
  const around = (whole: string): string => JSON.stringify(whole.slice(Math.max(0, at - 40), at + 40));
  return `at ${at} of ${found.length} and ${story.length}\nfound ${around(found)}\nstory ${around(story)}`;
}

/** What the extension host has left on disk. */
function keepEvidence(stage: Stage): void {
  const folder = path.join(out, 'bench/kill-evidence');
  cpSync(stage.workbench.conversationsFolder(), folder, { recursive: true });
  progress(`The conversations are in ${folder}.`);
}
