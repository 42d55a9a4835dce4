import { readFileSync } from 'node:fs';
import path from 'node:path';
import { answer } from '../support/replies';
import type { ConversationPanel } from '../e2e/support/conversationPanel';
import { root } from '../support/paths';
import { historyRow } from './historyRow';
import { writeConversation } from './longConversation';
import { lastWord, markdownOf } from './page/documents';
import { progress } from './progress';
import { none, type Row } from './row';
import { median } from './statistics';

const rounds = 5;
const turns = 200;
const turnLength = 2000;
const title = 'Two hundred questions';

const watch = readFileSync(path.join(root, 'test/bench/page/openingWatch.mjs'), 'utf8');

/** Measures the time from the click in the history to the end of the rendered conversation. */
export async function opening(panel: ConversationPanel): Promise<Row> {
  const { workbench, gateway } = panel;
  gateway.script = () => answer(markdownOf('mixed', turnLength), { chunkChars: turnLength });
  const prompts = Array.from({ length: turns }, (_, index) => (index === 0 ? title : `Question ${index + 1}`));
  await writeConversation({ folder: workbench.conversationsFolder(), baseUrl: gateway.baseUrl }, prompts);
  await workbench.page.evaluate(watch);
  const opened: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const ms = await openFromHistory(panel);
    progress(`workbench, ${turns} turns from the history: ${ms.toFixed(0)} ms`);
    opened.push(ms);
  }
  return {
    what: `${turns} turns of ${turnLength} characters opened from the history in a workbench, median of ${rounds}`,
    ours: `${median(opened).toFixed(0)} ms`,
    peer: none,
    ratio: none,
    aim: '< 1,000 ms',
  };
}

async function openFromHistory(panel: ConversationPanel): Promise<number> {
  const { workbench } = panel;
  const row = await historyRow(panel, title);
  await workbench.page.evaluate(`opened(${turns}, '${lastWord}')`);
  await row.click();
  return workbench.page.evaluate<number>('openedAfter');
}
