import assert from 'node:assert/strict';
import type { EngineReport } from '../../../src/engine/engine';
import type { registerDiagnostics as RegisterDiagnostics } from '../../../src/host/diagnostics/diagnosticsCommands';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { FakeGateways, openGateways } from '../../support/host/fakeGateways';
import { addToLedger, emptyLedger } from '../../../src/engine/state/ledger';
import type { AttemptEvent } from '../../../src/engine/events/events';
import { attempt } from '../../support/host/scriptedEngine';
import { refOf } from '../../support/gatewayRef';

describe('Export Diagnostics command', () => {
  const editor = new FakeEditor();
  let gateways: FakeGateways;
  let engineReport: EngineReport;
  const api = editor.api() as { readonly window: object; readonly workspace: object; readonly env: object };
  useVSCode({
    ...api,
    version: '1.139.0',
    UIKind: { Desktop: 1, Web: 2 },
    ExtensionKind: { UI: 1, Workspace: 2 },
    commands: { getCommands: () => Promise.resolve([]) },
    workspace: { ...api.workspace, isTrusted: true, openTextDocument: () => Promise.resolve({}) },
    window: {
      ...api.window,
      showTextDocument: () => Promise.resolve(undefined),
    },
  });
  beforeEach(() => {
    gateways = new FakeGateways();
    engineReport = { turns: [], gateways: [] };
    gateways.baseUrl = 'https://api.holysheep.ai/v1';
    gateways.keys.set('https://api.holysheep.ai', 'hsa-primary');
  });

  const run = async (): Promise<string> => {
    const { registerDiagnostics } = await import('../../../src/host/diagnostics/diagnosticsCommands');
    const deps = await openGateways(gateways.deps());
    const { settings, log } = deps;
    const services = {
      ...deps,
      settings: Object.assign(settings, {
        requestParameters: () => ({}),
        reasoningEffort: () => 'default',
        engineSettings: () => ({}),
      }),
      log: Object.assign(log, { errors: () => [], redact: (text: string) => text }),
      engine: { report: () => engineReport },
      version: '1.0.0',
      context: { extension: { extensionKind: 1 } },
    } as unknown as Parameters<typeof RegisterDiagnostics>[0];
    return registerDiagnostics(services)['holysheep.exportDiagnostics']();
  };

  const usePrivateGateway = (): void => {
    gateways.backups = ['http://llm.corp.example:8080/v1'];
    const event = { ...attempt(), gateway: refOf('http://llm.corp.example:8080/v1') } as AttemptEvent;
    engineReport = {
      turns: [
        {
          time: 1,
          host: 'llm.corp.example:8080',
          outcome: 'done',
          attempts: addToLedger(emptyLedger, event).entries,
          waits: [],
        },
        { time: 1, host: 'former.example', outcome: 'server', attempts: [], waits: [] },
      ],
      gateways: [
        {
          id: 'http://llm.corp.example:8080/v1',
          isDown: true,
          tokens: 1,
          gates: [{ model: 'm', breakerOpen: false, failures: 0 }],
        },
      ],
    };
  };

  it("shows the origin of HolySheep's gateway, which is public", async () => {
    const report = JSON.parse(await run()) as { readonly settings: Readonly<Record<string, unknown>> };
    assert.equal(report.settings['origin'], 'https://api.holysheep.ai');
    assert.deepEqual(report.settings['gateways'], [
      { name: 'gateway 1', key: 'key', isHttps: true, isHolySheep: true },
    ]);
  });

  it('replaces private host names with names such as "gateway 1"', async () => {
    usePrivateGateway();
    const text = await run();
    for (const name of ['corp.example', 'former.example']) assert.ok(!text.includes(name), name);
    const report = JSON.parse(text) as EngineReport & { readonly settings: Readonly<Record<string, unknown>> };
    assert.deepEqual(
      [
        report.settings['origin'],
        ...report.turns.map(({ host }) => host),
        report.turns[0]?.attempts[0]?.gateway,
        report.gateways[0]?.id,
      ],
      ['https://api.holysheep.ai', 'gateway 2', 'former gateway', 'gateway 2', 'gateway 2'],
    );
    assert.deepEqual(report.settings['gateways'], [
      { name: 'gateway 1', key: 'key', isHttps: true, isHolySheep: true },
      { name: 'gateway 2', key: 'missing', isHttps: false, isHolySheep: false },
    ]);
  });

  it('replaces the label and the path of each gateway with a name such as "gateway 1"', async () => {
    const base = 'https://relay.example/t0k3n-';
    gateways.backups = [{ baseUrl: `${base}a/v1`, name: 'Project Nightjar (ACME)' }, `${base}b/v1`];
    const sent = (id: string, label: string): AttemptEvent =>
      ({ ...attempt(), gateway: { id, label } }) as AttemptEvent;
    const attempts = [
      sent(`${base}a/v1`, 'Project Nightjar (ACME)'),
      sent(`${base}b/v1`, 'relay.example/t0k3n-b/v1'),
      sent('https://former.example/v1', 'Old Project'),
    ].flatMap((event) => addToLedger(emptyLedger, event).entries);
    const turn = { time: 1, host: 'relay.example', outcome: 'done', attempts, waits: [] };
    engineReport = { turns: [turn], gateways: [] };
    const text = await run();
    for (const secret of ['t0k3n', 'Nightjar', 'Old Project']) assert.ok(!text.includes(secret), secret);
    const report = JSON.parse(text) as EngineReport;
    assert.deepEqual(
      report.turns[0]?.attempts.map(({ gateway }) => gateway),
      ['gateway 2', 'gateway 3', 'former gateway'],
    );
  });

  it('shows "former gateway" instead of a private gateway that is no longer in the settings', async () => {
    usePrivateGateway();
    gateways.backups = [];
    const text = await run();
    assert.ok(!text.includes('corp.example'));
    assert.equal((JSON.parse(text) as EngineReport).turns[0]?.host, 'former gateway');
  });

  it("says that a gateway's key can't be read", async () => {
    gateways.isKeyringLocked = true;
    const { settings } = JSON.parse(await run()) as {
      readonly settings: { readonly gateways: readonly { readonly key: unknown }[] };
    };
    assert.equal(settings.gateways[0]?.key, 'unreadable');
  });
});
