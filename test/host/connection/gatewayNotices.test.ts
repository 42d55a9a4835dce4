import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type * as gatewayNoticesFile from '../../../src/host/connection/gatewayNotices';
import type * as noticesFile from '../../../src/host/ui/notices';
import type * as notificationsFile from '../../../src/host/ui/notifications';
import type { UserGateways } from '../../../src/host/connection/userGateways';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { FakeGateways, openGateways, refusedTurn } from '../../support/host/fakeGateways';

/** Loads a file of the host. `import()` could return the files of other tests, which share no notices with this test. */
const load = createRequire(__filename);

describe('notice about the gateways in the settings', () => {
  const editor = new FakeEditor();
  useVSCode(editor.api());
  let gateways: FakeGateways;
  let userGateways: UserGateways;
  beforeEach(() => {
    editor.reset();
    gateways = new FakeGateways();
  });

  /** Opens a window. @returns the messages of all windows so far */
  const start = async (window = gateways.deps()): Promise<readonly string[]> => {
    const { GatewayNotices } = load('../../../src/host/connection/gatewayNotices') as typeof gatewayNoticesFile;
    const deps = await openGateways(window);
    ({ userGateways } = deps);
    new GatewayNotices(deps);
    return shown();
  };
  const change = async (): Promise<readonly string[]> => {
    gateways.changeSettings();
    return shown();
  };
  const shown = async (): Promise<readonly string[]> => {
    await new Promise(setImmediate);
    return editor.messages.map(({ kind, message }) => `${kind}: ${message}`);
  };
  const plainHttp = (host: string): string =>
    `warning: Requests to ${host} use plain HTTP, so your API key and prompts can be intercepted. Use https:// if you can.`;

  describe('names the setting and the position of an invalid backup base URL, but not its text', () => {
    for (const [text, message] of [
      ['', 'contains no base URL.'],
      ['http://[', 'is not a valid URL.'],
      ['ftp://files.example', 'must start with https:// or http://.'],
      ['https://me:secret@gateway.example', 'contains a user name or password.'],
    ] as const) {
      it(JSON.stringify(text), async () => {
        gateways.backups = ['https://good.example/v1', text];
        const [first = '', ...others] = await start();
        assert.deepEqual(others, []);
        assert.ok(first.startsWith(`error: Entry 2 of holysheep.backupBaseUrls ${message}`), first);
        assert.ok(!first.includes('secret'));
      });
    }
  });

  it('does not read the settings again when a cooldown starts', async () => {
    let reads = 0;
    const deps = gateways.deps();
    const baseUrlText = (): string => {
      reads++;
      return gateways.baseUrl;
    };
    Object.assign(deps.settings, { baseUrlText });
    await start(deps);
    gateways.changeCooldowns();
    assert.equal(reads, 1);
  });

  it('reports an invalid base URL once in each window, and offers to open the setting', async () => {
    gateways.baseUrl = 'ftp://files.example';
    editor.pressed = 'Open settings';
    const message = 'error: holysheep.baseUrl must start with https:// or http://.';
    assert.deepEqual(await start(), [message]);
    assert.deepEqual(editor.commands, [['workbench.action.openSettings', '@id:holysheep.baseUrl']]);
    assert.deepEqual(await change(), [message]);
    assert.deepEqual(await start(), [message, message]);
  });

  it('reports a corrected base URL only once', async () => {
    gateways.baseUrl = 'primary.example/v1/models';
    const message =
      'information: Requests are sent to https://primary.example/v1 (your setting: primary.example/v1/models).';
    assert.deepEqual(await start(), [message]);
    assert.deepEqual(await start(), [message]);
  });

  it('warns once about each plain-HTTP gateway that is not on this computer', async () => {
    gateways.baseUrl = 'http://localhost:11434/v1';
    gateways.backups = ['http://gateway.example/v1'];
    gateways.keys.set('http://gateway.example', 'hsa-key');
    assert.deepEqual(await start(), [plainHttp('gateway.example')]);
    assert.deepEqual(await start(), [plainHttp('gateway.example')]);
    gateways.baseUrl = 'http://primary.example/v1';
    gateways.backups = [];
    assert.deepEqual(await change(), [plainHttp('gateway.example'), plainHttp('primary.example')]);
  });

  it('stays above the composer when it is followed by another notice and the result of an action', async () => {
    const { notices } = load('../../../src/host/ui/notices') as typeof noticesFile;
    const { showMessage } = load('../../../src/host/ui/notifications') as typeof notificationsFile;
    const page = notices.add({ isVisible: true, postChange: () => undefined });
    gateways.backups = ['http://first.example/v1', 'http://second.example/v1'];
    await start();
    showMessage({ error: assert.ifError }, 'information', 'Removed.');
    const hosts = notices.list.map(({ text }) => /Removed|(first|second)/.exec(text)?.[0]);
    notices.end(() => true);
    page.dispose();
    assert.deepEqual(hosts, ['Removed', 'second', 'first']);
  });

  it('is not shown while the offline demo is open', async () => {
    [gateways.baseUrl, gateways.demoActive] = ['ftp://files.example', true];
    assert.deepEqual(await start(), []);
  });

  describe('when a backup gateway has no key', () => {
    const second = "information: The backup gateway second.example has no API key, so it isn't used.";
    beforeEach(() => {
      gateways.backups = ['https://first.example/v1', 'https://second.example/v1'];
      gateways.keys.set('https://primary.example', 'hsa-primary');
      gateways.keys.set('https://first.example', 'hsa-first');
    });

    it('offers to set the key of that gateway', async () => {
      editor.pressed = 'Set API key';
      assert.deepEqual(await start(), [second]);
      assert.deepEqual(editor.commands, [['holysheep.setApiKey', { baseUrl: 'https://second.example/v1' }]]);
    });

    it('appears only once for each added gateway, even after a restart', async () => {
      gateways.backups = [];
      assert.deepEqual(await start(), []);
      for (const path of ['v1', 'v2']) {
        gateways.backups = [`https://second.example/${path}`];
        assert.deepEqual(await change(), [second]);
      }
      assert.deepEqual(await start(), [second]);
    });

    it('appears when a gateway on this computer has refused a request without a key', async () => {
      gateways.backups = ['http://localhost:11434/v1'];
      assert.deepEqual(await start(), []);
      userGateways.recordTurn(refusedTurn('http://localhost:11434'));
      const message = "information: The backup gateway localhost:11434 has no API key, so it isn't used.";
      assert.deepEqual(await shown(), [message]);
    });

    it("does not appear when the key can't be read", async () => {
      gateways.isKeyringLocked = true;
      assert.deepEqual(await start(), []);
      assert.ok(gateways.logged.length > 0);
    });

    it('does not appear while the primary gateway has no key', async () => {
      gateways.keys.delete('https://primary.example');
      assert.deepEqual(await start(), []);
      gateways.keys.set('https://primary.example', 'hsa-primary');
      gateways.changeKeys();
      assert.deepEqual(await shown(), [second]);
    });

    it('does not appear when the user has just removed the key', async () => {
      gateways.keys.set('https://second.example', 'hsa-second');
      await start();
      gateways.keys.delete('https://second.example');
      gateways.changeKeys();
      assert.deepEqual(await shown(), []);
    });
  });
});

describe('removal of a backup gateway from the settings', () => {
  const editor = new FakeEditor();
  useVSCode(editor.api());

  it('can be undone with a button in a notice', async () => {
    const gateways = new FakeGateways();
    editor.pressed = 'Undo';
    const { userGateways } = await openGateways(gateways.deps());
    await userGateways.removeBackup('https://backup.example');
    await new Promise(setImmediate);
    assert.deepEqual(gateways.removals, ['remove https://backup.example', 'undo https://backup.example']);
    assert.equal(editor.messages[0]?.message, 'backup.example is no longer a backup gateway.');
  });
});
