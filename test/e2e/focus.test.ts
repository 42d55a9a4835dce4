import assert from 'node:assert/strict';
import type { Gateway } from '../support/testGateway';
import { answer } from '../support/replies';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('keyboard focus', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  // This is VS Code's default: lists close when they lose the focus.
  const settings = { 'workbench.quickOpen.closeOnFocusLost': true };
  useWorkbench({ settings }, (opened) => ({ gateway, workbench, panel } = opened));

  it('stays in a quick input that the user opens while a new conversation loads', async () => {
    const { page, quickInput } = workbench;
    await quickInput.openPalette('>HolySheep: New Conversation');
    await page.keyboard.press('Enter');
    await workbench.tab('HolySheep').first().waitFor();
    const resume = workbench.pauseExtensionHost();
    try {
      await workbench.waitForPanelFocus();
      await workbench.clickCommandCenter();
    } finally {
      resume();
    }
    await panel.frame.getByRole('heading', { name: 'Ask HolySheep' }).waitFor();
    // The workbench learns within a frame of a focus change in the page.
    await panel.waitForDrawing();
    assert.equal(await quickInput.input.and(page.locator(':focus')).isVisible(), true);
    await quickInput.dismiss();
    await panel.frame.locator('textarea:focus').waitFor();
  });

  it('moves to the composer when the user opens a new conversation', async () => {
    gateway.script = () => answer('Hello.');
    await panel.send('Hello');
    await panel.answer.getByText('Hello.').waitFor();
    const earlier = await workbench.panelId();
    await workbench.runCommand('HolySheep: New Conversation');
    await workbench.waitForPanelOtherThan(earlier);
    await panel.frame.locator('textarea:focus').waitFor();
    await workbench.page.keyboard.type('Hi');
    await workbench.page.keyboard.press('Enter');
    await panel.answer.getByText('Hello.').waitFor();
  });
});
