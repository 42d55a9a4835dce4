import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { normalizeBaseUrl, type NormalizedBaseUrl } from '../../../src/engine/gateway/baseUrl';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import type { SetApiKeyDeps } from '../../../src/host/connection/storeApiKey';
import { useVSCode } from '../../support/fakeVSCode';
import { FakeQuickPick } from './fakeRoutes';

class CancellationTokenSource {
  readonly token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) };
  dispose(): void {
    // This fake has nothing to release.
  }
}

const ignore = (): void => undefined;

/** More models than the model picker offers. */
const manyModels = Array.from({ length: 8000 }, (_, index) => `model-${index}`);

describe('Set API Key command', () => {
  let server: Server;
  let status: number;
  let ids: readonly string[];
  let selectedModel: string;
  let typedKey: string | undefined;
  let messages: string[];
  let stored: Map<string, string>;
  let isReadable: boolean;
  let url: URL;
  let settingsUrl: NormalizedBaseUrl | undefined;
  let authorizations: (string | undefined)[];
  let hasLeftDemo: boolean;
  let offeredActions: string[][];
  let inputBoxPrompts: string[];
  let backups: readonly string[];
  let quickPicks: FakeQuickPick[];
  let acceptedRoute: string | undefined;
  let pressed: string | undefined;
  let neverAnswers: boolean;
  let commands: unknown[];
  const showMessage = (message: string, ...actions: string[]): Promise<string | undefined> => {
    messages.push(message);
    offeredActions.push(actions);
    if (neverAnswers) return new Promise(() => undefined);
    return Promise.resolve(actions.find((action) => action === pressed));
  };
  useVSCode({
    CancellationTokenSource,
    InputBoxValidationSeverity: { Error: 3, Warning: 2 },
    l10n: {
      t: (text: string, ...args: unknown[]) => {
        const values = Object(typeof args[0] === 'object' ? args[0] : args) as Record<string, unknown>;
        return text.replace(/\{(\d)\}/g, (_, name: string) => String(values[name]));
      },
    },
    commands: { executeCommand: (...command: unknown[]) => Promise.resolve(void commands.push(command)) },
    window: {
      createQuickPick: () => {
        const pick = new FakeQuickPick({ accepted: acceptedRoute });
        quickPicks.push(pick);
        return pick;
      },
      setStatusBarMessage: () => undefined,
      showInputBox: ({ prompt }: { readonly prompt: string }) => {
        inputBoxPrompts.push(prompt);
        return Promise.resolve(typedKey);
      },
      showInformationMessage: showMessage,
      showWarningMessage: showMessage,
      showErrorMessage: showMessage,
    },
  });
  before(async () => {
    server = createServer((request, response) => {
      authorizations.push(request.headers.authorization);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(ids));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  beforeEach(() => {
    [ids, selectedModel, neverAnswers] = [['a'], 'a', false];
    [backups, quickPicks, acceptedRoute, pressed, commands] = [[], [], undefined, undefined, []];
    [settingsUrl, authorizations, hasLeftDemo, offeredActions, inputBoxPrompts] = [undefined, [], false, [], []];
    [status, typedKey, messages, stored, isReadable] = [
      200,
      undefined,
      [],
      new Map([[url.origin, 'hsa-old-key-1']]),
      true,
    ];
  });
  after(() => server.close());

  const runSetApiKey = async (argument?: unknown): Promise<string> => {
    const { storeApiKey } = await import('../../../src/host/connection/storeApiKey');
    const deps = {
      settings: {
        baseUrl: () => settingsUrl ?? { url: url.origin, origin: url.origin, host: url.host, corrections: [] },
        backupBaseUrls: () => backups.map((text) => normalizeBaseUrl(text)),
        model: () => selectedModel,
        setModel: (model: string) => Promise.resolve(void (selectedModel = model)),
      },
      keys: {
        get: (origin: string) =>
          isReadable ? Promise.resolve(stored.get(origin)) : Promise.reject(new Error('The keyring is locked.')),
        set: (origin: string, key: string) => Promise.resolve(stored.set(origin, key)),
      },
      demo: { leave: () => Promise.resolve(void (hasLeftDemo = true)) },
      log: { keys: new KeyRedactor(), redactSecret: ignore, info: ignore, warn: ignore, error: ignore },
    } as unknown as SetApiKeyDeps;
    return (await storeApiKey(deps, argument)).state;
  };
  const reportsReplacement = (): boolean => messages.some((message) => message.includes('replaced'));

  it('tells the user that a key from an argument has replaced another key of the gateway', async () => {
    assert.equal(await runSetApiKey('hsa-new-key-1'), 'verified');
    assert.deepEqual(messages, [`The API key for ${url.host} was replaced.`]);
    assert.equal(stored.get(url.origin), 'hsa-new-key-1');
  });

  it('tells the user that another key was replaced even when the new key cannot be verified now', async () => {
    status = 500;
    assert.equal(await runSetApiKey('hsa-new-key-1'), 'unverified');
    assert.match(messages.join(), new RegExp(`^The API key for ${url.host} was replaced, but the new key couldn't be`));
    assert.doesNotMatch(messages.join(), /hsa-(new|old)|key-1/);
  });

  it('does not tell the user about a replaced key when the key is the same', async () => {
    assert.equal(await runSetApiKey(' hsa-old-key-1\n'), 'verified');
    assert.deepEqual(messages, []);
  });

  it('does not tell the user about a replaced key when no key was stored', async () => {
    stored.clear();
    assert.equal(await runSetApiKey('hsa-new-key-1'), 'verified');
    assert.deepEqual(messages, []);
  });

  it('offers the nearest model and the model picker when the gateway does not list the selected model', async () => {
    [ids, selectedModel] = [['claude-sonnet-4-6', 'claude-sonnet-4-5', 'claude-opus-4-8', 'gpt-4o'], 'claude-sonnet-4'];
    pressed = 'claude-sonnet-4-5';
    assert.equal(await runSetApiKey('hsa-old-key-1'), 'verified');
    assert.deepEqual(messages, [
      `${url.host} doesn't list the selected model claude-sonnet-4. Choose a model that it lists.`,
    ]);
    assert.deepEqual(offeredActions, [['claude-sonnet-4-5', 'Select model']]);
    await new Promise(setImmediate);
    assert.equal(selectedModel, 'claude-sonnet-4-5');
  });

  it('does not wait until the user has chosen a model', async () => {
    selectedModel = 'gone';
    neverAnswers = true;
    assert.equal(await runSetApiKey('hsa-old-key-1'), 'verified');
    assert.deepEqual(offeredActions, [['Select model']]);
  });

  for (const [situation, listed, selected] of [
    ['lists the selected model', ['a', 'b'], 'b'],
    ['lists no models', [], 'b'],
    ['lists it behind more models than are offered', manyModels, 'model-7999'],
  ] as const) {
    it(`offers no other models when the gateway ${situation}`, async () => {
      [ids, selectedModel] = [listed, selected];
      assert.equal(await runSetApiKey('hsa-old-key-1'), 'verified');
      assert.deepEqual(messages, []);
    });
  }

  it('offers another model when a very long list lacks the selected model', async () => {
    [ids, selectedModel] = [manyModels, 'gone'];
    assert.equal(await runSetApiKey('hsa-old-key-1'), 'verified');
    assert.deepEqual(offeredActions, [['Select model']]);
  });

  it('offers no other models when the key is for a backup route', async () => {
    [settingsUrl, backups, selectedModel] = [normalizeBaseUrl('https://primary.example/v1'), [url.origin], 'gone'];
    assert.equal(await runSetApiKey({ key: 'hsa-old-key-1', baseUrl: url.origin }), 'verified');
    assert.deepEqual(messages, []);
  });

  it('does not replace the stored key with a key that the gateway rejects', async () => {
    status = 401;
    assert.equal(await runSetApiKey('hsa-new-key-1'), 'rejected');
    assert.equal(reportsReplacement(), false);
    assert.equal(stored.get(url.origin), 'hsa-old-key-1');
  });

  it('does not tell the user about a replaced key when the user has typed the new key', async () => {
    typedKey = 'hsa-new-key-1';
    assert.equal(await runSetApiKey(), 'verified');
    assert.deepEqual(messages, []);
  });

  it('says which gateway gets the key, and where to create a key only if it is HolySheep', async () => {
    await runSetApiKey();
    settingsUrl = normalizeBaseUrl('https://api.holysheep.ai/v1');
    await runSetApiKey();
    const [other, holySheep] = inputBoxPrompts;
    assert.equal(other, `The key is kept in VS Code's secret storage and sent only to ${url.host}.`);
    assert.match(holySheep ?? '', /^Get a key at https:\/\/www\.holysheep\.ai\..*only to api\.holysheep\.ai\.$/);
  });

  it('says that a key may not list models when the gateway answers 403', async () => {
    status = 403;
    assert.equal(await runSetApiKey('hsa-new-key-1'), 'rejected');
    assert.match(messages.join(), new RegExp(`^${url.host} doesn't allow this API key to list models`));
  });

  it('stores the key even if the previous key cannot be read', async () => {
    isReadable = false;
    assert.equal(await runSetApiKey('hsa-new-key-1'), 'verified');
    assert.equal(stored.get(url.origin), 'hsa-new-key-1');
  });

  describe('with several routes in the settings', () => {
    beforeEach(() => {
      settingsUrl = normalizeBaseUrl('https://primary.example/v1');
      stored.clear();
      stored.set('https://primary.example', 'hsa-primary-1');
      backups = ['https://first.example/v1', `${url.origin}/v1`, 'https://first.example/v2'];
      typedKey = 'hsa-new-key-1';
    });

    it('asks for the route, with the first route without a key preselected and one entry per origin', async () => {
      assert.equal(await runSetApiKey(), 'cancelled');
      assert.deepEqual(
        quickPicks[0]?.items.map(({ label, description, detail }) => [label, description, detail]),
        [
          ['primary.example', 'primary · API key set', 'https://primary.example/v1'],
          ['first.example', 'backup 1 · no API key', 'https://first.example/v1'],
          [url.host, 'backup 2 · no API key', `${url.origin}/v1`],
        ],
      );
      assert.deepEqual(
        quickPicks[0].activeItems.map(({ label }) => label),
        ['first.example'],
      );
      assert.deepEqual(inputBoxPrompts, [], 'no key must be asked for when no route was chosen');
    });

    it('asks for the key of the chosen route, verifies it there and keeps the other keys', async () => {
      acceptedRoute = url.host;
      assert.equal(await runSetApiKey(), 'verified');
      assert.deepEqual(inputBoxPrompts, [`The key is kept in VS Code's secret storage and sent only to ${url.host}.`]);
      assert.deepEqual(authorizations, ['Bearer hsa-new-key-1']);
      assert.deepEqual(Object.fromEntries(stored), {
        'https://primary.example': 'hsa-primary-1',
        [url.origin]: 'hsa-new-key-1',
      });
      assert.equal(hasLeftDemo, true);
    });

    it('asks for the key of the route in the argument without asking for the route', async () => {
      assert.equal(await runSetApiKey({ baseUrl: `${url.origin}/v1` }), 'verified');
      assert.deepEqual([quickPicks, [...stored.keys()]], [[], ['https://primary.example', url.origin]]);
    });

    it('recognizes a route by its origin', async () => {
      assert.equal(await runSetApiKey({ baseUrl: url.origin }), 'verified');
      assert.deepEqual(quickPicks, []);
    });

    it('asks for the route when the settings no longer have the base URL in the argument', async () => {
      await runSetApiKey({ baseUrl: 'https://removed.example/v1' });
      assert.equal(quickPicks.length, 1);
    });

    it('stores a key without a base URL for the base URL in the settings', async () => {
      settingsUrl = normalizeBaseUrl(`${url.origin}/v1`);
      assert.equal(await runSetApiKey('hsa-new-key-1'), 'verified');
      assert.deepEqual([quickPicks, stored.get(url.origin)], [[], 'hsa-new-key-1']);
    });

    it('asks for the key of the same route again after the gateway has rejected a key', async () => {
      [status, acceptedRoute, pressed] = [401, url.host, 'Enter the key again'];
      assert.equal(await runSetApiKey(), 'rejected');
      await new Promise(setImmediate);
      assert.deepEqual(commands, [['holysheep.setApiKey', { baseUrl: `${url.origin}/v1` }]]);
    });

    it('offers to check the setting of the backup routes when the key cannot be verified', async () => {
      [status, acceptedRoute, pressed] = [500, url.host, 'Check URL'];
      assert.equal(await runSetApiKey(), 'unverified');
      await new Promise(setImmediate);
      assert.deepEqual(commands, [['workbench.action.openSettings', '@id:holysheep.backupBaseUrls']]);
    });

    it('asks for the route even if no key can be read', async () => {
      [isReadable, acceptedRoute] = [false, url.host];
      assert.equal(await runSetApiKey(), 'verified');
    });
  });

  describe('with a base URL in the argument', () => {
    const argument = (): unknown => ({ key: 'hsa-new-key-1', baseUrl: `${url.origin}/v1/` });

    for (const [name, inSettings] of [
      ['another base URL', 'https://other.example/v1'],
      ['an invalid base URL', 'ftp://other.example'],
    ] as const) {
      it(`verifies the key at the base URL in the argument and stores it for that origin while the settings have ${name}`, async () => {
        settingsUrl = normalizeBaseUrl(inSettings);
        stored.set('https://other.example', 'hsa-other-key-1');
        assert.equal(await runSetApiKey(argument()), 'verified');
        assert.deepEqual(authorizations, ['Bearer hsa-new-key-1']);
        assert.deepEqual(Object.fromEntries(stored), {
          [url.origin]: 'hsa-new-key-1',
          'https://other.example': 'hsa-other-key-1',
        });
        assert.deepEqual(messages, [`The API key for ${url.host} was replaced.`]);
        assert.equal(hasLeftDemo, false, 'a key for a gateway that is not in use must not end the demo');
      });
    }

    it('ends the demo when the settings have the same base URL', async () => {
      assert.equal(await runSetApiKey(argument()), 'verified');
      assert.equal(hasLeftDemo, true);
    });

    it('offers no actions for the base URL in the settings when the argument has another one', async () => {
      settingsUrl = normalizeBaseUrl('https://other.example/v1');
      status = 500;
      await runSetApiKey(argument());
      status = 401;
      await runSetApiKey(argument());
      await runSetApiKey({ key: 'two words', baseUrl: url.origin });
      assert.deepEqual(offeredActions, [[], [], []]);
    });

    it('rejects an invalid argument without sending a request or storing anything', async () => {
      for (const invalid of [{ key: 'hsa-new-key-1', baseUrl: 'ftp://x' }, { key: 5 }, 5, null]) {
        await assert.rejects(runSetApiKey(invalid), TypeError);
      }
      assert.deepEqual([authorizations, messages, stored.get(url.origin)], [[], [], 'hsa-old-key-1']);
    });
  });
});
