import assert from 'node:assert/strict';
import { useVSCode } from '../../support/fakeVSCode';

const subscription = { dispose: (): void => undefined };

describe('removal of a backup route from the settings', () => {
  let userEntries: unknown;
  let target: unknown;
  useVSCode({
    ConfigurationTarget: { Global: 1 },
    EventEmitter: class {
      readonly event = (): typeof subscription => subscription;
      readonly dispose = subscription.dispose;
    },
    workspace: {
      onDidChangeConfiguration: () => subscription,
      getConfiguration: () => ({
        inspect: (key: string) => ({
          globalValue: key === 'backupBaseUrls' ? userEntries : undefined,
          workspaceValue: ['https://workspace.example/v1'],
        }),
        update: (key: string, value: unknown, configurationTarget: unknown) => {
          assert.equal(key, 'backupBaseUrls');
          userEntries = value;
          target = configurationTarget;
          return Promise.resolve();
        },
      }),
    },
  });

  const createSettings = async () => {
    const { Settings } = await import('../../../src/host/settings/settings');
    return new Settings();
  };

  it('removes the base URLs of the origin and keeps all other entries, even invalid ones', async () => {
    userEntries = ['https://a.example/v1', ' HTTPS://B.example ', 7, 'b.example/other', '::', 'https://c.example/v1'];
    await (await createSettings()).removeBackupBaseUrls('https://b.example');
    assert.deepEqual(userEntries, ['https://a.example/v1', 7, '::', 'https://c.example/v1']);
    assert.equal(target, 1);
  });

  it('can be undone, even if the user has changed the list meanwhile', async () => {
    userEntries = ['https://a.example/v1', 'https://b.example/v1', 'https://c.example/v1'];
    const undo = await (await createSettings()).removeBackupBaseUrls('https://b.example');
    userEntries = ['https://a.example/v1', 'https://c.example/v1', 'https://d.example/v1'];
    await undo();
    const restored = ['https://a.example/v1', 'https://b.example/v1', 'https://c.example/v1', 'https://d.example/v1'];
    assert.deepEqual(userEntries, restored);
    await undo();
    assert.deepEqual(userEntries, restored);
  });

  it('does nothing to a list that is not valid', async () => {
    userEntries = 'https://b.example/v1';
    const undo = await (await createSettings()).removeBackupBaseUrls('https://b.example');
    assert.deepEqual(userEntries, []);
    await undo();
    assert.deepEqual(userEntries, []);
  });
});
