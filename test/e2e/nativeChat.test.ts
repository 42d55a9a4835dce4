import assert from 'node:assert/strict';
import path from 'node:path';
import { startGateway, type Gateway } from '../support/testGateway';
import { rateLimited } from '../../src/demo/replies';
import { answer, cutAfter, replySequence } from '../support/replies';
import { root } from '../support/paths';
import { setKey } from './support/conversation';
import { NativeChat } from './support/nativeChat';
import { Workbench } from './support/workbench';

const otherExtension = path.join(root, 'test/e2e/support/otherExtension');

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
    await chat.setUp();
    await workbench.page.locator('.statusbar').getByText('The chat is enabled.').waitFor();
    await chat.model('gpt-4o').waitFor();
  });

  it('shows the wait after a rate limit, then the answer', async () => {
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

  it('shows an answer that was resumed after its stream broke as one text, with its code in one block', async () => {
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
});
