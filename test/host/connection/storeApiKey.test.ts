import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type * as storeApiKeyFile from '../../../src/host/connection/storeApiKey';
import type * as noticesFile from '../../../src/host/ui/notices';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { failedProbe, FakeGateways, openGateways } from '../../support/host/fakeGateways';
import { valuesOf } from '../../support/valuesOf';

/** Loads a file of the host. `import()` could return the files of other tests, which share no notices with this test. */
const load = createRequire(__filename);

const primary = 'https://primary.example';

const backupUrl = 'https://backup.example/v1';

/** More models than the model picker offers. */
const manyModels = Array.from({ length: 4999 }, (_, index) => `model-${index}`);

describe('Set API Key command', () => {
  const editor = new FakeEditor();
  useVSCode(editor.api());
  let gateways: FakeGateways;
  beforeEach(() => {
    editor.reset();
    gateways = new FakeGateways();
    gateways.keys.set(primary, 'hsa-old-key-1');
  });

  const runSetApiKey = async (argument?: unknown): Promise<string> => {
    const { storeApiKey } = load('../../../src/host/connection/storeApiKey') as typeof storeApiKeyFile;
    const { state } = await storeApiKey(await openGateways(gateways.deps()), argument);
    await new Promise(setImmediate);
    return state;
  };
  const messages = (): readonly string[] => editor.messages.map(({ message }) => message);
  const buttons = (): readonly (readonly string[])[] => editor.messages.map((message) => message.buttons);
  const list = (...models: readonly string[]): void => {
    gateways.probeResult = { state: 'verified', models, ms: 1 };
  };

  it("shows a message when a key in the command's argument replaces the stored key", async () => {
    assert.equal(await runSetApiKey('hsa-new-key-1'), 'verified');
    assert.deepEqual(messages(), ['The API key for primary.example was replaced.']);
    assert.equal(gateways.keys.get(primary), 'hsa-new-key-1');
  });

  it("stores a key that can't be verified at the moment, and explains the problem", async () => {
    gateways.probeResult = failedProbe('unverified');
    assert.equal(await runSetApiKey('hsa-new-key-1'), 'unverified');
    assert.deepEqual(messages(), [
      "The API key for primary.example was replaced, but the new key couldn't be verified. It failed. This looks like a HolySheep key, but the gateway is primary.example.",
    ]);
    assert.deepEqual(buttons(), [['Test connection', 'Check URL']]);
    assert.equal(gateways.keys.get(primary), 'hsa-new-key-1');
  });

  it('keeps the stored key when the gateway rejects the new key', async () => {
    gateways.probeResult = failedProbe('rejected', { detail: 'Key expired.' });
    assert.equal(await runSetApiKey('new-key-1'), 'rejected');
    assert.deepEqual(messages(), ['primary.example rejected the key: “Key expired”. It was not saved.']);
    assert.equal(gateways.keys.get(primary), 'hsa-old-key-1');
  });

  it('removes the notice about a rejected key when the user enters the next key', async () => {
    const { notices } = load('../../../src/host/ui/notices') as typeof noticesFile;
    const panel = notices.add({ isVisible: true, postChange: () => undefined });
    gateways.probeResult = failedProbe('rejected', { detail: 'Key expired.' });
    await runSetApiKey('new-key-1');
    const rejections = notices.list.map(({ text }) => text);
    gateways.probeResult = { state: 'cancelled' };
    await runSetApiKey('new-key-2');
    const left = notices.list;
    panel.dispose();
    assert.deepEqual([rejections, left], [['primary.example rejected the key: “Key expired”. It was not saved.'], []]);
  });

  it('shows no message when the new key is the same as the stored key', async () => {
    assert.equal(await runSetApiKey(' hsa-old-key-1\n'), 'verified');
    assert.deepEqual(messages(), []);
  });

  it('shows no message when a typed key replaces the stored key', async () => {
    editor.typed = 'hsa-new-key-1';
    assert.equal(await runSetApiKey(), 'verified');
    assert.deepEqual(messages(), []);
  });

  it('keeps the stored key when the user cancels the verification of the new key', async () => {
    gateways.probeResult = { state: 'cancelled' };
    assert.equal(await runSetApiKey('hsa-new-key-1'), 'cancelled');
    assert.deepEqual([messages(), gateways.keys.get(primary)], [[], 'hsa-old-key-1']);
  });

  it('names the gateway to which the key will be sent', async () => {
    await runSetApiKey();
    gateways.baseUrl = 'https://api.holysheep.ai/v1';
    await runSetApiKey();
    const [other, holySheep] = editor.inputPrompts;
    assert.equal(other, "The key is kept in VS Code's secret storage and sent only to primary.example.");
    assert.match(holySheep ?? '', /^Get a key at https:\/\/www\.holysheep\.ai\..*only to api\.holysheep\.ai\.$/);
  });

  it('reports an invalid key without sending a request', async () => {
    assert.equal(await runSetApiKey('two words'), 'invalid');
    assert.deepEqual(buttons(), [['Enter the key again']]);
    assert.deepEqual(gateways.probes, []);
  });

  it('reports an invalid base URL without sending a request', async () => {
    gateways.baseUrl = 'ftp://files.example';
    assert.equal(await runSetApiKey('hsa-new-key-1'), 'invalid');
    assert.deepEqual(buttons(), [['Open settings']]);
    assert.deepEqual(gateways.probes, []);
  });

  describe('offers another model', () => {
    it('when the gateway does not list the selected model', async () => {
      list('claude-sonnet-4-5', 'gpt-4o');
      [gateways.model, editor.pressed] = ['claude-sonnet-4', 'claude-sonnet-4-5'];
      assert.equal(await runSetApiKey('hsa-old-key-1'), 'verified');
      assert.deepEqual(messages(), [
        "primary.example doesn't list the selected model claude-sonnet-4. Choose a model that it lists.",
      ]);
      assert.deepEqual(buttons(), [['claude-sonnet-4-5', 'Select model']]);
      assert.equal(gateways.model, 'claude-sonnet-4-5');
    });

    for (const { situation, models, selected, offers } of [
      { situation: 'even if the list is very long', models: manyModels, selected: 'gone', offers: [['Select model']] },
      { situation: 'unless the gateway lists the selected model', models: ['a', 'b'], selected: 'b', offers: [] },
      { situation: 'unless the gateway lists no models', models: [], selected: 'b', offers: [] },
      { situation: 'unless the list was truncated', models: [...manyModels, 'last'], selected: 'gone', offers: [] },
    ] as const) {
      it(situation, async () => {
        list(...models);
        gateways.model = selected;
        assert.equal(await runSetApiKey('hsa-old-key-1'), 'verified');
        assert.deepEqual(buttons(), offers);
      });
    }

    for (const { situation, backup, lists, offers } of [
      { situation: 'unless a backup gateway lists the selected model', backup: backupUrl, lists: ['gone'], offers: [] },
      {
        situation: 'unless a backup gateway has the selected model under another name',
        backup: { baseUrl: backupUrl, models: { gone: 'a/gone' } },
        lists: [],
        offers: [],
      },
      {
        situation: 'even if a backup gateway substitutes another model for the selected model',
        backup: { baseUrl: backupUrl, models: { '*': 'b' } },
        lists: ['b'],
        offers: [['Select model']],
      },
    ] as const) {
      it(situation, async () => {
        list(...manyModels);
        gateways.lists.set(backupUrl, lists);
        [gateways.model, gateways.backups] = ['gone', [backup]];
        assert.equal(await runSetApiKey('hsa-old-key-1'), 'verified');
        assert.deepEqual(buttons(), offers);
      });
    }

    it('unless the key is for a backup gateway', async () => {
      [gateways.backups, gateways.model] = [['https://first.example/v1'], 'gone'];
      assert.equal(await runSetApiKey({ key: 'hsa-key-1', baseUrl: 'https://first.example' }), 'verified');
      assert.deepEqual(messages(), []);
    });
  });

  describe('with several gateways in the settings', () => {
    const second = 'https://second.example';
    beforeEach(() => {
      gateways.backups = ['https://first.example/v1', `${second}/v1`, 'https://first.example/v2'];
      editor.typed = 'hsa-new-key-1';
    });

    it('lists each origin once, with the first gateway without a key preselected', async () => {
      assert.equal(await runSetApiKey(), 'cancelled');
      const [pick] = editor.quickPicks;
      assert.deepEqual(
        pick?.items.map(({ label, description, detail }) => [label, description, detail]),
        [
          ['primary.example', 'primary · API key set', 'https://primary.example/v1'],
          ['first.example/v1', 'backup 1 · no API key', 'https://first.example/v1'],
          ['second.example', 'backup 2 · no API key', `${second}/v1`],
        ],
      );
      assert.deepEqual(valuesOf(pick.activeItems, 'label'), ['first.example/v1']);
      assert.deepEqual(editor.inputPrompts, [], 'no key must be asked for when no gateway was chosen');
    });

    it('does not preselect a gateway that needs no key', async () => {
      gateways.backups = ['http://nas.lan/v1', `${second}/v1`];
      gateways.keylessOrigins = new Set(['http://nas.lan']);
      await runSetApiKey();
      const pick = editor.quickPicks[0]!;
      assert.deepEqual(valuesOf(pick.items, 'description'), [
        'primary · API key set',
        'backup 1 · no API key required',
        'backup 2 · no API key',
      ]);
      assert.deepEqual(valuesOf(pick.activeItems, 'label'), ['second.example']);
    });

    it("verifies the key at the chosen gateway, and keeps the other gateways' keys", async () => {
      editor.accepted = 'second.example';
      assert.equal(await runSetApiKey(), 'verified');
      assert.deepEqual(gateways.probes, [[`${second}/v1`, 'hsa-new-key-1']]);
      assert.deepEqual(Object.fromEntries(gateways.keys), { [primary]: 'hsa-old-key-1', [second]: 'hsa-new-key-1' });
      assert.equal(gateways.hasLeftDemo, true);
    });

    for (const baseUrl of [`${second}/v1`, second]) {
      it(`asks for the key of ${baseUrl}, but not for the gateway, if the argument contains that base URL`, async () => {
        assert.equal(await runSetApiKey({ baseUrl }), 'verified');
        assert.deepEqual([editor.quickPicks, gateways.keys.get(second)], [[], 'hsa-new-key-1']);
      });
    }

    it('asks for another key after the chosen gateway has rejected a key', async () => {
      gateways.probeResult = failedProbe('rejected');
      [editor.accepted, editor.pressed] = ['second.example', 'Enter the key again'];
      assert.equal(await runSetApiKey(), 'rejected');
      assert.deepEqual(editor.commands, [['holysheep.setApiKey', { baseUrl: `${second}/v1` }]]);
    });

    it("offers to open the backup gateways in the settings when the key of a backup gateway can't be verified", async () => {
      gateways.probeResult = failedProbe('unverified');
      [editor.accepted, editor.pressed] = ['second.example', 'Check URL'];
      assert.equal(await runSetApiKey(), 'unverified');
      assert.deepEqual(editor.commands, [['workbench.action.openSettings', '@id:holysheep.backupBaseUrls']]);
    });
  });

  describe('with a base URL in the argument', () => {
    const argument = { key: 'hsa-new-key-1', baseUrl: 'https://other.example/v1/' };

    for (const inSettings of ['https://primary.example/v1', 'ftp://other.example']) {
      it(`verifies the key at that base URL, and stores it for that base URL, while the settings contain ${inSettings}`, async () => {
        gateways.baseUrl = inSettings;
        assert.equal(await runSetApiKey(argument), 'verified');
        assert.deepEqual(gateways.probes, [['https://other.example/v1', 'hsa-new-key-1']]);
        assert.deepEqual(Object.fromEntries(gateways.keys), {
          [primary]: 'hsa-old-key-1',
          'https://other.example': 'hsa-new-key-1',
        });
        assert.equal(gateways.hasLeftDemo, false, 'a key for a gateway that is not in use must not end the demo');
      });
    }

    it('does not offer to change the base URL in the settings', async () => {
      for (const state of ['unverified', 'rejected'] as const) {
        gateways.probeResult = failedProbe(state);
        await runSetApiKey(argument);
      }
      await runSetApiKey({ ...argument, key: 'two words' });
      assert.deepEqual(buttons(), [[], [], []]);
    });
  });
});
