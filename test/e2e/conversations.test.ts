import assert from 'node:assert/strict';
import type { Gateway } from '../support/testGateway';
import { answer, deltas } from '../support/replies';
import type { ConversationPanel } from './support/conversationPanel';
import { pausedAnswer } from './support/pausedAnswer';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('extension with several conversations', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench({}, (opened) => ({ gateway, workbench, panel } = opened));
  beforeEach(() => gateway.reset());

  it('opens a new conversation in its own tab while the previous one continues its answer', async () => {
    const apples = pausedAnswer(deltas('Apples are'), answer(' red.'));
    gateway.script = apples.script;
    await panel.newConversation();
    await panel.send('about apples');
    await panel.answer.getByText('Apples are').waitFor();
    await panel.newConversation();
    gateway.script = () => answer('Pears are green.');
    await panel.send('about pears');
    await panel.answer.getByText('Pears are green.').waitFor();
    apples.release();
    assert.equal(await gateway.requests[0]?.closed, 'server');
    assert.deepEqual([await workbench.tab('about apples').count(), await workbench.tab('about pears').count()], [1, 1]);
  });

  it('shows the new name of a renamed conversation on its tab', async () => {
    await workbench.runCommand('HolySheep: Rename Conversation');
    await workbench.fillInput('On pears');
    await workbench.tab('On pears').waitFor();
    assert.equal(await workbench.tab('about pears').count(), 0);
  });

  it('completes an answer whose panel was closed', async () => {
    const slow = pausedAnswer(deltas('Half of it'), answer(' and the other half.'));
    gateway.script = slow.script;
    await panel.send('close me');
    await panel.answer.getByText('Half of it').waitFor();
    await workbench.runCommand('View: Close Editor');
    await workbench.tab('On pears').waitFor({ state: 'detached' });
    slow.release();
    assert.equal(await gateway.requests[0]?.closed, 'server');
    await workbench.runCommand('HolySheep: Open History');
    await workbench.quickInput.rowsWith('On pears').click();
    await panel.answer.getByText('Half of it and the other half.').waitFor();
    assert.equal(await panel.frame.getByRole('article', { name: 'You' }).count(), 2);
  });

  it('restores a conversation that was deleted during an answer when the user presses Undo', async () => {
    gateway.script = pausedAnswer(deltas('Plums are'), []).script;
    await panel.newConversation();
    await panel.send('about plums');
    await panel.answer.getByText('Plums are').waitFor();
    await workbench.runCommand('HolySheep: Delete Conversation');
    await workbench.tab('about plums').waitFor({ state: 'detached' });
    assert.equal(await gateway.requests[0]?.closed, 'client');
    await workbench.toast('Deleted').getByRole('button', { name: 'Undo' }).click();
    await workbench.tab('about plums').click();
    await panel.inState('stopped').waitFor();
  });

  it('completes the partial answer of a restored conversation when the user presses Continue', async () => {
    gateway.script = () => answer(' blue.');
    await panel.button('Continue').click();
    await panel.answer.getByText('Plums are blue.').waitFor();
  });

  it('restores both panels with their conversations and drafts after a reload of the window', async () => {
    await workbench.runCommand('View: Close Editor');
    await workbench.tab('On pears').click();
    await panel.answer.getByText('Half of it and the other half.').waitFor();
    await panel.prompt.fill('half a thought on pears');
    await workbench.tab('about apples').click();
    await panel.answer.getByText('Apples are red.').waitFor();
    await panel.prompt.fill('half a thought on apples');
    await workbench.reload();
    await panel.answer.getByText('Apples are red.').waitFor();
    assert.equal(await panel.prompt.inputValue(), 'half a thought on apples');
    await workbench.tab('On pears').click();
    await panel.answer.getByText('Half of it and the other half.').waitFor();
    assert.equal(await panel.prompt.inputValue(), 'half a thought on pears');
    assert.deepEqual([await workbench.tab('about apples').count(), await workbench.tab('On pears').count()], [1, 1]);
  });
});
