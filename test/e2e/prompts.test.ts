import assert from 'node:assert/strict';
import type { Gateway } from '../support/testGateway';
import { answer } from '../support/replies';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('custom prompts', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  const prompts = [
    { title: 'Translate', template: 'Translate the comments of ${file}:\n${selection}', model: 'deepseek-v3' },
    { title: 'Review', template: 'What would you change?' },
  ];
  useWorkbench(
    { script: () => answer('Understood.'), settings: { 'holysheep.prompts': prompts } },
    (opened) => ({ gateway, workbench, panel } = opened),
  );

  it('are sent from the context menu to the model that is configured for the prompt', async () => {
    await workbench.openFile('sample.ts');
    await workbench.selectLines(16, 18);
    await workbench.contextMenu('function pause', 'HolySheep', 'Run Custom Prompt…');
    await workbench.quickInput.rows('Review').waitFor();
    await workbench.quickInput.pick('Translate');
    await panel.inState('done').waitFor();
    const { json } = await gateway.request(1);
    assert.equal(json?.['model'], 'deepseek-v3');
    assert.match(JSON.stringify(json.messages.at(-1)), /"Translate the comments of sample\.ts:\\n.*function pause/);
    await panel.frame.getByText('Translate sample.ts:16-18').first().waitFor();
  });

  it('are listed with the commands after a / in the composer, and sent when the user chooses one', async () => {
    gateway.reset();
    gateway.script = () => answer('Reviewed.');
    await panel.prompt.pressSequentially('/');
    await panel.frame.getByRole('option', { name: '/history Open History' }).waitFor();
    await panel.prompt.pressSequentially('rev');
    await panel.frame.getByRole('option', { name: '/history' }).waitFor({ state: 'detached' });
    await panel.prompt.press('Enter');
    await panel.answer.getByText('Reviewed.').waitFor();
    assert.match(JSON.stringify((await gateway.request(1)).json?.messages.at(-1)), /What would you change\?/);
    assert.equal(await panel.prompt.inputValue(), '');
  });
});
