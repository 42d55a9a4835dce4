import assert from 'node:assert/strict';
import type { Gateway } from '../support/testGateway';
import { failure, rateLimited } from '../../src/demo/replies';
import { answer, replySequence } from '../support/replies';
import { ask, type ConversationPanel, testKey, useWorkbench } from './support/conversation';
import type { Workbench } from './support/workbench';

const markdown = '# Title\n\nSome **bold** text with `code`.\n\n```ts\nconst a = 1;\n```\n\n- one\n- two\n';

describe('panel of a conversation', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench({ withoutKey: true }, (opened) => ({ gateway, workbench, panel } = opened));
  beforeEach(() => gateway.reset());

  it('asks for a missing key at once, and sends the typed prompt when the key is set', async () => {
    gateway.script = () => answer(markdown, { usage: { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 } });
    await ask(workbench, 'first question');
    await workbench.quickInput.dismissPassword();
    await panel.frame.getByText('Your prompt will be sent once a key is set.').waitFor();
    await panel.prompt.press('Enter');
    await workbench.quickInput.dismissPassword();
    await panel.frame.locator(':focus').and(panel.button('Set API key')).press('Enter');
    assert.equal(gateway.requests.length, 0);
    await workbench.fillPassword(testKey);
    await panel.inState('done').waitFor();
    const [request] = gateway.requests;
    assert.equal(request?.headers.authorization, `Bearer ${testKey}`);
    assert.deepEqual(request.json?.messages.at(-1), { role: 'user', content: 'first question' });
  });

  it('renders the Markdown of the answer and adds no text', async () => {
    assert.equal(await panel.answer.innerText(), 'Title\n\nSome bold text with code.\n\nconst a = 1;\n\none\ntwo');
    assert.equal(await panel.answer.getByRole('heading', { name: 'Title' }).count(), 1);
    assert.match(await panel.assistant.innerText(), /12/);
  });

  it('copies a code block', async () => {
    await panel.answer.getByRole('button', { name: 'Copy', exact: true }).click();
    await workbench.copied('const a = 1;');
  });

  it('sends code, language and file name with Explain Selection from the context menu', async () => {
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

  it('counts down the retry-after until the user presses Retry now, and then sends the request immediately', async () => {
    gateway.script = replySequence(rateLimited(80), answer('after the limit'));
    await panel.send('limited');
    await panel.timer.waitFor();
    const card = panel.frame.getByRole('status');
    assert.match(await card.innerText(), /gateway said to wait 80/);
    const before = await panel.timer.innerText();
    await panel.timer.filter({ hasNotText: before }).waitFor();
    await panel.button('Retry now').click();
    const [first, second] = [await gateway.request(1), await gateway.request(2)];
    assert.ok(second.at - first.at < 80_000);
    await panel.answer.getByText('after the limit').waitFor();
    await panel.assistant.getByTitle(/^Timeline: 2 attempts/).waitFor();
  });

  it('keeps the partial answer and closes the connection when the user stops a streaming answer', async () => {
    gateway.script = () => [{ delta: 'a partial answer' }, { end: 'stall' }];
    await panel.send('stop me');
    await panel.answer.getByText('a partial answer').waitFor();
    await panel.button('Stop').click();
    await panel.inState('stopped').waitFor();
    assert.equal(await panel.answer.innerText(), 'a partial answer');
    assert.equal(await gateway.requests[0]?.closed, 'client');
  });

  it('appends the continuation to a stopped answer', async () => {
    gateway.script = () => answer(' that goes on');
    const articles = await panel.frame.getByRole('article').count();
    await panel.button('Continue').click();
    await panel.answer.getByText('a partial answer that goes on').waitFor();
    await panel.assistant.getByText('The answer was resumed where it stopped.').waitFor();
    assert.equal(await panel.answer.innerText(), 'a partial answer that goes on');
    assert.equal(await panel.frame.getByRole('article').count(), articles);
    assert.equal(gateway.requests.length, 1);
    const sent = gateway.requests[0]?.json?.messages ?? [];
    assert.ok(sent.some(({ role, content }) => role === 'assistant' && content === 'a partial answer'));
  });

  for (const [status, message, button] of [
    [401, 'Incorrect API key provided', 'Set API key'],
    [402, 'Insufficient Balance', 'Open billing'],
    [400, 'Invalid model: gpt-99', 'Switch model'],
  ] as const) {
    it(`shows a card with ${button} for status ${status}`, async () => {
      gateway.script = () => failure(status, { message });
      await panel.send(`fail with ${status}`);
      // The card of the previous turn has some of the same buttons.
      await gateway.request(1);
      const alert = panel.frame.getByRole('alert');
      await alert.getByRole('button', { name: button, exact: true }).waitFor();
      await panel.inState('failed').waitFor();
      assert.equal(gateway.requests.length, 1);
    });
  }

  it('repeats a failed turn with another model', async () => {
    gateway.script = () => answer('from the other model');
    gateway.reset();
    await panel.button('Switch model').click();
    await workbench.pick('deepseek-v3');
    await panel.answer.getByText('from the other model').waitFor();
    assert.equal(gateway.requests[0]?.json?.model, 'deepseek-v3');
  });
});
