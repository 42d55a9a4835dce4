import assert from 'node:assert/strict';
import { useVSCode } from '../../support/fakeVSCode';

describe('setting of backup base URLs', () => {
  let values: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  useVSCode({
    EventEmitter: class {
      readonly event = (): void => undefined;
    },
    workspace: {
      onDidChangeConfiguration: () => ({ dispose: () => undefined }),
      getConfiguration: () => ({ inspect: (name: string) => values[name] }),
    },
  });

  const read = async (
    inspected: Readonly<Record<string, unknown>>,
    baseUrl = 'https://primary.example/v1',
  ): Promise<readonly string[]> => {
    values = { backupBaseUrls: inspected, baseUrl: { globalValue: baseUrl } };
    const { Settings } = await import('../../../src/host/settings/settings');
    return new Settings().backupBaseUrls().map(({ url }) => url);
  };

  it('keeps the order of the user, without invalid entries and duplicates', async () => {
    const globalValue = [
      ...['https://b.example', 'nonsense://x', 'https://a.example/v1', 5, 'https://b.example/v1/'],
      'https://primary.example/v1',
    ];
    assert.deepEqual(await read({ globalValue }), ['https://b.example/v1', 'https://a.example/v1']);
  });

  it('ignores the settings of a workspace and a folder', async () => {
    const attack = ['https://attacker.example/v1'];
    assert.deepEqual(await read({ defaultValue: [], workspaceValue: attack, workspaceFolderValue: attack }), []);
  });

  it('ignores the settings of a remote machine', async () => {
    const attack = ['https://attacker.example/v1'];
    const remote = { defaultValue: [], globalValue: attack, globalRemoteValue: attack };
    assert.deepEqual(await read(remote), []);
    assert.deepEqual(await read({ ...remote, globalLocalValue: ['https://a.example/v1'] }), ['https://a.example/v1']);
  });

  for (const globalValue of [undefined, null, 'https://a.example/v1', 5, {}]) {
    it(`is empty when its value is ${JSON.stringify(globalValue)}`, async () => {
      assert.deepEqual(await read({ globalValue }), []);
    });
  }
});
