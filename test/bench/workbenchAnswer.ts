import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Script } from '../support/testGateway';
import { answer } from '../support/replies';
import type { ConversationPanel } from '../e2e/support/conversationPanel';
import { root } from '../support/paths';
import { frameTasks, type FrameTasks } from './frameTasks';
import { lastWord, markdownOf } from './page/documents';
import { progress } from './progress';
import { none, type Row } from './row';
import { median } from './statistics';

const rounds = 5;
const answerLength = 100_000;
const deltaLength = 20;
/** Minimum duration of a long task in the Long Tasks API, in milliseconds. */
const longMs = 50;
/** Time for idle work after the answer, in milliseconds. */
const afterwardsMs = 500;

const watch = readFileSync(path.join(root, 'test/bench/page/answerWatch.mjs'), 'utf8');

interface Measured extends FrameTasks {
  /** Duration of the panel's longest long task in milliseconds, or 0 if there was none. */
  readonly long: number;
  /** Milliseconds from the last byte until the turn is done. */
  readonly done: number;
}

/** Measures the complete path of an answer: socket, extension host, workbench, panel. */
export async function fullSpeed(panel: ConversationPanel): Promise<readonly Row[]> {
  const measured: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    const each = await answerAtFullSpeed(panel);
    const { own, others } = each;
    progress(
      `workbench, full speed: longest task ${text(own.duration)}, ${text(own.onProcessor)} on the processor ` +
        `(${longText(each.long)}; the workbench's own ${text(others.duration)}, ${text(others.onProcessor)}); ` +
        `done after ${text(each.done)}`,
    );
    measured.push(each);
  }
  const medianOf = (value: (each: Measured) => number): number => median(measured.map(value));
  const what = `A ${answerLength.toLocaleString('en')}-character answer at full speed in a workbench`;
  return [
    {
      what: `${what}: longest task, median of ${rounds}`,
      ours: `${longText(medianOf(({ long }) => long))}, ${text(medianOf(({ own }) => own.onProcessor))} on the processor`,
      peer: `${text(medianOf(({ others }) => others.duration))}, the workbench itself`,
      ratio: none,
      aim: `< ${longMs} ms`,
    },
    {
      what: `${what}: done after the last byte, median of ${rounds}`,
      ours: text(medianOf(({ done }) => done)),
      peer: none,
      ratio: none,
      aim: '< 500 ms',
    },
  ];
}

async function answerAtFullSpeed(panel: ConversationPanel): Promise<Measured> {
  await panel.replaceConversation();
  await panel.inPage(watch);
  let lastByteAt = NaN;
  const script: Script = function* () {
    yield* answer(markdownOf('mixed', answerLength), { chunkChars: deltaLength });
    // The generator resumes when the previous step has been carried out.
    lastByteAt = Date.now();
  };
  let doneAt = NaN;
  const tasks = await frameTasks(panel.workbench.page, 'dist/webview.js', async () => {
    await panel.ask('Everything about the scheduler, please', script);
    const answered = (await panel.inPage('answered')) as { readonly at: number; readonly text: string };
    if (!answered.text.includes(lastWord)) throw new Error('Done before its last word was there.');
    doneAt = answered.at;
    await new Promise((resolve) => setTimeout(resolve, afterwardsMs));
  });
  const longTasks = (await panel.inPage('longTasks')) as readonly { readonly own: boolean; readonly ms: number }[];
  return {
    ...tasks,
    long: Math.max(0, ...longTasks.filter(({ own }) => own).map(({ ms }) => ms)),
    done: doneAt - lastByteAt,
  };
}

function text(ms: number): string {
  return `${ms.toFixed(0)} ms`;
}

function longText(ms: number): string {
  return ms === 0 ? `< ${longMs} ms` : text(ms);
}
