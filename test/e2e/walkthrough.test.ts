import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import { viewport } from './support/session';
import type { Workbench } from './support/workbench';

describe('walkthrough after the installation', () => {
  let workbench: Workbench;
  let panel: ConversationPanel;

  const settings = { 'holysheep.baseUrl': undefined };
  useWorkbench({ settings, withoutKey: true, needsNewVSCode: true }, (opened) => ({ workbench, panel } = opened));
  // VS Code hides the pictures of a walkthrough in a narrow window.
  before(() => workbench.page.setViewportSize({ width: 1760, height: 900 }));
  after(() => workbench.page.setViewportSize(viewport));

  const step = (id: string): Locator => workbench.page.locator(`.getting-started-step[data-step-id$="#start#${id}"]`);
  const mark = (id: string): Locator => step(id).getByRole('checkbox');
  const done = (id: string): Locator => mark(id).and(workbench.page.locator('[aria-checked="true"]'));
  const open = async (id: string): Promise<void> => {
    if ((await step(id).getAttribute('aria-expanded')) !== 'true') await step(id).locator('.step-title').click();
  };

  it('opens neither an editor nor a notification before the user runs Get Started', async () => {
    assert.deepEqual([await workbench.toast().count(), await workbench.tab('').count()], [0, 0]);
  });

  it('opens from the Command Palette with five incomplete steps and a picture', async () => {
    await workbench.runCommand('HolySheep: Get Started');
    for (const id of ['key', 'ask', 'explain', 'retry', 'chat']) {
      assert.equal(await mark(id).getAttribute('aria-checked'), 'false', id);
    }
    await workbench.page
      .frameLocator('.getting-started-media iframe.webview.ready')
      .frameLocator('#active-frame')
      .locator('svg')
      .waitFor();
  });

  it('marks three steps as done when the user presses Retry now in the demo', async () => {
    await open('retry');
    await step('retry').getByRole('button', { name: 'Watch a Rate Limit' }).click();
    await panel.timer.waitFor();
    assert.equal(await mark('retry').getAttribute('aria-checked'), 'false');
    await panel.button('Retry now').click();
    for (const id of ['retry', 'ask', 'key']) await done(id).waitFor();
    await panel.inState('done').waitFor();
    assert.match(await workbench.statusBarItem('holysheep.model').innerText(), /Offline demo/);
  });
});
