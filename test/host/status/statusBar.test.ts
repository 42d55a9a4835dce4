import assert from 'node:assert/strict';
import type { Connections } from '../../../src/host/connection/connections';
import type { ConnectionView } from '../../../src/shared/protocol';
import { useVSCode } from '../../support/fakeVSCode';

interface Item {
  tooltip?: string;
  accessibilityInformation?: { readonly label: string };
}

describe('status bar item of the model', () => {
  const items: Record<string, Item> = {};
  useVSCode({
    l10n: {
      t: (message: string, ...args: unknown[]) => message.replace(/\{(\d)\}/g, (_, n: string) => String(args[+n])),
    },
    StatusBarAlignment: { Right: 2 },
    window: {
      createStatusBarItem: (id: string) => (items[id] = { show: () => undefined, dispose: () => undefined } as Item),
    },
  });

  const tooltip = async (fields: Partial<ConnectionView>): Promise<readonly string[]> => {
    const { StatusBar } = await import('../../../src/host/status/statusBar');
    const view: ConnectionView = { model: 'm', host: 'api.example', hasKey: true, demo: false, ...fields };
    const connections: Pick<Connections, 'subscribe'> = {
      subscribe: (show) => {
        show(view);
        return { dispose: () => undefined };
      },
    };
    new StatusBar(connections as Connections).dispose();
    const { tooltip: text = '', accessibilityInformation } = items['holysheep.model'] ?? {};
    assert.equal(accessibilityInformation?.label, text.replaceAll('\n', ' '));
    return text.split('\n').slice(1, -1);
  };

  it('names the host and the number of backup routes', async () => {
    assert.deepEqual(await tooltip({ backups: 2 }), ['Host: api.example', 'Backup routes: 2']);
  });

  it('mentions no backup routes if there are none', async () => {
    assert.deepEqual(await tooltip({}), ['Host: api.example']);
  });
});
