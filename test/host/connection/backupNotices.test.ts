import assert from 'node:assert/strict';
import type { BackupNotices } from '../../../src/host/connection/backupNotices';
import { useVSCode } from '../../support/fakeVSCode';
import { entry, failedEntry, turn } from '../health/records';
import { FakeEditor, FakeRoutes } from './fakeRoutes';

const [api, backup, other] = ['https://primary.example', 'https://backup.example', 'https://other.example'];

describe('new backup routes', () => {
  const editor = new FakeEditor();
  useVSCode(editor.api());
  let routes: FakeRoutes;
  let notices: BackupNotices;
  let changes: number;
  const open = async (): Promise<BackupNotices> => {
    const { BackupNotices } = await import('../../../src/host/connection/backupNotices');
    return new BackupNotices(routes.deps());
  };
  beforeEach(async () => {
    editor.reset();
    routes = new FakeRoutes();
    routes.backups = [`${backup}/v1`, `${other}/v1`];
    [notices, changes] = [await open(), 0];
    notices.onDidChange(() => changes++);
  });
  const answerOver = (origin: string, window = notices): void => window.record(turn(entry({ origin })));

  it('are found by a complete answer', () => {
    notices.record(turn(failedEntry({ origin: api }), entry({ origin: backup })));
    answerOver(backup);
    assert.deepEqual([notices.newBackup, changes], [backup, 1]);
  });

  it('are not found by a failure', () => {
    notices.record(turn(failedEntry({ origin: backup }), entry({ origin: api })));
    assert.equal(notices.newBackup, undefined);
  });

  it('include neither the origin of the base URL nor a route that is not in the settings', () => {
    routes.backups = [`${api}/v2`];
    answerOver(api);
    answerOver('https://removed.example');
    assert.equal(notices.newBackup, undefined);
  });

  it('are reported one after the other', () => {
    answerOver(backup);
    answerOver(other);
    assert.equal(notices.newBackup, backup);
    notices.keep(backup);
    assert.equal(notices.newBackup, other);
  });

  it('are not reported again after the user has kept them, even in another window', async () => {
    answerOver(backup);
    notices.keep(backup);
    for (const window of [notices, await open()]) {
      answerOver(backup, window);
      assert.equal(window.newBackup, undefined);
    }
  });

  it('are removed from the settings at the request of the user, who can undo it', async () => {
    answerOver(backup);
    editor.pressed = 'Undo';
    await notices.remove(backup);
    await new Promise(setImmediate);
    assert.deepEqual(routes.removals, [`remove ${backup}`, `undo ${backup}`]);
    assert.equal(editor.messages[0]?.message, 'backup.example is no longer a backup route.');
  });

  it('are no longer reported after they were removed from the settings, until they are added and used again', () => {
    answerOver(backup);
    routes.backups = [];
    routes.changeSettings();
    assert.deepEqual([notices.newBackup, changes], [undefined, 2]);
    routes.backups = [`${backup}/v1`];
    answerOver(backup);
    assert.equal(notices.newBackup, backup);
  });

  it('are neither kept nor removed if no notice names them', async () => {
    notices.keep(backup);
    await notices.remove(backup);
    assert.deepEqual([routes.removals, editor.messages, routes.remembered.size], [[], [], 0]);
  });
});
