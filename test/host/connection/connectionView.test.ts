import assert from 'node:assert/strict';
import { normalizeBaseUrl } from '../../../src/engine/gateway/baseUrl';
import type { ConnectionDeps } from '../../../src/host/connection/connections';
import { useVSCode } from '../../support/fakeVSCode';

const subscribe = () => ({ dispose: (): void => undefined });

describe('connection that the page shows', () => {
  useVSCode({
    EventEmitter: class {
      readonly event = subscribe;
      readonly dispose = (): void => undefined;
    },
    l10n: { t: (message: string) => message },
    window: { showInformationMessage: () => Promise.resolve(undefined) },
  });

  /** Returns the number of backup routes in the view of a connection to `api.example`. */
  async function backupsInView(backups: readonly string[], originsWithKey: readonly string[]) {
    const { Connections } = await import('../../../src/host/connection/connections');
    const settings = {
      onDidChange: subscribe,
      baseUrl: () => normalizeBaseUrl('https://api.example/v1'),
      baseUrlText: () => 'https://api.example/v1',
      backupBaseUrls: () => backups.map((url) => normalizeBaseUrl(url)),
      backupBaseUrlTexts: () => backups,
      model: () => 'm',
    };
    const keys = {
      onDidChange: subscribe,
      get: (origin: string) => Promise.resolve(originsWithKey.includes(origin) ? 'hsa-key' : undefined),
    };
    const demo = { onDidChange: subscribe, active: false };
    const logged: unknown[] = [];
    const log = { info: () => undefined, error: (error: unknown) => logged.push(error) };
    const memory = { get: (_key: string, fallback: unknown) => fallback, update: () => Promise.resolve() };
    const connections = new Connections({ settings, keys, demo, log, memory } as unknown as ConnectionDeps);
    const view = await connections.view();
    assert.deepEqual(logged, []);
    return view.backups;
  }

  const backups = ['https://one.example', 'https://two.example', 'https://three.example'];

  it('contains the number of backup routes that have a key', async () =>
    assert.equal(
      await backupsInView(backups, ['https://api.example', 'https://one.example', 'https://three.example']),
      2,
    ));

  it('contains no number if no backup route has a key', async () =>
    assert.equal(await backupsInView(backups, ['https://api.example']), undefined));
});
