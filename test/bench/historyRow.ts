import type { Locator } from 'playwright-core';
import type { ConversationPanel } from '../e2e/support/conversationPanel';

/**
 * Returns the row of a conversation in the history. All panels are closed, because a panel might take the focus and
 * close the list.
 */
export async function historyRow(panel: ConversationPanel, title: string): Promise<Locator> {
  const { workbench } = panel;
  await workbench.runCommand('View: Close All Editors');
  await workbench.page.locator('iframe.webview').first().waitFor({ state: 'detached' });
  await panel.run('openHistory');
  const row = workbench.quickInput.rowsWith(title);
  await row.waitFor();
  return row;
}
