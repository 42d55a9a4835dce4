import assert from 'node:assert/strict';
import path from 'node:path';
import { textsOf } from '../support/gateway/sentTexts';
import { out } from '../support/paths';
import { answer } from '../support/replies';
import type { Gateway } from '../support/testGateway';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('turns of a conversation', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench({ script: () => answer('Apples are **red**.') }, (opened) => ({ gateway, workbench, panel } = opened));
  before(async () => {
    await panel.askFromPalette('About apples');
    await panel.inState('done').waitFor();
    gateway.script = () => answer('Pears are green.');
    await panel.send('About pears');
    await panel.answer.getByText('Pears are green.').waitFor();
    await panel.inState('done').waitFor();
  });
  beforeEach(() => gateway.reset());

  const first = () => panel.assistants.first();
  const prompts = (): Promise<readonly string[]> => panel.frame.locator('[data-part="prompt"]').allTextContents();
  const chooseFromMenu = async (label: string): Promise<void> => {
    const item = workbench.page.locator('.monaco-menu .action-item').getByText(label, { exact: true });
    await item.hover();
    await workbench.page.keyboard.press('Enter');
    await item.waitFor({ state: 'detached' });
    // On a busy machine, VS Code sometimes returns the focus to the page late or never.
    await panel.frame.locator(':root').evaluate(() => window.focus());
  };
  const contextMenu = async (label: string): Promise<void> => {
    await first().getByText('Apples are').click({ button: 'right' });
    await chooseFromMenu(label);
  };

  it('offer in the context menu to copy the answer without Markdown', async () => {
    await contextMenu('Copy as Plain Text');
    await workbench.waitForCopy('Apples are red.');
    await contextMenu('Copy Answer');
    await workbench.waitForCopy('Apples are **red**.');
  });

  it('offer their context menu on the keyboard', async () => {
    await first().focus();
    await workbench.page.keyboard.press('Shift+F10');
    await workbench.screenshot(path.join(out, 'pictures/answer-menu.png'));
    await chooseFromMenu('Copy as Plain Text');
    await workbench.waitForCopy('Apples are red.');
  });

  it('are deleted one by one and restored with Undo', async () => {
    await contextMenu('Delete Turn');
    const line = panel.frame.getByRole('article', { name: 'Turn deleted.' });
    await line.waitFor();
    assert.deepEqual(await prompts(), ['About pears']);
    await line.and(panel.frame.locator(':focus')).waitFor();
    await workbench.tab('About pears').waitFor();
    await workbench.screenshot(path.join(out, 'pictures/turn-deleted.png'));
    await line.getByRole('button', { name: 'Undo' }).click();
    await panel.frame.getByText('About apples').waitFor();
    assert.deepEqual(await prompts(), ['About apples', 'About pears']);
  });

  it('are not sent after they were deleted, also after a reload', async () => {
    await contextMenu('Delete Turn');
    await panel.frame.getByRole('article', { name: 'Turn deleted.' }).waitFor();
    await workbench.reload();
    await panel.answer.getByText('Pears are green.').waitFor();
    assert.deepEqual(await prompts(), ['About pears']);
    await panel.askUntil('done', 'And plums?', answer('Blue.'));
    const sent = textsOf(gateway.requests[0]?.json);
    assert.deepEqual(sent, ['About pears', 'Pears are green.', 'And plums?']);
  });

  it('continue in a branch, and leave the original unchanged', async () => {
    await first().hover();
    await first().getByRole('button', { name: 'Answer actions' }).click();
    await panel.frame.getByRole('menuitem', { name: 'Branch from here' }).click();
    await workbench.tab('Branch of About pears').waitFor();
    await panel.answer.getByText('Pears are green.').waitFor();
    assert.deepEqual(await prompts(), ['About pears']);
    await panel.prompt.and(panel.frame.locator(':focus')).waitFor();
    await workbench.screenshot(path.join(out, 'pictures/branch.png'));
    await workbench.tab('About pears').first().click();
    await panel.answer.getByText('Blue.').waitFor();
    assert.deepEqual(await prompts(), ['About pears', 'And plums?']);
  });
});
