import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { failure, rateLimited } from '../../src/demo/replies';
import { answer, cutAfter, replySequence } from '../support/replies';
import { encodeRecords, hourMs, recordsOf } from '../../src/host/health/attemptRecord';
import { entry, turn, wait } from '../host/health/records';
import { randomNumbers } from '../simulate/randomNumbers';
import { useWorkbench } from './support/conversation';
import { Stage } from './support/stage';

/** Opens the page of the network health as the only open editor. */
async function openHealth(stage: Stage): Promise<void> {
  await stage.workbench.runCommand('View: Close All Editors');
  await stage.run('openHealth');
  await stage.panel.getByRole('heading', { level: 1, name: stage.words.health.title }).waitFor();
}

/** Writes what another window could have written in the last 14 days, over two routes and with three models. */
function writeHistory(stage: Stage): void {
  const random = randomNumbers(3);
  const now = Date.now();
  const records = Array.from({ length: 900 }, () => {
    const age = random() < 0.5 ? 24 * hourMs * random() : 14 * 24 * hourMs * random();
    const [origin = '', model = '', faultRate = 0] = [
      ['https://api.holysheep.ai', 'claude-sonnet-4', 0.04] as const,
      [stage.gateway.origin, 'claude-sonnet-4', 0.15] as const,
      ['https://overseas.gateway.example', 'claude-sonnet-4', 0.3] as const,
    ][Math.floor(random() * 3)]!;
    const firstTokenMs = 400 * Math.exp(2 * random());
    const answered = {
      ms: firstTokenMs + 4000,
      firstTokenMs,
      promptTokens: 1200,
      completionTokens: 100 + 200 * random(),
    };
    const how = random() >= faultRate ? 'finished' : random() < 0.5 ? 'rate-limit' : 'connection';
    const ended =
      how === 'rate-limit' ? { ms: 200 } : { ...answered, completionTokens: Math.round(answered.completionTokens) };
    const waits = how === 'rate-limit' ? [wait(5000 * random())] : [];
    return recordsOf(
      turn(entry({ origin, model, time: now - age, waits, ended: { how, bytes: 1, chars: 1, ...ended } })),
    );
  });
  const folder = path.join(stage.workbench.globalStorageFolder(), 'health');
  mkdirSync(folder, { recursive: true });
  const today = new Date(now).toISOString().slice(0, 10);
  writeFileSync(path.join(folder, `${today}.00000000.jsonl`), encodeRecords(records.flat()));
}

describe('network health', () => {
  let stage: Stage;

  useWorkbench({}, ({ gateway, workbench }) => (stage = new Stage('en', gateway, workbench)));

  it('says that there are no requests yet', async () => {
    await openHealth(stage);
    await stage.panel.getByRole('status').getByText(stage.words.health.empty).waitFor();
  });

  it('shows the numbers of the prompts that were sent', async () => {
    await stage.workbench.runCommand('View: Close All Editors');
    await stage.newConversation();
    const { short } = stage.texts;
    await stage.ask(
      'one',
      replySequence(
        () => rateLimited(1),
        () => cutAfter(short.slice(0, 90), 'reset'),
        () => answer(short.slice(90)),
      ),
    );
    await stage.inState('done').waitFor();
    await stage.ask('two', () => failure(402, { message: 'Insufficient Balance' }));
    await stage.inState('failed').waitFor();
    await openHealth(stage);
    const cells = stage.panel.locator('tbody tr').first().locator('> *');
    await cells.first().waitFor();
    const texts = await cells.allTextContents();
    const { host } = new URL(stage.gateway.baseUrl);
    assert.deepEqual([texts[1], texts[2], texts[3], texts[7], texts[8]], [host, '4', '25 %', '1', '1']);
    assert.match(texts[11] ?? '', /rate limited.*|connection failed/);
  });

  it('is cleared after a confirmation', async () => {
    const { workbench, words } = stage;
    await stage.button(words.health.clear).click();
    const dialog = workbench.page.getByRole('dialog');
    await dialog.getByText(words.host('Clear the network health data?')).waitFor();
    await dialog.getByRole('button', { name: words.health.clear }).click();
    await stage.panel.getByRole('status').getByText(words.health.empty).waitFor();
  });

  it('is restored with the chosen period after the window was reloaded', async () => {
    writeHistory(stage);
    await openHealth(stage);
    await stage.button(stage.words.health.days).click();
    await stage.workbench.reload();
    await stage.panel.getByRole('table', { name: stage.words.health.daysCaption }).waitFor();
  });
});
