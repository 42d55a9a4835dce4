import assert from 'node:assert/strict';
import { textsOf } from '../support/gateway/sentTexts';
import type { Gateway } from '../support/testGateway';
import { answer } from '../support/replies';
import { type ConversationPanel, testKey } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

const markdown = '# Title\n\nSome **bold** text with `code`.\n\n```ts\nconst a = 1;\n```\n\n- one\n- two\n';

describe('panel of a conversation', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench({ withoutKey: true }, (opened) => ({ gateway, workbench, panel } = opened));
  beforeEach(() => gateway.reset());

  it('puts the prompt into the composer if the user dismisses the input box for the API key', async () => {
    gateway.script = () => answer(markdown, { usage: { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 } });
    await panel.askFromPalette('first question');
    await workbench.quickInput.dismissPassword();
    await panel.enabledSend.waitFor();
    await panel.button('Set API key').waitFor();
    assert.equal(gateway.requests.length, 0);
  });

  it('sends the prompt in the composer after the user has set an API key', async () => {
    await panel.frame.locator(':focus').and(panel.prompt).press('Enter');
    assert.equal(gateway.requests.length, 0);
    await workbench.fillPassword(testKey);
    await panel.inState('done').waitFor();
    const [request] = gateway.requests;
    assert.equal(request?.headers.authorization, `Bearer ${testKey}`);
    assert.equal(textsOf(request.json).at(-1), 'first question');
  });

  it('shows the text of an answer as rendered Markdown', async () => {
    assert.equal(await panel.answer.innerText(), 'Title\n\nSome bold text with code.\n\nconst a = 1;\n\none\ntwo');
    assert.equal(await panel.answer.getByRole('heading', { name: 'Title' }).count(), 1);
    assert.match(await panel.assistant.innerText(), /12/);
  });

  it('copies a code block when the user presses its Copy button', async () => {
    await panel.answer.getByRole('button', { name: 'Copy', exact: true }).click();
    await workbench.waitForCopy('const a = 1;');
  });

  it('sends the selected code when the user chooses Explain Selection in the context menu', async () => {
    gateway.script = () => answer('It pauses.');
    await workbench.openFile('sample.ts');
    await workbench.selectLines(16, 18);
    await workbench.contextMenu('function pause', 'HolySheep', 'Explain Selection');
    await panel.answer.getByText('It pauses.').waitFor();
    const text = JSON.stringify(gateway.requests[0]?.json?.messages);
    for (const part of ['setTimeout(resolve, ms)', 'typescript', 'sample.ts']) assert.ok(text.includes(part), part);
  });

  it('stays open when the user opens a file from the Explorer', async () => {
    await workbench.page.locator('.explorer-folders-view').getByText('sample.py').click();
    await workbench.page.locator('.tab.active[data-resource-name="sample.py"]').waitFor();
    // Not with a command, which would close the panel if the panel took the focus again.
    await workbench.tab('sample.py').locator('.tab-actions a').click();
    await panel.answer.getByText('It pauses.').waitFor();
  });
});
