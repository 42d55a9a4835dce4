import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { textsOf } from '../support/gateway/sentTexts';
import type { ChatBody, Gateway } from '../support/testGateway';
import { answer } from '../support/replies';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

function promptOf(json: ChatBody | undefined): string {
  return textsOf(json).at(-1) ?? '';
}

describe('quick picks of the panel', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench(
    { script: ({ json }) => answer(`Facts: ${/[a-z]+$/.exec(promptOf(json))?.[0]} galore`) },
    (opened) => ({ gateway, workbench, panel } = opened),
  );
  before(async () => {
    await askAnew('about apples');
    await askAnew('about pears');
  });

  async function askAnew(prompt: string): Promise<void> {
    await panel.newConversation();
    await panel.send(prompt);
    await panel.inState('done').waitFor();
  }

  const tab = (title: string): Locator => workbench.tab(title);
  const row = (text: string): Locator => workbench.quickInput.rowsWith(text);
  const press = (name: string, text: string): Promise<void> => workbench.quickInput.pressOnRow(text, name);
  /** Opens the history with the button beside the tabs. After the palette closes, VS Code returns the focus to the panel, which may close the list. */
  const open = async (): Promise<void> => {
    await workbench.page
      .locator('.editor-actions')
      .getByRole('button', { name: /^Open History/ })
      .click();
    await row('turn').first().waitFor();
  };

  describe('history picker', () => {
    it('lists the newest conversations first, with their times and numbers of turns', async () => {
      await open();
      const texts = await workbench.page.locator('.quick-input-list .monaco-list-row').allInnerTexts();
      assert.match(texts.join('\n'), /about pears[^]*1 turn[^]*open[^]*about apples[^]*1 turn/);
      await workbench.quickInput.dismiss();
    });

    it('opens a conversation that the user finds by the text of an answer', async () => {
      await open();
      await workbench.quickInput.input.fill('nothing of the kind');
      await row('Show all conversations').waitFor();
      await workbench.quickInput.input.press('Enter');
      await row('about apples').waitFor();
      await workbench.quickInput.input.fill('galore PEARS facts');
      await row('about pears').waitFor();
      await row('about apples').waitFor({ state: 'hidden' });
      await workbench.quickInput.input.press('Enter');
      await workbench.page.locator('.tab.active', { hasText: 'about pears' }).waitFor();
      await panel.answer.getByText('Facts: pears galore').waitFor();
    });

    it('deletes a conversation and closes its panel', async () => {
      await open();
      await press('Delete', 'about apples');
      await tab('about apples').waitFor({ state: 'hidden' });
      await row('about apples').waitFor({ state: 'hidden' });
      await workbench.quickInput.dismiss();
    });

    it('restores a deleted conversation and its panel when the user presses Undo', async () => {
      await workbench.notice('Deleted').getByRole('button', { name: 'Undo' }).click();
      await tab('about apples').waitFor();
      await open();
      await row('about apples').waitFor();
      await workbench.quickInput.dismiss();
    });
  });

  describe('model picker', () => {
    it('sends the next prompt to the chosen model', async () => {
      await panel.frame
        .getByRole('button', { name: /claude-sonnet-4/ })
        .first()
        .click();
      await row('deepseek-r1').click();
      await panel.frame
        .getByRole('button', { name: /deepseek-r1/ })
        .first()
        .waitFor();
      await panel.send('which model?');
      const { json: sent } = await gateway.request(3);
      assert.deepEqual([sent?.model, promptOf(sent)], ['deepseek-r1', 'which model?']);
    });
  });
});
