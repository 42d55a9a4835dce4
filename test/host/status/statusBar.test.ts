import assert from 'node:assert/strict';
import type { Activity } from '../../../src/host/status/activity';
import type { Connections } from '../../../src/host/connection/connections';
import type { ConnectionView } from '../../../src/shared/protocol';
import { useVSCode } from '../../support/fakeVSCode';

interface Item {
  tooltip?: string;
  accessibilityInformation?: { readonly label: string };
}

const ignore = (): void => undefined;

describe('status bar item of the model', () => {
  const items: Record<string, Item> = {};
  useVSCode({
    l10n: {
      t: (message: string, ...args: unknown[]) => message.replace(/\{(\d)\}/g, (_, n: string) => String(args[+n])),
    },
    StatusBarAlignment: { Right: 2 },
    window: {
      createStatusBarItem: (id: string) => (items[id] = { show: ignore, hide: ignore, dispose: ignore } as Item),
    },
  });

  const tooltip = async (
    fields: Partial<ConnectionView>,
    activity: Activity = { kind: 'idle' },
  ): Promise<readonly string[]> => {
    const { StatusBar } = await import('../../../src/host/status/statusBar');
    const view: ConnectionView = { model: 'm', host: 'api.example', hasKey: true, demo: false, ...fields };
    const connections: Pick<Connections, 'subscribe'> = {
      subscribe: (show) => {
        show(view);
        return { dispose: () => undefined };
      },
    };
    const statusBar = new StatusBar(connections as Connections);
    statusBar.update(activity);
    statusBar.dispose();
    const { tooltip: text = '', accessibilityInformation } = items['holysheep.model'] ?? {};
    assert.equal(accessibilityInformation?.label, text.replaceAll('\n', ' '));
    return text.split('\n').slice(1, -1);
  };

  it('names the host and the number of backup routes', async () => {
    assert.deepEqual(await tooltip({ backups: 2 }), ['Host: api.example', 'Backup routes: 2']);
  });

  it('names the backup route while an answer comes over it', async () => {
    const activity = { kind: 'streaming', route: 'https://backup.example', otherTurns: 0 } as const;
    assert.deepEqual(await tooltip({ backups: 1 }, activity), ['Host: backup.example', 'Backup routes: 1']);
  });

  it('mentions no backup routes if there are none', async () => {
    assert.deepEqual(await tooltip({}), ['Host: api.example']);
  });
});
