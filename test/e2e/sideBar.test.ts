import assert from 'node:assert/strict';
import path from 'node:path';
import { axeFindings } from '../support/axeFindings';
import { out } from '../support/paths';
import { answer } from '../support/replies';
import type { Gateway } from '../support/testGateway';
import { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

const paragraphs = Array.from({ length: 60 }, (_, index) => `Paragraph ${index}: ${'word '.repeat(40)}`);

/** Text of the first paragraph that is at least partly visible, as an expression that runs in the page. */
const firstVisible = `(() => {
  const { top } = document.querySelector('[role=log]').getBoundingClientRect();
  const blocks = [...document.querySelectorAll('[data-part="answer"] p')];
  return blocks.find((block) => block.getBoundingClientRect().bottom > top + 1)?.textContent.slice(0, 12);
})()`;

describe('conversation in the side bar', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let tab: ConversationPanel;
  let view: ConversationPanel;

  const settings = { 'holysheep.openIn': 'sideBar' };
  useWorkbench({ settings }, (opened) => {
    ({ gateway, workbench, panel: tab } = opened);
    view = tab.inSideBar;
  });

  it('opens with the answer when the user runs Ask', async () => {
    gateway.script = () => answer('Hello.');
    await tab.run('ask');
    await workbench.page.getByText('The conversation opens in the side bar.').waitFor();
    await workbench.fillInput('Say hello');
    await view.answer.getByText('Hello.').waitFor();
    assert.equal(await workbench.tab('Say hello').count(), 0);
    await workbench.screenshot(path.join(out, 'pictures/side-bar.png'));
  });

  it('has no axe violations', async () => {
    assert.deepEqual(await axeFindings((expression) => view.inPage(expression)), []);
  });

  it('stops an answer when the user presses Stop', async () => {
    await view.askForBeginning('Count', 'one two three');
    await view.stop();
    assert.match(await view.answer.innerText(), /one two three/);
  });

  it('moves to an editor with its draft while an answer arrives', async () => {
    await view.askForBeginning('Count on', 'four five six');
    await view.prompt.fill('and then');
    await workbench.viewAction('Open in Editor');
    await tab.inState('streaming').filter({ hasText: 'four five six' }).waitFor();
    assert.equal(await tab.prompt.inputValue(), 'and then');
    await tab.frame.locator('textarea:focus').waitFor();
  });

  it('leaves an empty conversation in the side bar after it has moved to an editor', async () => {
    await view.frame.getByRole('heading', { name: view.words.panel.emptyTitle }).waitFor();
    await workbench.screenshot(path.join(out, 'pictures/side-bar-moved.png'));
  });

  it('opens new conversations in the editor after it has moved there', async () => {
    await workbench.page.locator('.editor-actions').getByRole('button', { name: 'New Conversation' }).click();
    await workbench.tab('HolySheep').waitFor();
    await workbench.runCommand('View: Close Editor');
    await tab.inState('streaming').waitFor();
  });

  it('moves back to the side bar with its draft while the answer arrives, and closes its tab', async () => {
    await tab.prompt.pressSequentially(', and then');
    await tab.run('openInSideBar');
    await view.inState('streaming').filter({ hasText: 'four five six' }).waitFor();
    assert.equal(await view.prompt.inputValue(), 'and then, and then');
    assert.equal(await workbench.tab('Say hello').count(), 0);
    await view.stop();
  });

  it('starts another conversation in the side bar when the user presses +', async () => {
    await view.prompt.fill('');
    await workbench.viewAction('New Conversation');
    await view.frame.getByRole('heading', { name: view.words.panel.emptyTitle }).waitFor();
    await view.frame.locator('textarea:focus').waitFor();
    assert.equal(await workbench.tab('HolySheep').count(), 0);
  });

  it('keeps the draft of an empty conversation while the user reads another conversation in the side bar', async () => {
    await view.prompt.fill('a half-written prompt');
    await workbench.viewAction('Open History');
    await workbench.quickInput.rowsWith('Say hello').click();
    await view.assistants.first().getByText('Hello.').waitFor();
    assert.equal(await view.prompt.inputValue(), '');
    await workbench.viewAction('New Conversation');
    await view.frame.getByRole('heading', { name: view.words.panel.emptyTitle }).waitFor();
    assert.equal(await view.prompt.inputValue(), 'a half-written prompt');
  });

  it('keeps the reading position in a long answer when it moves to an editor', async () => {
    await view.ask('A long answer', answer(paragraphs.join('\n\n')));
    await view.inState('done').waitFor();
    await view.frame.getByText('Paragraph 30:').hover();
    await workbench.page.mouse.wheel(0, 60);
    await view.waitForDrawing();
    const before = await view.inPage(firstVisible);
    await workbench.viewAction('Open in Editor');
    await tab.frame.getByText(String(before)).waitFor();
    await tab.waitForDrawing();
    assert.equal(await tab.inPage(firstVisible), before);
  });

  it('is shown again after a reload of the window', async () => {
    await tab.run('openInSideBar');
    await view.frame.getByText('Paragraph 59:').waitFor();
    await view.prompt.fill('an unsent prompt');
    await workbench.reload();
    await view.frame.getByText('Paragraph 59:').waitFor();
    assert.equal(await view.prompt.inputValue(), 'an unsent prompt');
  });

  it('shows the part of an answer that had arrived before a reload', async () => {
    await view.askForBeginning('A new answer', 'some text');
    await workbench.reload();
    await view.inState('interrupted').filter({ hasText: 'some text' }).waitFor();
    assert.equal(await workbench.tab('A long answer').count(), 0);
  });

  it('is shown again after a crash of the extension host', async () => {
    await view.prompt.fill('another unsent prompt');
    await view.inPage('document.body.dataset.old = "old"');
    await workbench.killExtensionHost();
    await view.frame.locator('body:not([data-old])').waitFor();
    await view.inState('interrupted').waitFor();
    assert.equal(await view.prompt.inputValue(), 'another unsent prompt');
  });

  it('returns to the side bar when the user undoes its deletion', async () => {
    await workbench.viewAction('Delete Conversation');
    await view.frame.getByRole('heading', { name: view.words.panel.emptyTitle }).waitFor();
    await view.button('Undo').click();
    await view.inState('interrupted').waitFor();
  });

  it('is read-only in a second window until the user presses Open here', async () => {
    const other = await workbench.newWindow({ sameFolder: true });
    const there = new ConversationPanel(other, gateway).inSideBar;
    await there.run('openInSideBar');
    await other.viewAction('Open History');
    await other.quickInput.rowsWith('A long answer').click();
    await there.button('Open here').click();
    await there.prompt.waitFor();
    await view.button('Open here').waitFor();
  });
});
