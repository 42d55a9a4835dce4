import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { failure, rateLimited } from '../../src/demo/replies';
import { answer, cutAfter, replySequence } from '../support/replies';
import { useWorkbench } from './support/conversation';
import { Stage } from './support/stage';

/** Opens the tab of the network health as the only open editor. */
async function openHealth(stage: Stage): Promise<void> {
  await stage.workbench.runCommand('View: Close All Editors');
  await stage.run('openHealth');
  await stage.panel.getByRole('heading', { level: 1, name: stage.words.panel.healthTitle }).waitFor();
  await stage.panel.getByRole('tab', { name: stage.words.panel.network }).click();
}

describe('usage and health', () => {
  let stage: Stage;

  useWorkbench({}, ({ gateway, workbench }) => (stage = new Stage('en', gateway, workbench)));

  it('shows the numbers of the prompts that were sent', async () => {
    await stage.workbench.runCommand('View: Close All Editors');
    await stage.newConversation();
    const { short } = stage.texts;
    await stage.ask(
      'one',
      replySequence(rateLimited(1), cutAfter(short.slice(0, 90), 'reset'), answer(short.slice(90))),
    );
    await stage.inState('done').waitFor();
    await stage.ask('two', () => failure(402, { message: 'Insufficient Balance' }));
    await stage.inState('failed').waitFor();
    await openHealth(stage);
    const card = stage.panel.getByRole('article').filter({ hasText: new URL(stage.gateway.baseUrl).host });
    await card.getByText('33%').waitFor();
    await card.getByText('1 of 3 succeeded · 1 refused (out of credit)').waitFor();
    await card.getByText(stage.words.panel.details).click();
    assert.match(await card.innerText(), /rate limited[^]*out of credit/);
  });

  it('is restored with the chosen tab and period after the window was reloaded', async () => {
    await stage.button(stage.words.panel.days).click();
    await stage.workbench.reload();
    await stage.panel.getByRole('region', { name: stage.words.panel.daysCaption }).waitFor();
  });

  it('is cleared after a confirmation', async () => {
    const { workbench, words } = stage;
    await stage.button(words.panel.clearHealth).click();
    const dialog = workbench.page.getByRole('dialog');
    await dialog.getByText(words.host('Clear the usage and health data?')).waitFor();
    await dialog.getByRole('button', { name: words.panel.clearHealth }).click();
    await stage.panel.getByRole('status').getByText(words.panel.healthEmpty).waitFor();
  });
});

describe('daily budget', () => {
  let stage: Stage;

  useWorkbench(
    { settings: { 'holysheep.budget': { daily: 50, action: 'ask' } } },
    ({ gateway, workbench }) => (stage = new Stage('en', gateway, workbench)),
  );

  /** Adds the record of a request to the files that all windows share, as another window does. */
  function spendElsewhere(cost: number): void {
    const folder = path.join(stage.workbench.globalStorageFolder(), 'health');
    mkdirSync(folder, { recursive: true });
    const gateway = { id: 'https://gateway.test/v1', label: 'gateway.test' };
    const record = { at: Date.now(), gateway, model: 'gpt-4o', result: 'complete', cost };
    const day = new Date().toISOString().slice(0, 10);
    appendFileSync(path.join(folder, `${day}.0badcafe.jsonl`), `\n${JSON.stringify(record)}`);
  }

  it('warns when 80% is used, and opens the tab Usage', async () => {
    const { gateway, workbench, words, panel } = stage;
    await stage.newConversation();
    spendElsewhere(45);
    await stage.ask('zero', () => answer('hello'));
    // Does not wait for the answer first, because VS Code hides the warning after a few seconds.
    const toast = workbench.toast("of today's budget");
    await toast.getByText(/^You have used 9\d% of today's budget: .*\$45\.\d\d of \$50\.00\.$/).waitFor();
    await toast.getByRole('button', { name: words.host('Open usage') }).click();
    await panel
      .getByRole('tabpanel', { name: words.panel.usage })
      .getByText(/^9\d% of the \$50\.00 budget used/)
      .waitFor();
    const request = await gateway.request(1);
    await request.closed;
  });

  it('is kept by asking before a prompt is sent, which stays in the composer, and never holds up a partial answer', async () => {
    const { gateway, words } = stage;
    const { page } = stage.workbench;
    await stage.workbench.runCommand('View: Close All Editors');
    await stage.newConversation();
    const { short } = stage.texts;
    await stage.ask(
      'one',
      replySequence(cutAfter(short.slice(0, 90), 'short'), failure(402, { message: 'Insufficient Balance' })),
    );
    await stage.inState('failed').waitFor();
    spendElsewhere(15);
    gateway.reset();
    gateway.script = () => answer(short.slice(90));
    await stage.prompt.fill('two');
    await stage.prompt.press('Enter');
    // Notifications, which may contain the same text, have the role of a dialog, too.
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.getByText(/^You have used 12\d% of today's budget: .*\$6\d\.\d\d of \$50\.00\.$/).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await stage.prompt.and(stage.panel.locator(':not(:placeholder-shown)')).waitFor();
    assert.deepEqual([await stage.prompt.inputValue(), gateway.requests.length], ['two', 0]);
    await stage.button(words.panel.continue).click();
    await stage.inState('done').waitFor();
    await stage.prompt.press('Enter');
    await dialog.getByRole('button', { name: words.host('Send anyway') }).click();
    await stage.panel.locator('article.assistant[data-state="done"]').nth(1).waitFor();
    assert.deepEqual([await stage.prompt.inputValue(), gateway.requests.length], ['', 2]);
  });
});
