import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { failure, rateLimited } from '../../src/demo/replies';
import { answer, cutAfter } from '../support/replies';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';

/** Opens the tab of the network health as the only open editor. */
async function openHealth(panel: ConversationPanel): Promise<void> {
  await panel.workbench.runCommand('View: Close All Editors');
  await panel.run('openHealth');
  await panel.frame.getByRole('heading', { level: 1, name: panel.words.panel.healthTitle }).waitFor();
  await panel.frame.getByRole('tab', { name: panel.words.panel.network }).click();
}

describe('tab Usage and health', () => {
  let panel: ConversationPanel;

  useWorkbench({}, (opened) => ({ panel } = opened));

  it('shows how many turns succeeded, and the faults of the requests', async () => {
    await panel.workbench.runCommand('View: Close All Editors');
    await panel.newConversation();
    const { short } = panel.texts;
    const replies = [rateLimited(1), cutAfter(short.slice(0, 90), 'reset'), answer(short.slice(90))];
    await panel.askUntil('done', 'one', ...replies);
    await panel.askUntil('failed', 'two', failure(402, { message: 'Insufficient Balance' }));
    await openHealth(panel);
    const card = panel.frame.getByRole('article').filter({ hasText: new URL(panel.gateway.baseUrl).host });
    await card.getByText('1 of 1 turns succeeded · 1 refused (out of credit)').waitFor();
    await card.getByText(panel.words.panel.details).click();
    assert.match(await card.innerText(), /rate limited[^]*out of credit/);
  });

  it('is restored with its selected tab and period after a reload of the window', async () => {
    await panel.button(panel.words.panel.days).click();
    await panel.workbench.reload();
    await panel.frame.getByRole('region', { name: panel.words.panel.daysCaption }).waitFor();
  });

  it('is empty after the user clears the data', async () => {
    const { workbench, words } = panel;
    await panel.button(words.panel.clearHealth).click();
    const dialog = workbench.page.getByRole('dialog');
    await dialog.getByText(words.host('Clear the usage and health data?')).waitFor();
    await dialog.getByRole('button', { name: words.panel.clearHealth }).click();
    await panel.frame.getByRole('status').getByText(words.panel.healthEmpty).waitFor();
  });
});

describe('daily budget', () => {
  let panel: ConversationPanel;

  useWorkbench({ settings: { 'holysheep.budget': { daily: 50, action: 'ask' } } }, (opened) => ({ panel } = opened));

  /** Adds the record of a request to the files that all windows share, as another window does. */
  function spendElsewhere(cost: number): void {
    const folder = path.join(panel.workbench.globalStorageFolder(), 'health');
    mkdirSync(folder, { recursive: true });
    const gateway = { id: 'https://gateway.test/v1', label: 'gateway.test' };
    const record = { at: Date.now(), gateway, model: 'gpt-4o', result: 'complete', cost };
    const day = new Date().toISOString().slice(0, 10);
    appendFileSync(path.join(folder, `${day}.0badcafe.jsonl`), `\n${JSON.stringify(record)}`);
  }

  it('shows a warning when 80% is used, with a button that opens the tab Usage', async () => {
    const { gateway, workbench, words } = panel;
    await panel.newConversation();
    spendElsewhere(45);
    await panel.ask('zero', answer('hello'));
    const notice = workbench.notice("of today's budget");
    await notice.getByText(/^You have used 9\d% of today's budget: .*\$45\.\d\d of \$50\.00\.$/).waitFor();
    await notice.getByRole('button', { name: words.host('Usage') }).click();
    await panel.frame
      .getByRole('tabpanel', { name: words.panel.usage })
      .getByText(/^9\d% of the \$50\.00 budget used/)
      .waitFor();
    const request = await gateway.request(1);
    await request.closed;
  });

  // Notifications, which can contain the same text, also have the role of a dialog.
  const dialog = (): Locator => panel.workbench.page.locator('.monaco-dialog-box');

  it('keeps the prompt in the composer when the user refuses to exceed the budget', async () => {
    const { gateway } = panel;
    await panel.workbench.runCommand('View: Close All Editors');
    await panel.newConversation();
    const { short } = panel.texts;
    const outOfCredit = failure(402, { message: 'Insufficient Balance' });
    await panel.askUntil('failed', 'one', cutAfter(short.slice(0, 90), 'short'), outOfCredit);
    spendElsewhere(15);
    gateway.reset();
    gateway.script = () => answer(short.slice(90));
    await panel.send('two');
    await dialog()
      .getByText(/^Today: .*\$6\d\.\d\d of \$50\.00\. You are asked again at .*\$7\d\.\d\d\.$/)
      .waitFor();
    const isSendFocused = await dialog()
      .locator(':focus', { hasText: panel.words.host('Send anyway') })
      .count();
    assert.equal(isSendFocused, 0);
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    await panel.prompt.and(panel.frame.locator(':not(:placeholder-shown)')).waitFor();
    assert.deepEqual([await panel.prompt.inputValue(), gateway.requests.length], ['two', 0]);
  });

  it('does not require the consent of the user to continue a partial answer', async () => {
    await panel.button(panel.words.panel.continue).click();
    await panel.inState('done').waitFor();
    assert.equal(panel.gateway.requests.length, 1);
  });

  it('allows the prompt to be sent after the user presses *Send anyway*', async () => {
    await panel.prompt.press('Enter');
    await dialog()
      .getByRole('button', { name: panel.words.host('Send anyway') })
      .click();
    await panel.inState('done').and(panel.assistants.nth(1)).waitFor();
    assert.deepEqual([await panel.prompt.inputValue(), panel.gateway.requests.length], ['', 2]);
  });
});
