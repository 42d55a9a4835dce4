import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { Gateway } from '../support/testGateway';
import { failure, rateLimited } from '../../src/demo/replies';
import { answer, replySequence } from '../support/replies';
import type { ConversationPanel } from './support/conversationPanel';
import { pausedAnswer } from './support/pausedAnswer';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('indicators outside the panel', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench({}, (opened) => ({ gateway, workbench, panel } = opened));
  beforeEach(async () => {
    await workbench.runCommand('HolySheep: Reset Network State');
    await workbench.runCommand('Notifications: Clear All Notifications');
    gateway.reset();
  });

  const activity = (text: string): Locator =>
    workbench.statusBarItem('holysheep.activity').filter({ hasText: text, visible: true });
  const label = (): Promise<string | null> =>
    workbench.statusBarItem('holysheep.activity').locator('[aria-label]').first().getAttribute('aria-label');
  /** Sends a prompt and waits until the status bar and the page both show the wait, because Stop moves to the wait card. */
  const sendRateLimited = async (prompt: string, retryAfterSeconds: number): Promise<void> => {
    gateway.script = () => rateLimited(retryAfterSeconds);
    await panel.send(prompt);
    await activity('Retrying in').waitFor();
    await panel.timer.waitFor();
  };
  const stopWait = async (): Promise<void> => {
    await panel.button('Stop').click();
    await panel.inState('stopped').waitFor();
  };

  describe('status bar item', () => {
    it('names the time of the next attempt, instead of a countdown, in its accessible label', async () => {
      await panel.newConversation();
      await sendRateLimited('limited', 120);
      assert.match((await label()) ?? '', /HolySheep: Retrying at \d{1,2}:\d\d:\d\d/);
      await stopWait();
    });

    it('shows the cooldown of the selected model until the user resets the network state', async () => {
      await sendRateLimited('limited again', 120);
      await stopWait();
      await activity('Paused until').waitFor();
      assert.match((await label()) ?? '', /The gateway isn't accepting requests for this model right now/);
      await workbench.statusBarItem('holysheep.model').click();
      await workbench.quickInput.choose('gpt-4o');
      await activity('Paused until').waitFor({ state: 'hidden' });
      await workbench.statusBarItem('holysheep.model').click();
      await workbench.quickInput.choose('claude-sonnet-4');
      await activity('Paused until').waitFor();
      await workbench.runCommand('HolySheep: Reset Network State');
      await activity('Paused until').waitFor({ state: 'hidden' });
    });

    it('shows the panel of a failed turn when clicked, and then disappears', async () => {
      const paused = pausedAnswer([], failure(400, { message: 'Invalid model: gpt-99' }));
      gateway.script = paused.script;
      await panel.send('what fails out of view');
      await gateway.request(1);
      await workbench.runCommand('View: Close All Editors');
      paused.release();
      await activity('Failed').click();
      await panel.inState('failed').waitFor();
      await activity('Failed').waitFor({ state: 'hidden' });
    });
  });

  describe('notice about a turn whose panel is not in view', () => {
    it('reports a failed turn, with a button that shows its panel', async () => {
      const paused = pausedAnswer([], failure(400, { message: 'Invalid model: gpt-99' }));
      gateway.script = paused.script;
      await panel.newConversation();
      await panel.send('what fails unseen');
      await gateway.request(1);
      await panel.newConversation();
      paused.release();
      const notice = workbench.notice('No answer to “what fails unseen”.');
      await notice.getByRole('button', { name: 'Show', exact: true }).click();
      await panel.inState('failed').waitFor();
      await panel.frame.getByText('what fails unseen').first().waitFor();
    });

    it('reports a long wait, with a button that retries immediately', async () => {
      const paused = pausedAnswer([], rateLimited(120));
      gateway.script = replySequence(paused.script, answer('after the wait'));
      await panel.newConversation();
      await panel.send('what waits unseen');
      await gateway.request(1);
      await panel.newConversation();
      paused.release();
      const notice = workbench.notice('“what waits unseen” is waiting until');
      await notice.getByRole('button', { name: 'Retry now' }).click();
      await gateway.request(2);
      await workbench.tab('what waits unseen').click();
      await panel.answer.getByText('after the wait').waitFor();
      assert.equal(await workbench.toast().count(), 0);
    });
  });

  it('include a notification with a button that cancels a slow connection test', async () => {
    gateway.models = () => [{ end: 'stall' }];
    await workbench.runCommand('HolySheep: Test Connection');
    const progress = workbench.toast('Testing the connection to');
    await progress.getByRole('button', { name: 'Cancel' }).click();
    await progress.waitFor({ state: 'hidden' });
    assert.equal(await workbench.toast().count(), 0);
    assert.equal(await gateway.modelRequests.at(-1)?.closed, 'client');
  });
});
