import assert from 'node:assert/strict';
import { useVSCode } from '../../support/fakeVSCode';

const subscription = { dispose: (): void => undefined };
const defaults = { temperature: 0.7, maxTokens: 2048 };

/** The settings of `holysheep.maxTokens` in which a value counts as set by the user. */
const scopes = [
  ...['globalValue', 'globalLocalValue', 'globalRemoteValue', 'workspaceValue', 'workspaceFolderValue'],
  ...['globalLanguageValue', 'workspaceLanguageValue', 'workspaceFolderLanguageValue'],
];

describe('request parameters in the settings', () => {
  let inspected: Readonly<Record<string, unknown>> = {};
  let value: unknown;
  useVSCode({
    EventEmitter: class {
      readonly event = (): typeof subscription => subscription;
      readonly dispose = subscription.dispose;
    },
    workspace: {
      onDidChangeConfiguration: () => subscription,
      getConfiguration: () => ({
        get: () => value,
        inspect: (key: string) => (key === 'maxTokens' ? { key, defaultValue: 2048, ...inspected } : { key }),
      }),
    },
  });

  const read = async (values: Readonly<Record<string, unknown>>, effective: unknown) => {
    inspected = values;
    value = effective;
    const { Settings } = await import('../../../src/host/settings/settings');
    return new Settings().requestParameters();
  };

  it('are defaults as long as the user has set nothing', async () => {
    const unset = { temperature: undefined, maxTokens: undefined, defaults };
    assert.deepEqual(await read({}, 2048), unset);
    assert.deepEqual(await read({ defaultLanguageValue: 100, languageIds: ['ini'] }, 2048), unset);
  });

  for (const scope of scopes) {
    it(`are set by a value in ${scope}, even if it equals the default`, async () =>
      assert.equal((await read({ [scope]: 2048 }, 2048)).maxTokens, 2048));
  }

  it('are clamped to their limits', async () => assert.equal((await read({ globalValue: -5 }, -5)).maxTokens, 1));

  it('are set to the default by a value that is not a number', async () =>
    assert.equal((await read({ globalValue: 'many' }, 'many')).maxTokens, 2048));
});
