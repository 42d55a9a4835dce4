import assert from 'node:assert/strict';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { FakeGateways, openGateways } from '../../support/host/fakeGateways';

describe('question whether to send prompts over plain HTTP', () => {
  const editor = new FakeEditor();
  useVSCode(editor.api());
  const [primary, nas] = ['https://primary.example', 'http://nas.example'];
  let gateways: FakeGateways;
  let ask: (...models: readonly string[]) => Promise<boolean>;
  beforeEach(async () => {
    editor.reset();
    gateways = new FakeGateways();
    gateways.backups = [`${nas}/v1`];
    for (const origin of [primary, nas]) gateways.keys.set(origin, 'hsa-key');
    gateways.lists = new Map([
      [`${primary}/v1`, ['gpt-5']],
      [`${nas}/v1`, ['llama3', 'qwen3']],
    ]);
    const { gatewaySets } = await openGateways(gateways.deps());
    ask = (...models) => gatewaySets.own.mayUse(models);
  });

  it('names the model and its plain-HTTP gateway', async () => {
    await ask('gpt-5', 'llama3');
    assert.deepEqual(
      editor.messages.map(({ message }) => message),
      ['llama3 is available only from nas.example, over plain HTTP. Send prompts there?'],
    );
  });

  it('appears only once for each gateway if the user agrees', async () => {
    editor.pressed = 'Send';
    assert.equal(await ask('llama3', 'qwen3'), true);
    assert.equal(await ask('llama3'), true);
    assert.equal(editor.messages.length, 1);
  });

  it('appears for every prompt until the user agrees', async () => {
    assert.equal(await ask('llama3', 'qwen3'), false);
    assert.equal(await ask('llama3'), false);
    assert.equal(editor.messages.length, 2);
  });

  it('does not appear for a model that an HTTPS gateway offers', async () => {
    assert.equal(await ask('gpt-5', 'unlisted'), true);
    assert.equal(editor.messages.length, 0);
  });

  it('does not appear while the model list of an HTTPS gateway is unknown', async () => {
    gateways.lists.delete(`${primary}/v1`);
    assert.equal(await ask('llama3'), true);
    assert.equal(editor.messages.length, 0);
  });

  it("does not appear if a key can't be read, because the prompt then fails anyway", async () => {
    gateways.isKeyringLocked = true;
    assert.equal(await ask('llama3'), true);
    assert.equal(editor.messages.length, 0);
  });
});
