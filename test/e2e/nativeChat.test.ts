import assert from 'node:assert/strict';
import path from 'node:path';
import { startGateway, type Gateway, type Script } from '../../src/demo/gateway';
import { answer, rateLimited } from '../../src/demo/replies';
import { cutAfter, replySequence } from '../support/replies';
import { root } from '../support/paths';
import { setKey } from './support/conversation';
import { NativeChat } from './support/nativeChat';
import { Workbench } from './support/workbench';

const otherExtension = path.join(root, 'test/e2e/support/otherExtension');

/** Replies with a tool call that reads a file of the workspace. */
function readFile(filePath: string): Script {
  return function* () {
    const json = JSON.stringify({ filePath, startLine: 1, endLine: 10 });
    const call = { index: 0, id: 'call_1', type: 'function', function: { name: 'read_file', arguments: json } };
    yield { delta: 'I look into the file.' };
    yield { event: { choices: [{ index: 0, delta: { tool_calls: [call] } }] } };
    yield { finish: 'tool_calls' };
    yield { done: true };
  };
}

describe("VS Code's chat without a sign-in", () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let chat: NativeChat;

  before(async () => {
    gateway = await startGateway({ script: () => answer('unused') });
    workbench = await Workbench.open({
      settings: {
        'holysheep.baseUrl': gateway.baseUrl,
        'holysheep.model': 'gpt-4o',
        'chat.disableAIFeatures': undefined,
      },
      otherExtension,
    });
    chat = new NativeChat(workbench);
    await setKey(workbench);
  });
  beforeEach(() => gateway.reset());
  after(async () => {
    await workbench.close();
    await gateway.close();
  });

  it('selects the configured model after Set Up VS Code Chat', async () => {
    await workbench.runCommand('HolySheep: Set Up VS Code Chat');
    await chat.input.waitFor();
    await chat.model('gpt-4o').waitFor();
  });

  it('shows the wait after a rate limit, then the answer', async () => {
    gateway.script = replySequence(
      () => rateLimited(4),
      () => answer('There are **twelve** sheep.'),
    );
    await chat.ask('How many sheep are there?');
    await chat.answer
      .getByText(/Rate limited.*The gateway said to wait 4 s · attempt 2 of 6 · Retrying at /)
      .last()
      .waitFor();
    await chat.answer.getByText('There are twelve sheep.').waitFor();
    assert.deepEqual(
      gateway.requests.map(({ json }) => json?.model),
      ['gpt-4o', 'gpt-4o'],
    );
  });

  it('runs a tool that the model calls and sends its result to the model', async () => {
    gateway.script = replySequence(readFile(workbench.workspaceFile('sample.py')), () =>
      answer('It greets the sheep.'),
    );
    await chat.ask('What does sample.py do?');
    await chat.answer.getByText('It greets the sheep.').waitFor();
    const messages = gateway.requests[1]?.json?.messages ?? [];
    const [call, result] = messages.slice(-2);
    assert.deepEqual([call?.role, call?.content], ['assistant', 'I look into the file.']);
    assert.equal(result?.role, 'tool');
    assert.match(JSON.stringify(result.content), /def /);
    assert.equal(gateway.requests.length, 2);
  });

  it('shows an answer that was resumed after its stream broke as one text, with its code in one block', async () => {
    gateway.script = replySequence(
      () => cutAfter('Here it is:\n\n```ts\nconst first = 1;\nconst second', 'reset'),
      () => answer(' = 2;\n```\n\nThat is all.'),
    );
    await chat.ask('Show me code.');
    await chat.answer.getByText('That is all.').waitFor();
    await chat.answer.getByText('Here it is:').waitFor();
    assert.equal(await chat.answer.locator('.interactive-result-code-block').count(), 1);
    assert.equal(gateway.requests.length, 2);
  });
});
