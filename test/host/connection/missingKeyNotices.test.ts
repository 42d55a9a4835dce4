import assert from 'node:assert/strict';
import { useVSCode } from '../../support/fakeVSCode';
import { FakeEditor, FakeRoutes } from './fakeRoutes';

describe('notice about a backup route without a key', () => {
  const editor = new FakeEditor();
  useVSCode(editor.api());
  let routes: FakeRoutes;
  beforeEach(() => {
    editor.reset();
    routes = new FakeRoutes();
    routes.backups = ['https://first.example/v1', 'https://second.example/v1'];
    routes.keys.set('https://first.example', 'hsa-first');
  });

  const start = async (): Promise<void> => {
    const { MissingKeyNotices } = await import('../../../src/host/connection/missingKeyNotices');
    new MissingKeyNotices(routes.deps());
    await new Promise(setImmediate);
  };
  const change = async (): Promise<void> => {
    routes.changeSettings();
    await new Promise(setImmediate);
  };

  it('is shown at the start, and its button sets the key of that route', async () => {
    editor.pressed = 'Set API key';
    await start();
    assert.deepEqual(
      editor.messages.map(({ message }) => message),
      ["The backup route second.example has no API key, so it isn't used."],
    );
    assert.deepEqual(editor.commands, [['holysheep.setApiKey', { baseUrl: 'https://second.example/v1' }]]);
  });

  it('is shown once per origin, however often the settings change', async () => {
    await start();
    await change();
    routes.backups = ['https://second.example/v2'];
    await change();
    assert.equal(editor.messages.length, 1);
  });

  it('is shown when a route is added', async () => {
    routes.backups = [];
    await start();
    assert.deepEqual(editor.messages, []);
    routes.backups = ['https://second.example/v1'];
    await change();
    assert.equal(editor.messages.length, 1);
  });

  it('is not shown when the key cannot be read, or while the demo is active', async () => {
    routes.isKeyringLocked = true;
    await start();
    assert.deepEqual([editor.messages, routes.logged.length], [[], 2]);
    routes.isKeyringLocked = false;
    routes.demoActive = true;
    await change();
    assert.deepEqual(editor.messages, []);
  });
});
