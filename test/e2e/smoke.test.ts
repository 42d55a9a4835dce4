import assert from 'node:assert/strict';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('packaged extension', () => {
  let workbench: Workbench;

  useWorkbench({}, (opened) => ({ workbench } = opened));

  it('runs a command from the palette', async () => {
    await workbench.runCommand('HolySheep: Show Log');
    await workbench.page
      .locator('.part.panel option:checked', { hasText: 'HolySheep Prompt' })
      .first()
      .waitFor({ state: 'attached' });
    assert.equal(await workbench.toast().count(), 0);
  });
});
