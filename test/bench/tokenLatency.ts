import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Script } from '../support/testGateway';
import { installPackaged } from '../e2e/support/installPackaged';
import { ConversationPanel } from '../e2e/support/conversationPanel';
import { out, root } from '../support/paths';
import { progress } from './progress';
import { none, type Row } from './row';
import { percentile } from './statistics';

const rounds = 3;
const words = 200;
const everyMs = 37;

const watch = readFileSync(path.join(root, 'test/bench/page/paintWatch.mjs'), 'utf8');

/** Wall-clock times in milliseconds, which all processes share, by number of the word. */
type Times = Readonly<Record<number, number>>;

/** Measures the time from the gateway's socket to the screen of a workbench, at the speed of a typical model. */
export async function tokenLatency(): Promise<readonly Row[]> {
  await installPackaged(path.join(out, 'holysheep-prompt.vsix'));
  const panel = await ConversationPanel.open();
  try {
    await panel.setKey();
    const measured: number[] = [];
    for (let round = 0; round < rounds; round++) measured.push(...(await latencies(panel)));
    const [middle, high] = [50, 99].map((percent) => percentile(measured, percent));
    return [
      {
        what: `A token every ${everyMs} ms, from the socket to the screen of a workbench: median and 99th percentile`,
        ours: `${middle} ms, ${high} ms`,
        peer: none,
        ratio: none,
        aim: '≤ 14 ms, ≤ 28 ms',
      },
    ];
  } finally {
    await panel.close();
  }
}

async function latencies(panel: ConversationPanel): Promise<readonly number[]> {
  await panel.replaceConversation();
  await panel.inPage(watch);
  const sent: number[] = [];
  const script: Script = function* () {
    for (let word = 0; word < words; word++) {
      sent.push(Date.now());
      yield { delta: word % 20 === 19 ? ` word ${word}.\n\nParagraph` : ` word ${word}` };
      yield { waitMs: everyMs };
    }
    yield { finish: 'stop' };
    yield { done: true };
  };
  await panel.askUntil('done', 'Every number, please', script);
  const { arrived, painted } = (await panel.inPage('wordTimes')) as {
    readonly arrived: Times;
    readonly painted: Times;
  };
  const since = (times: Times): readonly number[] => sent.map((at, word) => (times[word] ?? NaN) - at);
  const all = since(painted);
  if (all.some(Number.isNaN)) throw new Error('A word was never painted.');
  progress(`latency: painted after ${text(all)}, of which ${text(since(arrived))} to the page`);
  return all;
}

function text(ms: readonly number[]): string {
  return [50, 90, 99].map((percent) => `${percentile(ms, percent)} ms (${percent} %)`).join(', ');
}
