import type { Locator } from 'playwright-core';
import type { Stage } from '../e2e/support/stage';

/**
 * Returns the row of a conversation in the history. All panels are closed, because a panel might take the focus and
 * close the list.
 */
export async function historyRow(stage: Stage, title: string): Promise<Locator> {
  const { workbench } = stage;
  await workbench.runCommand('View: Close All Editors');
  await workbench.page.locator('iframe.webview').first().waitFor({ state: 'detached' });
  await stage.run('openHistory');
  const row = workbench.quickInput.rowsWith(title);
  await row.waitFor();
  return row;
}
