import assert from 'node:assert/strict';
import { useVSCode } from '../../support/fakeVSCode';
import { FakeEditor, FakeRoutes } from './fakeRoutes';

describe('notices about backup base URLs', () => {
  const editor = new FakeEditor();
  useVSCode(editor.api());
  let routes: FakeRoutes;
  beforeEach(() => {
    editor.reset();
    routes = new FakeRoutes();
  });

  const check = async (...backups: string[]): Promise<readonly string[]> => {
    routes.backups = backups;
    const { BaseUrlNotices } = await import('../../../src/host/connection/baseUrlNotices');
    new BaseUrlNotices(routes.deps());
    return editor.messages.map(({ kind, message }) => `${kind}: ${message}`);
  };

  for (const [text, message] of [
    ['', 'contains no base URL. Enter one, or remove the entry.'],
    ['http://[', 'is not a valid URL.'],
    ['ftp://files.example', 'must start with https:// or http://.'],
    ['https://me:secret@gateway.example', 'contains a user name or password.'],
  ] as const) {
    it(`name the setting and the position of the invalid entry ${JSON.stringify(text)}, without its text`, async () => {
      const [shown = '', ...others] = await check('https://good.example/v1', text);
      assert.deepEqual(others, []);
      assert.ok(shown.startsWith(`error: Entry 2 of holysheep.backupBaseUrls ${message}`), shown);
      assert.ok(!shown.includes('secret'));
    });
  }

  it('open the setting', async () => {
    editor.pressed = 'Open settings';
    await check('ftp://files.example');
    await new Promise(setImmediate);
    assert.deepEqual(editor.commands, [['workbench.action.openSettings', '@id:holysheep.backupBaseUrls']]);
  });

  it('warn about plain HTTP to another computer, but not to this one', async () => {
    assert.deepEqual(await check('http://localhost:11434/v1', 'http://gateway.example/v1'), [
      'warning: Requests to gateway.example use plain HTTP, so your API key and prompts can be intercepted. Use https:// if you can.',
    ]);
  });

  it('log a correction without a message', async () => {
    assert.deepEqual(await check('gateway.example/v1/chat/completions'), []);
    assert.deepEqual(routes.infos, ['Backup base URL: https://gateway.example/v1 (scheme-added, endpoint-removed)']);
  });

  it('are not repeated for an entry that did not change', async () => {
    await check('ftp://files.example');
    routes.changeSettings();
    assert.equal(editor.messages.length, 1);
    routes.backups = ['ftp://files.example', 'ftp://other.example'];
    routes.changeSettings();
    assert.equal(editor.messages.length, 2);
  });
});
