import assert from 'node:assert/strict';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { FakeRoutes } from './fakeRoutes';
import { rowsOf, valuesOf } from '../../support/valuesOf';

describe('Remove API Key command', () => {
  const editor = new FakeEditor();
  useVSCode(editor.api());
  let routes: FakeRoutes;
  beforeEach(() => {
    editor.reset();
    routes = new FakeRoutes();
    routes.backups = ['https://first.example/v1', 'https://second.example/v1'];
  });

  const remove = async (): Promise<string> => {
    const { Connections } = await import('../../../src/host/connection/connections');
    const { removeApiKey } = await import('../../../src/host/connection/connectionCommands');
    const deps = routes.deps();
    const { state } = await removeApiKey({ ...deps, connections: new Connections(deps) });
    return state;
  };

  it('asks which key to remove when several routes have one', async () => {
    routes.keys = new Map([
      ['https://primary.example', 'hsa-primary'],
      ['https://second.example', 'hsa-second'],
    ]);
    editor.accepted = 'second.example';
    assert.equal(await remove(), 'removed');
    assert.deepEqual(rowsOf(editor.quickPicks[0]!.items, 'label', 'description'), [
      ['primary.example', 'primary · API key set'],
      ['second.example', 'backup 2 · API key set'],
    ]);
    assert.deepEqual([...routes.keys.keys()], ['https://primary.example']);
  });

  it('removes the only key without asking, and restores it when the user chooses Undo', async () => {
    routes.keys.set('https://first.example', 'hsa-first');
    routes.backups = ['https://first.example/v1'];
    editor.pressed = 'Undo';
    assert.equal(await remove(), 'removed');
    await new Promise(setImmediate);
    assert.equal(editor.quickPicks.length, 0);
    assert.deepEqual(editor.messages.at(-1)?.message, 'The API key for first.example was removed from this computer.');
    assert.equal(routes.keys.get('https://first.example'), 'hsa-first');
  });

  it('says that there is no key for the base URL when no route has one', async () => {
    routes.backups = [];
    assert.equal(await remove(), 'none');
    assert.deepEqual(valuesOf(editor.messages, 'message'), ['There is no API key for primary.example.']);
  });
});
