import assert from 'node:assert/strict';
import type { Gateway } from '../support/testGateway';
import { rateLimited } from '../../src/demo/replies';
import { answer, replySequence } from '../support/replies';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('scheduled prompts in the workbench', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench({}, (opened) => ({ gateway, workbench, panel } = opened));

  const count = (text: string) =>
    workbench.statusBarItem('holysheep.activity').filter({ hasText: text, visible: true });

  it('are counted in the status bar and listed when the user clicks the status bar item', async () => {
    gateway.script = replySequence(rateLimited(7200), answer('after the limit'));
    await panel.newConversation();
    await panel.send('what waits for two hours');
    await panel.frame.getByRole('button', { name: /^Send at / }).click();
    await panel.inState('scheduled').getByRole('timer').waitFor();
    await count('1 scheduled').click();
    await workbench.quickInput.rowsWith('what waits for two hours').waitFor();
  });

  it('are sent once when the user presses Send now', async () => {
    await workbench.quickInput.pressOnRow('what waits for two hours', 'Send now');
    await panel.inState('done').waitFor();
    await panel.answer.getByText('after the limit').waitFor();
    await count('1 scheduled').waitFor({ state: 'hidden' });
    assert.equal(gateway.requests.length, 2);
  });

  it('are not sent after the user cancels them', async () => {
    await workbench.runCommand('HolySheep: Reset Network State');
    gateway.reset();
    gateway.script = () => rateLimited(7200);
    await panel.newConversation();
    await panel.send('what is canceled');
    await panel.frame.getByRole('button', { name: /^Send at / }).click();
    await count('1 scheduled').waitFor();
    await panel.button('Cancel').click();
    await panel.inState('stopped').waitFor();
    await count('1 scheduled').waitFor({ state: 'hidden' });
    await workbench.runCommand('HolySheep: Scheduled Prompts');
    await workbench.quickInput.rowsWith('No scheduled prompts').waitFor();
    assert.equal(gateway.requests.length, 1);
  });
});
