import assert from 'node:assert/strict';
import { answer } from '../support/replies';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('link in an answer', () => {
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench(
    {
      script: () => answer('See [the page](https://example.com/x).'),
    },
    (opened) => ({ workbench, panel } = opened),
  );
  before(async () => {
    await panel.askFromPalette('Where?');
    await panel.inState('done').waitFor();
  });

  for (const { how, modifiers } of [
    { how: 'a click', modifiers: [] },
    { how: 'Ctrl and a click', modifiers: ['Control'] },
    { how: 'Shift and a click', modifiers: ['Shift'] },
  ] as const) {
    it(`asks for confirmation instead of opening directly after ${how}`, async () => {
      await panel.answer.getByRole('link', { name: 'the page' }).click({ modifiers: [...modifiers] });
      const dialog = workbench.page.locator('.monaco-dialog-box');
      await dialog.getByText('https://example.com/x').waitFor();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await dialog.waitFor({ state: 'hidden' });
      assert.equal(workbench.page.context().pages().length, 1);
    });
  }
});
