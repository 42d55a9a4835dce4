import assert from 'node:assert/strict';
import type { Gateway } from '../support/testGateway';
import { answer } from '../support/replies';
import { type ConversationPanel, testKey } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('panel after a reload of the window', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench({ script: () => answer('whole'), needsKey: true }, (opened) => ({ gateway, workbench, panel } = opened));

  it('shows the part of an answer that had arrived before the reload', async () => {
    gateway.script = () => [
      ...Array.from({ length: 50 }, (_, n) => ({ delta: `word${n} ` })),
      { end: 'stall' as const },
    ];
    await panel.askFromPalette('a long answer');
    await panel.answer.getByText('word49').waitFor();
    await workbench.reload();
    await panel.inState('interrupted').waitFor();
    assert.equal(await panel.answer.innerText(), Array.from({ length: 50 }, (_, n) => `word${n}`).join(' '));
  });

  it('restarts an interrupted answer with the API key that was set before the reload', async () => {
    gateway.reset();
    gateway.script = () => answer('the whole answer, longer than all that had been there before '.repeat(10));
    await panel.button('Restart answer').click();
    await panel.inState('done').waitFor();
    assert.match(await panel.answer.innerText(), /^the whole answer/);
    assert.equal(gateway.requests[0]?.headers.authorization, `Bearer ${testKey}`);
  });

  it('shows the same conversation when the user closes the panel and runs Ask', async () => {
    await workbench.runCommand('View: Close All Editors');
    await panel.askFromPalette('another');
    await panel.frame.getByText('a long answer').waitFor();
    assert.equal(await panel.frame.getByRole('article', { name: 'You' }).count(), 2);
  });

  it('still contains an Explain Selection prompt that could not be sent without an API key', async () => {
    await panel.prompt.fill('');
    await workbench.runCommand('HolySheep: Remove API Key');
    await workbench.runCommand('HolySheep: New Conversation');
    await workbench.openFile('sample.ts');
    await workbench.runCommand('HolySheep: Explain Selection');
    await workbench.quickInput.dismissPassword();
    await panel.enabledSend.waitFor();
    await workbench.reload();
    await panel.enabledSend.waitFor();
  });

  it('sends the Explain Selection prompt with its code after the user sets an API key', async () => {
    gateway.reset();
    gateway.script = () => answer('what it does');
    await panel.button('Set API key').click();
    await workbench.fillPassword(testKey);
    await panel.button('Set API key').waitFor({ state: 'hidden' });
    await panel.button('Send').click();
    await panel.answer.getByText('what it does').waitFor();
    const { messages = [] } = gateway.requests[0]?.json ?? {};
    assert.match(JSON.stringify(messages.at(-1)), /fetchWithRetry/);
  });
});
