import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { Settings, SettingsManifest } from '../../../src/host/settings/settings';
import { EventEmitter, subscription } from '../../support/fakeEditor';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { storeIn } from '../../support/storeIn';
import { root } from '../../support/paths';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as SettingsManifest;

describe('extension settings', () => {
  /** The values of each setting by their kinds, such as `globalValue`. */
  let inspected: Record<string, Readonly<Record<string, unknown>>>;
  /** The value of each setting that takes precedence. */
  let effective: Readonly<Record<string, unknown>>;
  let targets: unknown[];
  /** The setting that can't be written. */
  let failing: string | undefined;
  let settings: Settings;
  useVSCode({
    ConfigurationTarget: { Global: 1, Workspace: 2 },
    EventEmitter,
    l10n: englishL10n,
    workspace: {
      onDidChangeConfiguration: () => subscription,
      getConfiguration: () => ({
        get: (name: string) => effective[name],
        inspect: (name: string) => inspected[name],
        update: (name: string, globalValue: unknown, target: unknown) => {
          if (name === failing) return Promise.reject(new Error('It failed.'));
          targets.push(target);
          inspected[name] = { ...inspected[name], globalValue };
          return Promise.resolve();
        },
      }),
    },
  });
  const remembered = new Map<string, unknown>();
  beforeEach(async () => {
    remembered.clear();
    [inspected, effective, targets, failing] = [{}, {}, [], undefined];
    const { Settings } = await import('../../../src/host/settings/settings');
    settings = new Settings(manifest, storeIn(remembered));
  });

  for (const { name, value, expected } of [
    { name: 'maxRetries', value: 3, expected: 3 },
    { name: 'maxRetries', value: 99, expected: 10 },
    { name: 'maxRetries', value: -1, expected: 0 },
    { name: 'maxRetries', value: 2.6, expected: 3 },
    { name: 'maxRetries', value: '7', expected: 5 },
    { name: 'maxRetries', value: null, expected: 5 },
    { name: 'maxRetries', value: Number.NaN, expected: 5 },
    { name: 'maxDelayMs', value: Number.POSITIVE_INFINITY, expected: 300_000 },
    { name: 'jitter', value: 'none', expected: 'none' },
    { name: 'jitter', value: 'Full', expected: 'full' },
    { name: 'jitter', value: {}, expected: 'full' },
  ] as const) {
    it(`read ${inspect(value)} in retry.${name} as ${expected}`, () => {
      effective = { [`retry.${name}`]: value };
      assert.equal(settings.engineSettings().retry[name], expected);
    });
  }

  for (const [value, expected] of [
    [null, null],
    ['60', null],
    [5000, 5000],
    [5, 1000],
    [9_999_999, 299_000],
  ] as const) {
    it(`read the timeout ${inspect(value)} as ${expected === null ? "the engine's default" : `${expected} ms`}`, () => {
      effective = { 'timeout.idleMs': value };
      assert.equal(settings.engineSettings().timeout.idleMs, expected);
    });
  }

  it('use the default model if the name of the model is empty', () => {
    for (const [model, expected] of [
      [' gpt-4o ', 'gpt-4o'],
      ['  ', 'claude-sonnet-4'],
      [4, 'claude-sonnet-4'],
    ] as const) {
      effective = { model };
      assert.equal(settings.model(), expected);
    }
  });

  it('contain only valid fallback models, without duplicates', () => {
    effective = { fallbackModels: ['b', ' a ', '', 3, null, 'b'] };
    assert.deepEqual(settings.engineSettings().fallbackModels, ['b', 'a']);
    effective = { fallbackModels: 'b' };
    assert.deepEqual(settings.engineSettings().fallbackModels, []);
  });

  it('ignore model overrides from a workspace', () => {
    effective = { modelOverrides: { '*': { maxOutput: 1 } } };
    const workspaceValue = effective.modelOverrides;
    inspected = { modelOverrides: { workspaceValue, globalValue: { a: { maxOutput: 2 } } } };
    assert.deepEqual([settings.modelOverrides(['a']), settings.modelOverrides(['b'])], [{ maxOutput: 2 }, undefined]);
  });

  for (const [value, expected] of [
    [{ daily: 5 }, { daily: 5, currency: 'CNY', action: 'warn' }],
    [
      { daily: 0.5, currency: 'USD', action: 'ask' },
      { daily: 0.5, currency: 'USD', action: 'ask' },
    ],
    [
      { daily: 5, currency: 'EUR', action: 'Ask' },
      { daily: 5, currency: 'CNY', action: 'warn' },
    ],
    ...[{}, undefined, null, 5, [5], { action: 'ask' }].map((none) => [none, undefined] as const),
    ...[0, -1, Number.NaN, 1e300, '5'].map((daily) => [{ daily, action: 'ask' }, undefined] as const),
  ] as const) {
    it(`read ${inspect(value)} as ${expected ? inspect(expected) : 'no budget'}`, () => {
      inspected = { budget: { globalValue: value } };
      assert.deepEqual(settings.budget(), expected);
    });
  }

  it("use the primary gateway's currency for a budget without a currency", () => {
    inspected = { baseUrl: { globalValue: 'https://openrouter.ai/api/v1' }, budget: { globalValue: { daily: 5 } } };
    assert.equal(settings.budget()?.currency, 'USD');
    inspected = { ...inspected, budget: { globalValue: { daily: 5, currency: 'CNY' } } };
    assert.equal(settings.budget()?.currency, 'CNY');
  });

  it('ignore a budget from a workspace', () => {
    const workspaceValue = { daily: 1000 };
    effective = { budget: workspaceValue };
    inspected = { budget: { workspaceValue, globalRemoteValue: workspaceValue, globalLocalValue: { daily: 2 } } };
    assert.equal(settings.budget()?.daily, 2);
  });

  it('save the chosen model in the workspace only if the workspace already contains a model', async () => {
    await settings.setModel('a');
    inspected.model = { workspaceValue: 'b' };
    await settings.setModel('c');
    assert.deepEqual(targets, [1, 2]);
  });

  const namedByWorkspace = { workspaceValue: 'llama3' };

  for (const [name, named] of [
    ['the model of a workspace', { model: namedByWorkspace }],
    ['the model of a folder', { model: { workspaceFolderValue: 'llama3' } }],
    ['the model of a remote machine', { model: { globalRemoteValue: 'llama3' } }],
    ['the fallback models of a workspace', { fallbackModels: { workspaceValue: ['llama3'] } }],
    ['a model of a workspace instead of that of the user', { model: { ...namedByWorkspace, globalValue: 'gpt-5' } }],
  ] as const) {
    it(`do not accept ${name} as the user's choice`, () => {
      inspected = { ...named };
      assert.deepEqual(
        ['llama3', 'gpt-5'].map((model) => settings.isWorkspaceModel(model)),
        [true, false],
      );
    });
  }

  it("accept a workspace's model as the user's choice if the user settings contain the same model", () => {
    inspected = { model: { ...namedByWorkspace, globalValue: 'llama3' } };
    assert.equal(settings.isWorkspaceModel('llama3'), false);
  });

  it("accept a workspace's model as the user's choice if it is one of the user's fallback models", () => {
    inspected = { model: namedByWorkspace, fallbackModels: { globalValue: ['llama3'] } };
    assert.equal(settings.isWorkspaceModel('llama3'), false);
  });

  it("accept a workspace's model as the user's choice if the user chose it in this workspace", async () => {
    inspected.model = namedByWorkspace;
    await settings.chooseModel('qwen3');
    inspected.model = { workspaceValue: 'qwen3' };
    assert.equal(settings.isWorkspaceModel('qwen3'), false);
    inspected.model = { workspaceValue: 'gpt-5' };
    assert.equal(settings.isWorkspaceModel('gpt-5'), true);
  });

  it('ignore an invalid reasoning effort and a reasoning effort from a workspace', () => {
    const read = (globalValue?: unknown) => {
      inspected.reasoningEffort = { globalValue, workspaceValue: 'low' };
      return settings.reasoningEffort();
    };
    assert.deepEqual([read('xhigh'), read(), read('huge'), read(3)], ['xhigh', 'default', 'default', 'default']);
  });

  describe('for the temperature and the token limit', () => {
    const defaults = { temperature: 0.7, maxTokens: 2048 };

    it('use only default values until the user sets a value', () => {
      for (const values of [{}, { defaultLanguageValue: 100, languageIds: ['ini'] }]) {
        inspected = { maxTokens: { key: 'maxTokens', defaultValue: 2048, ...values } };
        effective = defaults;
        assert.deepEqual(settings.requestParameters(), { temperature: undefined, maxTokens: undefined, defaults });
      }
    });

    for (const scope of [
      'globalValue',
      'globalLocalValue',
      'globalRemoteValue',
      'workspaceValue',
      'workspaceFolderValue',
      'globalLanguageValue',
      'workspaceLanguageValue',
      'workspaceFolderLanguageValue',
    ]) {
      it(`contain the value of the scope ${scope}, even if it equals the default value`, () => {
        inspected = { maxTokens: { [scope]: 2048 } };
        effective = defaults;
        assert.equal(settings.requestParameters().maxTokens, 2048);
      });
    }

    for (const [value, expected] of [
      [-5, 1],
      ['many', 2048],
    ] as const) {
      it(`replace the token limit ${inspect(value)} with ${expected}`, () => {
        inspected = { maxTokens: { globalValue: value } };
        effective = { maxTokens: value };
        assert.equal(settings.requestParameters().maxTokens, expected);
      });
    }
  });

  describe('for backup gateways', () => {
    const attack = ['https://attacker.example/v1'];
    const read = (backups: Readonly<Record<string, unknown>>): readonly string[] => {
      inspected = { backupBaseUrls: backups, baseUrl: { globalValue: 'https://primary.example/v1' } };
      return settings
        .gateways()
        .usableGateways.slice(1)
        .map(({ url }) => url);
    };

    it("keep the user's order, without invalid entries and duplicates", () => {
      const globalValue = [
        'https://b.example',
        'nonsense://x',
        'https://a.example/v1',
        5,
        'https://b.example/v1/',
        'https://primary.example/v1',
      ];
      assert.deepEqual(read({ globalValue }), ['https://b.example/v1', 'https://a.example/v1']);
    });

    it('ignore values from a workspace, a folder and a remote computer', () => {
      assert.deepEqual(read({ workspaceValue: attack, workspaceFolderValue: attack }), []);
      const remote = { globalValue: attack, globalRemoteValue: attack };
      assert.deepEqual(read(remote), []);
      assert.deepEqual(read({ ...remote, globalLocalValue: ['https://a.example/v1'] }), ['https://a.example/v1']);
    });

    for (const globalValue of [undefined, null, 'https://a.example/v1', 5, {}]) {
      it(`contain no gateways if the value is ${inspect(globalValue)}`, () =>
        assert.deepEqual(read({ globalValue }), []));
    }

    it('lose only the entry that the user removes', async () => {
      read({
        globalValue: [
          'https://a.example/v1',
          ' HTTPS://B.example ',
          7,
          'b.example/other',
          '::',
          'https://c.example/v1',
          'https://c.example/v2',
        ],
        workspaceValue: attack,
      });
      await settings.removeBackupBaseUrls('https://b.example/v1');
      await settings.removeBackupBaseUrls('https://c.example/v1');
      assert.deepEqual(inspected.backupBaseUrls?.globalValue, [
        'https://a.example/v1',
        7,
        'b.example/other',
        '::',
        'https://c.example/v2',
      ]);
      assert.deepEqual(targets, [1, 1]);
    });

    it('contain a removed entry after Undo, even if the user has changed the list since', async () => {
      const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => `https://${name}.example/v1`);
      read({ globalValue: [a, b, c] });
      const undo = await settings.removeBackupBaseUrls(b!);
      read({ globalValue: [a, c, d] });
      await undo();
      assert.deepEqual(inspected.backupBaseUrls?.globalValue, [a, b, c, d]);
    });

    it('contain a new gateway at the end', async () => {
      read({ globalValue: [7], workspaceValue: attack });
      await settings.addBackup({ url: 'https://a.example/v1' });
      const models = new Map([['x', 'acme/x']]);
      await settings.addBackup({ url: 'https://b.example/v1', name: 'B', models });
      const [a, b] = ['https://a.example/v1', { baseUrl: 'https://b.example/v1', name: 'B', models: { x: 'acme/x' } }];
      assert.deepEqual(inspected.backupBaseUrls?.globalValue, [7, a, b]);
      await settings.replaceBackup({ url: 'https://b.example/v1', models: new Map() });
      assert.deepEqual(inspected.backupBaseUrls.globalValue, [7, a, 'https://b.example/v1']);
      assert.deepEqual(targets, [1, 1, 1]);
    });

    it('are moved past the entry that names the primary gateway', async () => {
      const [a, b, c] = [
        'https://a.example/v1',
        { baseUrl: 'https://b.example/v1', name: 'B' },
        'https://c.example/v1',
      ];
      read({ globalValue: [a, b, c] });
      inspected.baseUrl = { globalValue: 'https://b.example/v1' };
      await settings.moveBackup('https://c.example/v1', -1);
      assert.deepEqual(inspected.backupBaseUrls?.globalValue, [c, b, a]);
    });

    it('keep invalid entries at their positions when the user moves another entry', async () => {
      const [a, b, c] = ['https://a.example/v1', { baseUrl: 'b.example' }, 'https://c.example/v1'];
      read({ globalValue: [a, '::', b, 7, c] });
      await settings.moveBackup('https://c.example/v1', -1);
      assert.deepEqual(inspected.backupBaseUrls?.globalValue, [a, '::', c, 7, b]);
      await settings.moveBackup('https://a.example/v1', 1);
      assert.deepEqual(inspected.backupBaseUrls.globalValue, [c, '::', a, 7, b]);
      for (const [url, by] of [
        ['https://c.example/v1', -1],
        ['https://b.example/v1', 1],
        ['https://gone.example/v1', 1],
      ] as const)
        await settings.moveBackup(url, by);
      assert.deepEqual(inspected.backupBaseUrls.globalValue, [c, '::', a, 7, b]);
    });
  });

  describe('when a backup gateway becomes the primary gateway', () => {
    const [old, other] = ['https://old.example/v1', 'https://other.example/v1'];
    const names = (models: Readonly<Record<string, string>>) => new Map(Object.entries(models));
    const values = () =>
      ['baseUrl', 'backupBaseUrls', 'model', 'fallbackModels'].map((key) => inspected[key]?.globalValue);

    it('swap the two gateways and their model names', async () => {
      const relay = { baseUrl: 'https://relay.example/v1', models: { x: 'r/x' } };
      const entry = { baseUrl: other, models: { x: 'acme/x', y: 'acme/y', z: 'z' } };
      inspected = {
        baseUrl: { globalValue: old, workspaceValue: 'https://attacker.example/v1' },
        backupBaseUrls: { globalValue: ['https://mirror.example/v1', '::', entry, relay] },
        model: { globalValue: 'x' },
        fallbackModels: { globalValue: ['y', 'v'] },
      };
      effective = { model: 'x' };
      const before = values();
      const [, , gateway] = settings.gateways().usableGateways;
      const undo = await settings.setPrimary(gateway!, true, () => undefined);
      assert.deepEqual(values(), [
        other,
        [
          { baseUrl: old, models: { 'acme/x': 'x', 'acme/y': 'y' } },
          { baseUrl: 'https://mirror.example/v1', models: { 'acme/x': 'x', 'acme/y': 'y' } },
          '::',
          { baseUrl: relay.baseUrl, models: { 'acme/x': 'r/x', 'acme/y': 'y' } },
        ],
        'acme/x',
        ['acme/y', 'v'],
      ]);
      await undo();
      assert.deepEqual(values(), before);
    });

    it('contain no new names for models that a backup gateway lacks', async () => {
      const local = 'http://localhost:8080/v1';
      const entry = { baseUrl: other, models: { x: 'acme/x', y: 'acme/y' } };
      inspected = { baseUrl: { globalValue: old }, backupBaseUrls: { globalValue: [entry, local] } };
      effective = { model: 'x' };
      const lists = (url: string, name: string) => url === old && name === 'x';
      await settings.setPrimary(settings.gateway(other), true, lists);
      assert.deepEqual(values()[1], [{ baseUrl: old, models: { 'acme/x': 'x' } }, local]);
    });

    it('keep the names of both gateways, and each gateway once', async () => {
      const entry = (baseUrl: string, name: string) => ({ baseUrl, name });
      const before = [entry(other, 'Other'), entry(old, 'Old')];
      inspected = { baseUrl: { globalValue: old }, backupBaseUrls: { globalValue: before } };
      const shown = () => settings.gateways().usableGateways.map(({ url, name }) => [url, name]);
      const undo = await settings.setPrimary(settings.gateway(other), true, () => undefined);
      assert.deepEqual(shown(), [
        [other, 'Other'],
        [old, 'Old'],
      ]);
      assert.deepEqual(values()[1], [entry(old, 'Old'), entry(other, 'Other')]);
      await undo();
      assert.deepEqual(values().slice(0, 2), [old, before]);
    });

    it('contain no entry for the known name of the primary gateway', async () => {
      const openAi = { url: 'https://api.openai.com/v1', name: 'OpenAI' };
      await settings.setPrimary(openAi, false, () => undefined);
      assert.deepEqual([values()[1], settings.gateway(openAi.url).name], [[], 'OpenAI']);
    });

    describe('are restored by Undo', () => {
      const [leaky, mirror] = ['https://leaky.example/v1', 'https://mirror.example/v1'];
      let undo: () => Promise<void>;
      const set = (key: string, globalValue: unknown): void => void (inspected[key] = { globalValue });
      beforeEach(async () => {
        inspected = {
          baseUrl: { globalValue: old },
          backupBaseUrls: { globalValue: [leaky, { baseUrl: other, models: { x: 'acme/x' } }, mirror] },
          model: { globalValue: 'x' },
          fallbackModels: { globalValue: ['x'] },
        };
        effective = { model: 'x' };
        undo = await settings.setPrimary(settings.gateways().usableGateways[2]!, true, () => undefined);
      });

      it('except for the models that the user has changed since', async () => {
        set('model', 'claude-4');
        set('fallbackModels', ['gpt-5']);
        await undo();
        assert.deepEqual([values()[0], ...values().slice(2)], [old, 'claude-4', ['gpt-5']]);
      });

      for (const [key, value] of [
        ['baseUrl', mirror],
        ['backupBaseUrls', [mirror]],
      ] as const)
        it(`only if the user has not changed ${key} since`, async () => {
          set(key, value);
          const now = values();
          await assert.rejects(undo, { name: 'UserError' });
          assert.deepEqual(values(), now);
        });
    });

    it("keep the previous primary gateway as a backup if the new base URL can't be written", async () => {
      inspected = { baseUrl: { globalValue: old }, backupBaseUrls: { globalValue: [other] } };
      failing = 'baseUrl';
      await assert.rejects(settings.setPrimary({ url: other }, true, () => undefined));
      assert.deepEqual(values(), [old, [old], undefined, undefined]);
    });

    it('select the model that substitutes for all other models at the new primary gateway', async () => {
      const [local, last] = ['http://localhost:11434/v1', { baseUrl: 'https://last.example/v1', models: { '*': 'm' } }];
      inspected = { baseUrl: { globalValue: old }, backupBaseUrls: { globalValue: [last] } };
      effective = { model: 'x' };
      await settings.setPrimary({ url: local, models: names({ '*': 'llama', w: 'l/w' }) }, true, () => undefined);
      const previous = { baseUrl: old, models: { 'l/w': 'w', '*': 'x' } };
      assert.deepEqual(values(), [local, [previous, last], 'llama', undefined]);
    });

    it("omit the previous primary gateway if the user doesn't want it as a backup", async () => {
      inspected = {
        baseUrl: { globalValue: old },
        backupBaseUrls: { globalValue: [other, { baseUrl: old, name: 'Old' }, ' a.example'] },
      };
      effective = { model: 'x' };
      await settings.setPrimary({ url: other }, false, () => undefined);
      assert.deepEqual(values(), [other, [' a.example'], undefined, undefined]);
      assert.deepEqual([settings.hasDefaultBaseUrl(), targets], [false, [1, 1]]);
    });
  });
});
