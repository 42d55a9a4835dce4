import assert from 'node:assert/strict';
import { startGateway, type Gateway } from '../../src/demo/gateway';
import { answer, cutAfter, failure, replySequence, rateLimited } from '../../src/demo/replies';
import { setKey } from './support/conversation';
import { NativeChat } from './support/nativeChat';
import { Workbench } from './support/workbench';

describe("@holysheep in VS Code's chat", () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let chat: NativeChat;

  before(async () => {
    gateway = await startGateway({ script: () => answer('unused') });
    workbench = await Workbench.open({
      settings: { 'holysheep.baseUrl': gateway.baseUrl, 'holysheep.model': 'gpt-4o', 'chat.disableAIFeatures': false },
    });
    chat = new NativeChat(workbench);
    await setKey(workbench);
    await workbench.runCommand('HolySheep: Set Up VS Code Chat');
    await chat.input.waitFor();
    await workbench.openFile('sample.ts');
    await workbench.selectLines(16, 18);
  });
  beforeEach(() => gateway.reset());
  after(async () => {
    await workbench.close();
    await gateway.close();
  });

  const button = (name: string) => chat.answer.getByRole('button', { name, exact: true });
  const sent = (request = 0): string => JSON.stringify(gateway.requests[request]?.json?.messages);

  it('explains the selection after Retry now has ended the wait for a rate limit', async () => {
    gateway.script = replySequence(
      () => rateLimited(37),
      () => answer('It **pauses** for a while.'),
    );
    await chat.ask('@holysheep /explain ');
    await chat.answer.getByText(/Rate limited by .* The gateway said to wait 37 s\. Attempt 2 of 6 at/).waitFor();
    await button('Retry now').click();
    await chat.answer.getByText('It pauses for a while.').waitFor();
    for (const part of ['setTimeout(resolve, ms)', 'typescript', 'sample.ts']) assert.ok(sent(1).includes(part), part);
  });

  it('writes tests for the same code after a follow-up suggestion, and continues at the token limit when the user presses Continue', async () => {
    gateway.script = replySequence(
      () => answer('The tests are', { finish: 'length' }),
      () => answer(' here.'),
    );
    await workbench.selectLines(1, 1);
    await chat.followup('Write tests for sample.ts:16-18').click();
    await chat.answer.getByText('The tests are').waitFor();
    assert.match(sent(), /It \*\*pauses\*\*.*Write unit tests.*Lines: 16-18/);
    await button('Continue').click();
    await chat.answer.getByText(/^\s*here\.\s*$/).waitFor();
    assert.match(sent(1), /"assistant","content":"The tests are"/);
  });

  it('shows code in one block when the stream broke inside the code and was resumed', async () => {
    gateway.script = replySequence(
      () => cutAfter('```ts\nconst a = 1;\nconst b', 'reset'),
      () => answer(' = 2;\n```\n\nThat is all.'),
    );
    await chat.ask('@holysheep some code ');
    await chat.answer.getByText('That is all.').waitFor();
    await chat.answer.getByText('The answer was resumed where it stopped.').waitFor();
    assert.equal(await chat.answer.locator('.interactive-result-code-block').count(), 1);
  });

  it('keeps the partial answer when the user cancels the request', async () => {
    gateway.script = () => [{ delta: 'partial text' }, { end: 'stall' }];
    await chat.ask('@holysheep hello ');
    await chat.answer.getByText('partial text').waitFor();
    await workbench.page.keyboard.press('Control+Escape');
    assert.equal(await gateway.requests[0]?.closed, 'client');
    await chat.followup('Continue').waitFor();
    await chat.answer.getByText('partial text').waitFor();
  });

  it('shows the reason of a failure, with buttons that help to resolve it', async () => {
    gateway.script = () => failure(402, { message: 'Insufficient Balance' });
    await chat.ask('@holysheep hello again ');
    await chat.answer.getByText('Out of credit at').waitFor();
    for (const name of ['Open billing', 'Switch model', 'Ask again']) await button(name).waitFor();
    gateway.script = () => answer('There you are.');
    await button('Ask again').click();
    await chat.answer.getByText('There you are.').waitFor();
    const [first, again] = gateway.requests.map(({ json }) => json?.messages.at(-1));
    assert.match(JSON.stringify(first), /hello again/);
    assert.deepEqual(again, first);
  });
});
