import assert from 'node:assert/strict';
import type { ConnectionDeps } from '../../../src/host/connection/connections';
import { useVSCode } from '../../support/fakeVSCode';
import { FakeEditor, FakeRoutes } from './fakeRoutes';

describe('notice about a backup route without a key', () => {
  const editor = new FakeEditor();
  useVSCode(editor.api());
  let routes: FakeRoutes;
  /** The dependencies of all windows of a test, which share the global state. */
  let deps: ConnectionDeps | undefined;
  beforeEach(() => {
    editor.reset();
    routes = new FakeRoutes();
    deps = undefined;
    routes.backups = ['https://first.example/v1', 'https://second.example/v1'];
    routes.keys.set('https://primary.example', 'hsa-primary');
    routes.keys.set('https://first.example', 'hsa-first');
  });

  const start = async (): Promise<void> => {
    const { MissingKeyNotices } = await import('../../../src/host/connection/missingKeyNotices');
    deps ??= routes.deps();
    new MissingKeyNotices(deps);
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

  it('is not shown again in another window or after a restart', async () => {
    await start();
    await start();
    assert.equal(editor.messages.length, 1);
  });

  it('is shown again when the key was set and removed later', async () => {
    await start();
    routes.keys.set('https://second.example', 'hsa-second');
    await start();
    routes.keys.delete('https://second.example');
    await start();
    assert.equal(editor.messages.length, 2);
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
    assert.deepEqual([editor.messages, routes.logged.length], [[], 1]);
    routes.isKeyringLocked = false;
    routes.demoActive = true;
    await change();
    assert.deepEqual(editor.messages, []);
  });

  it('is not shown before the base URL has a key', async () => {
    routes.keys.clear();
    await start();
    await change();
    assert.deepEqual(editor.messages, []);
    routes.keys.set('https://primary.example', 'hsa-primary');
    routes.keys.set('https://first.example', 'hsa-first');
    routes.changeKeys();
    await new Promise(setImmediate);
    assert.equal(editor.messages.length, 1);
  });

  it('is not shown when the key of the route was just removed', async () => {
    routes.keys.set('https://second.example', 'hsa-second');
    await start();
    routes.keys.delete('https://second.example');
    routes.changeKeys();
    await new Promise(setImmediate);
    assert.deepEqual(editor.messages, []);
  });

  it('is not shown when the key was set during the check', async () => {
    const { memory } = (deps = routes.deps());
    const update = memory.update.bind(memory);
    memory.update = (key, value) => {
      routes.keys.set('https://second.example', 'hsa-second');
      return update(key, value);
    };
    await start();
    assert.deepEqual(editor.messages, []);
  });

  it('names the path of a route if another route has the same host', async () => {
    routes.backups = ['https://second.example/a/v1', 'https://second.example/b/v1'];
    await start();
    assert.deepEqual(
      editor.messages.map(({ message }) => message),
      ["The backup route second.example/a/v1 has no API key, so it isn't used."],
    );
  });
});
