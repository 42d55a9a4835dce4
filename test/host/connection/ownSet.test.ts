import assert from 'node:assert/strict';
import { refOf } from '../../support/gatewayRef';
import { setImmediate } from 'node:timers/promises';
import type { Engine, ProbeResult } from '../../../src/engine/engine';
import type { EffortChoice } from '../../../src/engine/request';
import type { TurnRecord } from '../../../src/engine/state/ledger';
import type { GatewaySets, RequestChoice } from '../../../src/host/connection/gatewaySet';
import type { UserGateways } from '../../../src/host/connection/userGateways';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { FakeGateways, failedProbe, openGateways, refusedConnection } from '../../support/host/fakeGateways';
import { valuesOf } from '../../support/valuesOf';

const [primary, first, second] = [
  'https://primary.example',
  'https://first.example',
  'https://second.example',
] as const;

describe('connection with several gateways', () => {
  const editor = new FakeEditor();
  useVSCode(editor.api());
  let gateways: FakeGateways;
  let userGateways: UserGateways;
  let gatewaySets: GatewaySets;
  beforeEach(async () => {
    gateways = new FakeGateways();
    gateways.backups = [`${first}/v1`, `${second}/v1`];
    ({ userGateways, gatewaySets } = await openGateways(gateways.deps()));
  });

  it('uses the reasoning effort of the prompt, not the effort that the user chose for the model', async () => {
    const efforts: Readonly<Record<string, EffortChoice>> = { 'model-1': 'low', other: 'default' };
    const deps = gateways.deps();
    Object.assign(deps.settings, { systemPrompt: () => '', requestParameters: () => ({}) });
    Object.assign(deps.efforts, { levelOf: (model: string) => efforts[model] });
    ({ gatewaySets } = await openGateways(deps));
    const effortOf = (choice?: RequestChoice) => gatewaySets.own.defaults(choice).reasoningEffort;
    assert.deepEqual(
      [effortOf(), effortOf({ model: 'other' }), effortOf({ model: 'other', reasoningEffort: 'max' })],
      ['low', undefined, 'max'],
    );
    assert.equal(effortOf({ reasoningEffort: 'default' }), undefined);
  });

  describe('with a gateway that has never responded', () => {
    const usedOrigins = async (): Promise<Origins> => {
      const { primaryGateway, keys } = await userGateways.withKeys();
      return [...new Set([primaryGateway, ...keys.keys()])].map(({ origin }) => origin);
    };
    let changes: number;
    let respond: (result: ProbeResult) => void;
    let recordTurn: (status?: number) => void;
    beforeEach(async () => {
      gateways.keys = new Map([primary, first, second].map((origin) => [origin, `key of ${origin}`]));
      ({ userGateways, gatewaySets } = await openGateways(gateways.deps()));
      await userGateways.addUnresponsive(`${first}/v1`);
      changes = 0;
      gatewaySets.onDidChange(() => changes++);
      respond = (result) => userGateways.recordProbe(`${first}/v1`, result);
      recordTurn = (status) =>
        userGateways.recordTurn({
          attempts: [{ gateway: refOf(first), headers: status && { status } }],
        } as unknown as TurnRecord);
    });

    it('does not use the gateway as a backup, even after a restart', async () => {
      assert.deepEqual(await usedOrigins(), [primary, second]);
      ({ userGateways } = await openGateways(gateways.deps()));
      assert.deepEqual(await usedOrigins(), [primary, second]);
    });

    it('does not use the gateway when the primary gateway has no key', async () => {
      gateways.keys = new Map([[first, 'key-1']]);
      const { keys } = await userGateways.withKeys();
      assert.deepEqual([await usedOrigins(), keys.size], [[primary], 0]);
    });

    it('uses the gateway if it is the primary gateway', async () => {
      [gateways.baseUrl, gateways.backups] = [`${first}/v1`, [`${second}/v1`]];
      assert.deepEqual(await usedOrigins(), [first, second]);
    });

    for (const [name, result] of [
      ['a list', { state: 'verified', models: [], ms: 1 }],
      ['a rejection of the key', failedProbe('rejected')],
      ['an error', failedProbe('unverified')],
    ] as const) {
      it(`uses the gateway as a backup after it has answered the request for the model list with ${name}`, async () => {
        respond(result);
        assert.deepEqual([await usedOrigins(), changes], [[primary, first, second], 1]);
      });
    }

    for (const [name, result] of [
      ['a refused connection', refusedConnection()],
      ['an error of the proxy', failedProbe('unverified', { kind: 'proxy', status: 502 })],
      ['a canceled request', { state: 'cancelled' }],
    ] as const) {
      it(`does not use the gateway as a backup after ${name}`, async () => {
        respond(result);
        assert.deepEqual([await usedOrigins(), changes], [[primary, second], 0]);
      });
    }

    it('uses the gateway as a backup after it has responded to a prompt', async () => {
      recordTurn();
      assert.deepEqual(await usedOrigins(), [primary, second]);
      recordTurn(503);
      assert.deepEqual(await usedOrigins(), [primary, first, second]);
    });
  });

  it('announces a change after a turn whose reasoning effort the gateway has refused', () => {
    let changes = 0;
    gatewaySets.onDidChange(() => changes++);
    const record = (refusedEffort?: string): void =>
      userGateways.recordTurn({ attempts: [{ gateway: refOf(primary), refusedEffort }] } as unknown as TurnRecord);
    record();
    assert.equal(changes, 0);
    record('high');
    assert.equal(changes, 1);
  });

  const namesOf = (origins: Origins): Origins => origins.map((origin) => new URL(origin).host);
  type Origins = readonly string[];
  const plain = 'http://plain.example';
  const [both, plainFirst] = [
    [first, second],
    [plain, second],
  ];
  /** `used` is where a prompt for any model goes. */
  const cases: readonly {
    readonly name: string;
    readonly baseUrl: string;
    readonly backups: Origins;
    readonly withKey: Origins;
    readonly expected: Origins;
    readonly used: string;
  }[] = [
    {
      name: 'uses the primary gateway first if all gateways have a key',
      baseUrl: primary,
      backups: both,
      withKey: [second, primary, first],
      expected: [primary, first, second],
      used: primary,
    },
    {
      name: 'uses a backup gateway that has a key if the primary gateway has no key',
      baseUrl: primary,
      backups: both,
      withKey: [first],
      expected: [primary, first],
      used: first,
    },
    {
      name: 'does not use a plain-HTTP backup in place of an HTTPS primary gateway',
      baseUrl: primary,
      backups: plainFirst,
      withKey: [plain, second],
      expected: [primary, plain, second],
      used: second,
    },
    {
      name: 'waits for a key if only a plain-HTTP backup could replace the HTTPS primary gateway',
      baseUrl: primary,
      backups: plainFirst,
      withKey: [plain],
      expected: [primary, plain],
      used: primary,
    },
    {
      name: 'uses a plain-HTTP backup in place of a plain-HTTP primary gateway without a key',
      baseUrl: 'http://primary.example',
      backups: [plain],
      withKey: [plain],
      expected: ['http://primary.example', plain],
      used: plain,
    },
    {
      name: 'waits for a key when no gateway has one',
      baseUrl: primary,
      backups: both,
      withKey: [],
      expected: [primary],
      used: primary,
    },
  ];
  for (const { name, baseUrl, backups, withKey, expected, used } of cases) {
    it(name, async () => {
      gateways.baseUrl = `${baseUrl}/v1`;
      gateways.backups = backups.map((origin) => `${origin}/v1`);
      gateways.keys = new Map(withKey.map((origin) => [origin, `hsa-${origin}`]));
      const keyed = await userGateways.withKeys();
      const others = [...keyed.keys.keys()].filter((gateway) => gateway !== keyed.primaryGateway);
      assert.deepEqual(
        [keyed.primaryGateway, ...others].map((gateway) => [gateway.origin, keyed.keys.get(gateway)]),
        expected.map((origin) => [origin, gateways.keys.get(origin)]),
      );
      assert.deepEqual(await gatewaySets.own.view(), {
        model: 'model-1',
        host: new URL(used).host,
        hasKey: gateways.keys.has(used),
        set: 'own',
        ...(used !== baseUrl && { backup: 'automatic' }),
        ...(others.length > 0 && { backups: namesOf(expected.slice(1)) }),
      });
    });
  }

  it('shows the backup gateway that the next prompt will use', async () => {
    for (const origin of [primary, first, second]) gateways.keys.set(origin, 'hsa-key');
    let current = `${first}/v1`;
    const nextAttempt: Engine['nextAttempt'] = (_model, { keys }, preferred = current) => ({
      gateway: [...keys.keys()].find(({ id }) => id === preferred),
    });
    const shown = async (preferredGateway?: string) => {
      ({ gatewaySets } = await openGateways({ ...gateways.deps(), nextAttempt }));
      const { host, gateway, backup } = await gatewaySets.own.view(preferredGateway);
      return [host, gateway, backup];
    };
    assert.deepEqual(await shown(), ['first.example', undefined, 'automatic']);
    assert.deepEqual(await shown(`${second}/v1`), ['second.example', undefined, 'switched']);
    current = `${primary}/v1`;
    assert.deepEqual(await shown(), ['primary.example', undefined, undefined]);
  });

  it('shows the cooldown that would delay the next prompt', async () => {
    gateways.keys.set(primary, 'hsa-key');
    const cooldown = { until: 1, blockKind: 'cooldown' } as const;
    ({ gatewaySets } = await openGateways({
      ...gateways.deps(),
      nextAttempt: () => ({ gateway: undefined, cooldown }),
    }));
    assert.deepEqual((await gatewaySets.own.view()).cooldown, cooldown);
  });

  it('shows the backup gateway if no other gateway offers the selected model', async () => {
    for (const origin of [primary, first, second]) gateways.keys.set(origin, 'hsa-key');
    gateways.backups = [`${first}/v1`, { baseUrl: `${second}/v1`, name: 'Second', models: { mapped: 'a/mapped' } }];
    gateways.lists = new Map([
      [`${primary}/v1`, ['at-all']],
      [`${first}/v1`, ['at-all', 'at-first']],
    ]);
    const shown = async (model: string) => {
      gateways.model = model;
      const { host, gateway } = await gatewaySets.own.view();
      return [host, gateway];
    };
    assert.deepEqual(await shown('at-all'), ['primary.example', undefined]);
    assert.deepEqual(await shown('at-first'), ['first.example', 'first.example']);
    assert.deepEqual(await shown('mapped'), ['Second', 'Second']);
    gateways.keys.delete(first);
    gateways.keys.delete(second);
    assert.deepEqual(await shown('at-first'), ['primary.example', undefined]);
  });

  it('waits for the key of the primary gateway if the backup gateways are known to lack the model', async () => {
    gateways.keys.set(first, 'hsa-key');
    gateways.lists = new Map([[`${first}/v1`, ['at-first']]]);
    const { host, hasKey, gateway, backup } = await gatewaySets.own.view();
    assert.deepEqual([host, hasKey, gateway, backup], ['primary.example', false, undefined, undefined]);
  });

  it('shows a plain-HTTP gateway only after the user has agreed to use that gateway', async () => {
    gateways.backups = [`${plain}/v1`];
    for (const origin of [primary, plain]) gateways.keys.set(origin, 'hsa-key');
    gateways.lists = new Map([
      [`${primary}/v1`, ['model-1']],
      [`${plain}/v1`, ['llama3']],
    ]);
    gateways.model = 'llama3';
    assert.equal((await gatewaySets.own.view()).host, 'primary.example');
    editor.pressed = 'Send';
    assert.equal(await gatewaySets.own.mayUse(['llama3']), true);
    assert.equal((await gatewaySets.own.view()).host, 'plain.example');
  });

  it('uses the primary gateway for a model that only the workspace settings contain', async () => {
    for (const origin of [primary, first]) gateways.keys.set(origin, 'hsa-key');
    gateways.lists = new Map([
      [`${primary}/v1`, ['model-1']],
      [`${first}/v1`, ['at-first']],
    ]);
    gateways.model = 'at-first';
    assert.equal((await gatewaySets.own.view()).host, 'first.example');
    gateways.workspaceModels = new Set(['at-first']);
    assert.equal((await gatewaySets.own.view()).host, 'primary.example');
  });

  it('fails when the primary base URL is invalid, even if a backup gateway has a key', async () => {
    gateways.keys.set(first, 'hsa-first');
    gateways.baseUrl = 'ftp://files.example';
    await assert.rejects(userGateways.withKeys(), { connectionProblem: 'base-url' });
  });

  it('never notifies a subscriber of an outdated state', async () => {
    const answers: ((model: string) => void)[] = [];
    const view = () => new Promise((resolve) => answers.push((model) => resolve({ model })));
    Object.assign(gatewaySets.own, { view });
    const shown: object[] = [];
    const subscription = gatewaySets.subscribe((shownView) => shown.push(shownView));
    gateways.changeSettings();
    answers[1]?.('model-2');
    await setImmediate();
    answers[0]?.('model-1');
    gateways.changeSettings();
    subscription.dispose();
    answers[2]?.('model-3');
    await setImmediate();
    assert.deepEqual(shown, [{ model: 'model-2' }]);
  });

  it('adds the path to the labels of gateways that have the same host', () => {
    gateways.backups = [`${primary}/eu/v1`, `${first}/v1`];
    assert.deepEqual(valuesOf(userGateways.all, 'label'), [
      'primary.example/v1',
      'primary.example/eu/v1',
      'first.example',
    ]);
  });
});
