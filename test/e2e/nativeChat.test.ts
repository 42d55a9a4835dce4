import assert from 'node:assert/strict';
import type { Gateway } from '../support/testGateway';
import { rateLimited } from '../../src/demo/replies';
import { answer, cutAfter, replySequence } from '../support/replies';
import { NativeChat } from './support/nativeChat';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe("VS Code's chat without a sign-in", () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let chat: NativeChat;

  const settings = { 'holysheep.model': 'gpt-4o', 'chat.disableAIFeatures': undefined };
  // VS Code enables the chat when a window changes this setting, but not when it starts with it.
  useWorkbench({ settings, hasChat: true }, (opened) => ({ gateway, workbench } = opened));
  before(async () => {
    chat = new NativeChat(workbench);
    await chat.setUp();
  });
  beforeEach(() => gateway.reset());

  it('selects the configured model after Set Up VS Code Chat', async () => {
    await workbench.page.locator('.statusbar').getByText('The chat is enabled.').waitFor();
    await chat.model('gpt-4o').waitFor();
  });

  it('shows the wait after a rate limit and then the answer', async () => {
    gateway.script = replySequence(rateLimited(4), answer('There are **twelve** sheep.'));
    await chat.ask('How many sheep are there?');
    await chat.answer
      .getByText(/Rate limited.*The gateway said to wait 4 s · attempt 2 of 6 · Retrying at /)
      .last()
      .waitFor();
    await chat.answer.getByText('There are twelve sheep.').waitFor();
    const models = gateway.requests.map(({ json }) => json?.model);
    assert.deepEqual(models, ['gpt-4o', 'gpt-4o']);
  });

  it('shows a single code block when the stream breaks inside the block and is resumed', async () => {
    gateway.script = replySequence(
      cutAfter('Here it is:\n\n```ts\nconst first = 1;\nconst second', 'reset'),
      answer(' = 2;\n```\n\nThat is all.'),
    );
    await chat.ask('Show me code.');
    await chat.answer.getByText('That is all.').waitFor();
    await chat.answer.getByText('Here it is:').waitFor();
    assert.equal(await chat.answer.locator('.interactive-result-code-block').count(), 1);
    assert.equal(gateway.requests.length, 2);
  });

  describe('with @holysheep', () => {
    before(async () => {
      await workbench.openFile('sample.ts');
      await workbench.selectLines(16, 18);
    });

    const button = (name: string) => chat.answer.getByRole('button', { name, exact: true });
    const sent = (request = 0): string => JSON.stringify(gateway.requests[request]?.json?.messages);

    it('explains the selection after the user has ended a wait with Retry now', async () => {
      gateway.script = replySequence(rateLimited(37), answer('It **pauses** for a while.'));
      await chat.ask('@holysheep /explain ');
      await chat.answer
        .getByText(/Rate limited by .* The gateway said to wait 37 s .*attempt 2 of 6 · Retrying at/)
        .waitFor();
      await chat.answer.getByRole('link', { name: 'Retry now' }).click();
      await chat.answer.getByText('It pauses for a while.').waitFor();
      for (const part of ['setTimeout(resolve, ms)', 'typescript', 'sample.ts'])
        assert.ok(sent(1).includes(part), part);
    });

    it('writes tests for the same code when the user picks the follow-up suggestion', async () => {
      gateway.script = () => answer('The tests are', { finish: 'length' });
      await workbench.selectLines(1, 1);
      await chat.followup('Write tests for sample.ts:16-18').click();
      await chat.answer.getByText('The tests are').waitFor();
      assert.match(sent(), /It \*\*pauses\*\*.*Write unit tests.*Lines: 16-18/);
    });

    it('completes an answer that reached the token limit when the user presses Continue', async () => {
      gateway.script = () => answer(' here.');
      await button('Continue').click();
      await chat.answer.getByText(/^\s*here\.\s*$/).waitFor();
      assert.match(sent(), /"assistant","content":"The tests are"/);
    });
  });
});
