import assert from 'node:assert/strict';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { FakeGateways, openGateways } from '../../support/host/fakeGateways';
import { rowsOf, valuesOf } from '../../support/valuesOf';

describe('Remove API Key command', () => {
  const editor = new FakeEditor();
  useVSCode(editor.api());
  let gateways: FakeGateways;
  beforeEach(() => {
    editor.reset();
    gateways = new FakeGateways();
    gateways.backups = ['https://first.example/v1', 'https://second.example/v1'];
  });

  const remove = async (): Promise<string> => {
    const { removeApiKey } = await import('../../../src/host/connection/connectionCommands');
    const { state } = await removeApiKey(await openGateways(gateways.deps()));
    return state;
  };

  it('asks which key to remove when several gateways have a key', async () => {
    gateways.keys = new Map([
      ['https://primary.example', 'hsa-primary'],
      ['https://second.example', 'hsa-second'],
    ]);
    editor.accepted = 'second.example';
    assert.equal(await remove(), 'removed');
    assert.deepEqual(rowsOf(editor.quickPicks[0]!.items, 'label', 'description'), [
      ['primary.example', 'primary · API key set'],
      ['second.example', 'backup 2 · API key set'],
    ]);
    assert.deepEqual([...gateways.keys.keys()], ['https://primary.example']);
    assert.deepEqual(valuesOf(editor.quickPicks[0]!.activeItems, 'label'), ['primary.example']);
  });

  it('removes the only key without asking, and restores the key when the user chooses Undo', async () => {
    gateways.keys.set('https://first.example', 'hsa-first');
    gateways.backups = ['https://first.example/v1'];
    editor.pressed = 'Undo';
    assert.equal(await remove(), 'removed');
    await new Promise(setImmediate);
    assert.equal(editor.quickPicks.length, 0);
    assert.deepEqual(editor.messages.at(-1)?.message, 'The API key for first.example was removed from this computer.');
    assert.equal(gateways.keys.get('https://first.example'), 'hsa-first');
  });

  it('offers no Undo when another window has already removed the key', async () => {
    gateways.keys = new Map([
      ['https://primary.example', 'hsa-primary'],
      ['https://second.example', 'hsa-second'],
    ]);
    editor.isPatient = true;
    const removed = remove();
    await new Promise(setImmediate);
    gateways.keys.delete('https://second.example');
    editor.quickPicks[0]?.choose(['second.example']);
    assert.equal(await removed, 'removed');
    assert.deepEqual(editor.messages.at(-1)?.buttons, []);
  });

  it('reports that the primary gateway has no key if no gateway has a key', async () => {
    gateways.backups = [];
    assert.equal(await remove(), 'none');
    assert.deepEqual(valuesOf(editor.messages, 'message'), ['No API key is set for primary.example.']);
  });
});
