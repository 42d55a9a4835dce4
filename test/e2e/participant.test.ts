import assert from 'node:assert/strict';
import type { Gateway } from '../support/testGateway';
import { rateLimited } from '../../src/demo/replies';
import { answer, replySequence } from '../support/replies';
import { useWorkbench } from './support/conversation';
import { NativeChat } from './support/nativeChat';
import type { Workbench } from './support/workbench';

describe("@holysheep in VS Code's chat", () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let chat: NativeChat;

  const settings = { 'holysheep.model': 'gpt-4o', 'chat.disableAIFeatures': undefined };
  useWorkbench({ settings }, (opened) => ({ gateway, workbench } = opened));
  before(async () => {
    chat = new NativeChat(workbench);
    await chat.setUp();
    await workbench.openFile('sample.ts');
    await workbench.selectLines(16, 18);
  });
  beforeEach(() => gateway.reset());

  const button = (name: string) => chat.answer.getByRole('button', { name, exact: true });
  const sent = (request = 0): string => JSON.stringify(gateway.requests[request]?.json?.messages);

  it('explains the selection after Retry now has ended the wait for a rate limit', async () => {
    gateway.script = replySequence(rateLimited(37), answer('It **pauses** for a while.'));
    await chat.ask('@holysheep /explain ');
    await chat.answer
      .getByText(/Rate limited by .* The gateway said to wait 37 s .*attempt 2 of 6 · Retrying at/)
      .waitFor();
    await button('Retry now').click();
    await chat.answer.getByText('It pauses for a while.').waitFor();
    for (const part of ['setTimeout(resolve, ms)', 'typescript', 'sample.ts']) assert.ok(sent(1).includes(part), part);
  });

  it('writes tests for the same code after a follow-up suggestion, and continues at the token limit when the user presses Continue', async () => {
    gateway.script = replySequence(answer('The tests are', { finish: 'length' }), answer(' here.'));
    await workbench.selectLines(1, 1);
    await chat.followup('Write tests for sample.ts:16-18').click();
    await chat.answer.getByText('The tests are').waitFor();
    assert.match(sent(), /It \*\*pauses\*\*.*Write unit tests.*Lines: 16-18/);
    await button('Continue').click();
    await chat.answer.getByText(/^\s*here\.\s*$/).waitFor();
    assert.match(sent(1), /"assistant","content":"The tests are"/);
  });
});
