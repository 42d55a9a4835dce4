import assert from 'node:assert/strict';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { FakeGateways, openGateways } from './fakeGateways';

describe('question about a gateway over plain HTTP', () => {
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

  it('names the model and the only gateway that has it', async () => {
    await ask('gpt-5', 'llama3');
    assert.deepEqual(
      editor.messages.map(({ message }) => message),
      ['llama3 is at nas.example, over plain HTTP. Send prompts there?'],
    );
  });

  it('is asked once for a gateway, also in later windows, if the user agrees', async () => {
    editor.pressed = 'Send';
    assert.equal(await ask('llama3', 'qwen3'), true);
    assert.equal(await ask('llama3'), true);
    assert.equal(editor.messages.length, 1);
  });

  it('is asked again for the next prompt if the user does not agree', async () => {
    assert.equal(await ask('llama3', 'qwen3'), false);
    assert.equal(await ask('llama3'), false);
    assert.equal(editor.messages.length, 2);
  });

  it('is not asked about a model that a gateway over HTTPS has or might have', async () => {
    assert.equal(await ask('gpt-5', 'unlisted'), true);
    gateways.lists.delete(`${primary}/v1`);
    assert.equal(await ask('llama3'), true);
    assert.equal(editor.messages.length, 0);
  });

  it("is not asked if a key can't be read, because the turn reports that", async () => {
    gateways.isKeyringLocked = true;
    assert.equal(await ask('llama3'), true);
    assert.equal(editor.messages.length, 0);
  });
});
