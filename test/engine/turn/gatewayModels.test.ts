import assert from 'node:assert/strict';
import { plainHttpOffer, readKeys } from '../../../src/engine/gateway/gateway';
import { initialTurn, reduceTurn, type TurnState } from '../../../src/engine/state/turnState';
import { backup, primary, Gateways, switches, third } from '../../support/engineGateways';
import type { EngineRun } from '../../support/engineRun';
import { answering, cutAfter, refused, rejecting, status } from '../../support/scriptedFetch';
import { gatewaysFrom, type DescribedGateway } from '../../support/testGateways';

const model = 'claude-sonnet-4';
const vendorName = 'anthropic/claude-sonnet-4.6';
const hello = [answering('Hello')];
const dark = [refused];
const partial = 'The sheep graze on the hill while the wind ';
const remainder = 'goes over the grass.';
const unknownModel = status(404, {
  error: { message: `The model \`${vendorName}\` does not exist`, code: 'model_not_found' },
});

const naming = (...names: readonly (readonly [string, string])[]): DescribedGateway => ({
  ...backup,
  models: new Map(names),
});
const listing = (gateway: DescribedGateway, ...models: readonly string[]): DescribedGateway => ({
  ...gateway,
  lists: (name) => models.includes(name),
});
const offering = (name: string): DescribedGateway => naming(['*', name]);

const modelsSent = (net: Gateways, name: string): readonly string[] => net.requests(name).map(({ body }) => body.model);
const stateOf = (run: EngineRun): TurnState => run.events.reduce(reduceTurn, initialTurn);
const modelSwitches = (run: EngineRun): readonly string[] =>
  run.of('model').map(({ from, to, reason }) => `${from} → ${to} (${reason})`);
const request = { request: { model } };

describe('turn with several gateways', () => {
  it("sends the gateway's own name of the model, and shows the name that the user chose", async () => {
    const gateway = { ...naming([model, vendorName]), name: 'Router' };
    const net = new Gateways({ primary: dark, backup: hello }, { gateways: [primary, gateway] });
    const run = await net.ask(request).toEnd();
    assert.deepEqual([modelsSent(net, 'primary'), modelsSent(net, 'backup')], [[model], [vendorName]]);
    const { model: sent, userModel, gateway: used } = run.last('attempt');
    assert.deepEqual([sent, userModel, used.label], [vendorName, model, 'Router']);
    assert.deepEqual([run.last('gateway').to.label, run.last('gateway').from.label], ['Router', 'primary.test']);
    assert.deepEqual([stateOf(run).model, stateOf(run).gateway], [model, used]);
    assert.deepEqual(modelSwitches(run), []);
  });

  it('continues a partial answer at a gateway that has the same model under another name', async () => {
    const gateway = naming([model, vendorName]);
    const net = new Gateways(
      { primary: [cutAfter(partial), refused], backup: [answering(remainder)] },
      { gateways: [primary, gateway], settings: { continueWithFallback: 'off' } },
    );
    const run = await net.ask(request).toEnd();
    assert.equal(run.shownText, partial + remainder);
    assert.deepEqual(modelsSent(net, 'backup'), [vendorName]);
    assert.equal(stateOf(run).resumePoints[0]?.models, undefined);
  });

  describe('with a backup gateway that replaces unknown models with a substitute', () => {
    it('announces the switch to the substitute, and the switch back to the requested model', async () => {
      const net = new Gateways(
        { primary: [refused, refused, ...hello], backup: [status(529, {}), ...dark] },
        { gateways: [primary, offering('llama3')] },
      );
      const run = await net.ask(request).toEnd();
      assert.equal(run.shownText, 'Hello');
      assert.deepEqual(modelSwitches(run).slice(0, 2), [
        `${model} → llama3 (connection)`,
        `llama3 → ${model} (connection)`,
      ]);
      assert.equal(stateOf(run).model, model);
    });

    it('does not use the substitute for a model that the backup gateway has', async () => {
      const gateway = listing(offering('llama3'), 'qwen3:8b', 'llama3');
      const net = new Gateways({ primary: hello, backup: hello }, { gateways: [listing(primary, model), gateway] });
      await net.ask({ request: { model: 'qwen3:8b' } }).toEnd();
      assert.deepEqual([modelsSent(net, 'primary'), modelsSent(net, 'backup')], [[], ['qwen3:8b']]);
    });

    const cutThenDark = { primary: [cutAfter(partial), refused], backup: [answering(remainder)] };
    const settings = (continueWithFallback: 'off' | 'ask' | 'auto') => ({
      gateways: [primary, offering('llama3')],
      settings: { continueWithFallback, retry: { maxRetries: 2 } },
    });

    it('continues a partial answer with the substitute if continueWithFallback is "auto"', async () => {
      const run = await new Gateways(cutThenDark, settings('auto')).ask(request).toEnd();
      assert.equal(run.shownText, partial + remainder);
      assert.deepEqual(
        stateOf(run).resumePoints.map(({ models }) => models),
        [{ from: model, to: 'llama3', reason: 'connection' }],
      );
    });

    it('asks the user before the substitute continues a partial answer if continueWithFallback is "ask"', async () => {
      const net = new Gateways(cutThenDark, settings('ask'));
      const run = net.ask(request);
      while (run.of('attempt').length < 2 || run.of('waiting').length < 2) await run.clock.next();
      const { fallbackModel, actions } = run.last('waiting');
      assert.deepEqual([fallbackModel, actions[0]], ['llama3', 'continueWithFallback']);
      assert.equal(net.requests('backup').length, 0);
      run.turn.continueWith('llama3', 'connection');
      await run.toEnd();
      assert.equal(run.shownText, partial + remainder);
      assert.deepEqual(switches(run), ['primary → backup (connection)']);
    });

    it('does not continue a partial answer with the substitute if continueWithFallback is "off"', async () => {
      const net = new Gateways(cutThenDark, settings('off'));
      const run = await net.ask(request).toEnd();
      assert.deepEqual([run.terminal?.type, net.requests('backup').length], ['failed', 0]);
      assert.equal(run.last('waiting').fallbackModel, undefined);
    });

    it('lets the substitute resume its own answer even if continueWithFallback is "off"', async () => {
      const net = new Gateways(
        { primary: dark, backup: [cutAfter(partial), answering(remainder)] },
        { ...settings('off') },
      );
      const run = await net.ask(request).toEnd();
      assert.equal(run.shownText, partial + remainder);
      assert.deepEqual(modelsSent(net, 'backup'), ['llama3', 'llama3']);
    });

    it('lets the substitute resume its own answer of an earlier turn even if continueWithFallback is "off"', async () => {
      const net = new Gateways({ primary: dark, backup: [answering(remainder)] }, settings('off'));
      const resumeFrom = { text: partial, model: 'llama3', hadReasoning: false, resumeMode: 'continue' } as const;
      const run = await net.ask({ ...request, options: { resumeFrom } }).toEnd();
      assert.equal(run.shownText, remainder);
      assert.deepEqual(modelsSent(net, 'backup'), ['llama3']);
    });

    it('gives up after fewer than 12 attempts if both the requested model and the substitute fail', async () => {
      const gateways = { primary: [cutAfter(partial), refused], backup: [status(529, {})] };
      const run = await new Gateways(gateways, settings('auto')).ask(request).toEnd();
      assert.equal(run.terminal?.type, 'failed');
      assert.ok(run.of('attempt').length < 12, String(run.of('attempt').length));
    });

    it('does not switch to a fallback model that the gateway lacks', async () => {
      const net = new Gateways(
        { primary: dark, backup: [status(529, {})] },
        { ...settings('off'), settings: { fallbackModels: ['gpt-4o', 'gemini-3-pro'], retry: { maxRetries: 4 } } },
      );
      const run = await net.ask(request).toEnd();
      assert.deepEqual(
        modelSwitches(run).filter((change) => change.includes('gpt-4o')),
        [],
      );
    });

    it('uses the backup gateway if the user has chosen the substitute by its name', async () => {
      const net = new Gateways({ primary: hello, backup: hello }, { gateways: [primary, offering('llama3')] });
      await net.ask({ request: { model: 'llama3' } }).toEnd();
      assert.deepEqual([net.requests('primary').length, modelsSent(net, 'backup')], [0, ['llama3']]);
    });
  });

  describe('with a model that a gateway does not list', () => {
    it('skips the gateway', async () => {
      const gateways = [primary, listing(backup, 'gpt-4o'), listing(third, model)];
      const net = new Gateways({ primary: dark, backup: hello, third: hello }, { gateways });
      const run = await net.ask(request).toEnd();
      assert.deepEqual(switches(run), ['primary → third (connection)']);
      assert.equal(net.requests('backup').length, 0);
    });

    it('starts at the backup gateway if the primary gateway lacks the model', async () => {
      const gateways = [listing(primary, 'gpt-4o'), listing(backup, model)];
      const net = new Gateways({ primary: hello, backup: hello }, { gateways });
      const run = await net.ask(request).toEnd();
      assert.deepEqual([net.requests('primary').length, switches(run)], [0, []]);
    });

    it('uses the primary gateway if no gateway lists the model', async () => {
      const net = new Gateways({ primary: hello, backup: hello }, { gateways: [listing(primary, 'gpt-4o'), backup] });
      await net.ask(request).toEnd();
      assert.deepEqual([net.requests('primary').length, net.requests('backup').length], [1, 0]);
    });

    it('uses the backup gateway while the primary gateway is down, even if no gateway lists the model', async () => {
      const gateways = [listing(primary, 'gpt-4o'), listing(backup, 'gpt-4o')];
      const net = new Gateways({ primary: [...hello, refused], backup: hello }, { gateways });
      for (let turns = 0; turns < 2; turns++) await net.ask(request).toEnd();
      assert.deepEqual([net.requests('primary').length, net.requests('backup').length], [2, 1]);
    });
  });

  describe('with a backup gateway that has refused the model as unknown', () => {
    for (const [name, reply] of [
      ['model not found', unknownModel],
      ['a plain 404', status(404, 'Not Found')],
    ] as const) {
      it(`continues with the next gateway after ${name}`, async () => {
        const gateways = [primary, naming([model, vendorName]), third];
        const net = new Gateways({ primary: dark, backup: [reply], third: hello }, { gateways });
        for (let turns = 0; turns < 2; turns++) assert.equal((await net.ask(request).toEnd()).shownText, 'Hello');
        assert.deepEqual([net.requests('backup').length, net.requests('third').length], [1, 2]);
        await net.ask({ request: { model: 'gpt-4o' } }).toEnd();
        assert.equal(net.requests('backup').length, 2);
      });
    }

    const lackingBackup = { primary: dark, backup: [unknownModel, answering('Pulled')] };

    it('requests the model from the backup gateway again ten minutes later', async () => {
      const net = new Gateways(lackingBackup, { settings: { retry: { maxRetries: 0 } } });
      await net.ask(request).toEnd();
      await net.world.clock.advance(590_000);
      assert.equal((await net.ask(request).toEnd()).terminal?.type, 'failed');
      await net.world.clock.advance(20_000);
      assert.equal((await net.ask(request).toEnd()).shownText, 'Pulled');
    });

    it('requests the model from the backup gateway again in the next turn after a reset of the network state', async () => {
      const net = new Gateways(lackingBackup, { settings: { retry: { maxRetries: 0 } } });
      await net.ask(request).toEnd();
      await net.world.engine.resetNetworkState();
      assert.equal((await net.ask(request).toEnd()).shownText, 'Pulled');
    });

    it('requests the model from the backup gateway at once when the network state is reset during a wait', async () => {
      const net = new Gateways(lackingBackup);
      const run = await net.ask(request).settle();
      assert.equal(run.of('waiting').length, 1);
      await net.world.engine.resetNetworkState();
      await run.settle();
      assert.equal(run.shownText, 'Pulled');
    });

    it('uses the primary gateway, even if only the backup gateway lists the model', async () => {
      const gateways = [listing(primary, 'gpt-4o'), listing(backup, model)];
      const net = new Gateways({ primary: hello, backup: [unknownModel] }, { gateways });
      for (let turns = 0; turns < 2; turns++) assert.equal((await net.ask(request).toEnd()).shownText, 'Hello');
      assert.equal(net.requests('backup').length, 1);
    });

    it("waits for the primary gateway if the backup gateway doesn't have the model", async () => {
      const net = new Gateways({ primary: [refused, ...hello], backup: [unknownModel] });
      const run = await net.ask(request).toEnd();
      assert.equal(run.shownText, 'Hello');
    });

    it("fails with the primary gateway's fault if a retry would not help", async () => {
      const net = new Gateways({ primary: [rejecting('CERT_HAS_EXPIRED')], backup: [unknownModel] });
      const run = await net.ask(request).toEnd();
      assert.deepEqual([run.terminal?.type, run.last('failed').kind], ['failed', 'tls']);
    });

    it('fails without a request to the backup gateway if the primary gateway lacks the model', async () => {
      const net = new Gateways({ primary: [unknownModel], backup: hello });
      const run = await net.ask(request).toEnd();
      assert.deepEqual([run.last('failed').kind, net.requests('backup').length], ['model', 0]);
    });
  });
});

describe('backup gateway over plain HTTP', () => {
  const llama = { request: { model: 'llama3' } };
  const plain: DescribedGateway = { ...backup, baseUrl: 'http://backup.test/v1' };
  const plainWith = (fields: Partial<DescribedGateway>): DescribedGateway => ({ ...plain, ...fields });
  const lacking = listing(primary, model);
  const listed = listing(plain, 'llama3');
  const starred = plainWith({ models: new Map([['*', 'llama3']]) });
  const named = plainWith({ models: new Map([['llama3', 'llama3:8b']]) });
  const accepted = { ...listed, acceptsPlainHttp: true };

  for (const { name, gateways, expected } of [
    { name: 'lists the model, which the primary gateway lacks', gateways: [lacking, listed], expected: 'primary' },
    { name: 'has a substitute for all other models', gateways: [lacking, starred], expected: 'primary' },
    {
      name: 'is the only gateway with a key',
      gateways: [{ ...primary, apiKey: undefined }, plain],
      expected: undefined,
    },
    {
      name: 'lists the model and is the only gateway with a key',
      gateways: [{ ...lacking, apiKey: undefined }, listed],
      expected: undefined,
    },
    {
      name: 'lists the model, which another gateway over HTTPS may have',
      gateways: [lacking, listed, third],
      expected: 'primary',
    },
    { name: 'has a name for the model', gateways: [lacking, named], expected: 'backup' },
    {
      name: 'has a name for the model, and the primary gateway has no key',
      gateways: [{ ...primary, apiKey: undefined }, named],
      expected: 'backup',
    },
    {
      name: 'has a name for the model, which the primary gateway lists',
      gateways: [listing(primary, 'llama3'), named],
      expected: 'primary',
    },
    { name: 'was accepted by the user and lists the model', gateways: [lacking, accepted], expected: 'backup' },
    {
      name: 'was accepted by the user, but the primary gateway may have the model',
      gateways: [primary, accepted],
      expected: 'primary',
    },
    {
      name: 'was accepted by the user, but another gateway has a substitute for all other models',
      gateways: [lacking, accepted, { ...third, models: new Map([['*', 'x']]) }],
      expected: 'third',
    },
  ] as readonly {
    readonly name: string;
    readonly gateways: readonly DescribedGateway[];
    readonly expected: string | undefined;
  }[]) {
    it(`${expected === 'backup' ? 'gets' : 'does not get'} the prompt when it ${name}`, async () => {
      const net = new Gateways({ primary: hello, backup: hello, third: hello }, { gateways });
      const { engine } = net.world;
      const { gateway: target } = engine.nextAttempt('llama3', await net.keyed());
      await net.ask(llama).toEnd();
      const asked = ['primary', 'backup', 'third'].filter((gateway) => net.requests(gateway).length > 0);
      assert.deepEqual(asked, expected === undefined ? [] : [expected]);
      assert.equal(target && new URL(target.id).hostname, expected && `${expected}.test`);
    });
  }

  for (const [name, gateway] of [
    ['lists the model', listed],
    ['has a name for the model', plainWith({ models: new Map([[model, vendorName]]) })],
    ['was accepted by the user', { ...plain, acceptsPlainHttp: true }],
  ] as const) {
    it(`does not take over from a failing gateway over HTTPS even if the gateway over plain HTTP ${name}`, async () => {
      const gateways = [listing(primary, 'llama3', model), gateway];
      const net = new Gateways({ primary: [rejecting('CERT_HAS_EXPIRED')], backup: hello }, { gateways });
      const run = await net.ask(request).toEnd();
      assert.deepEqual([run.last('failed').kind, net.requests('backup').length], ['tls', 0]);
    });
  }

  it('is offered to the user if the HTTPS gateway lacks the model', async () => {
    const net = new Gateways({ primary: [unknownModel], backup: hello }, { gateways: [lacking, listed] });
    const { kind, nextGateway, actions } = (await net.ask(llama).toEnd()).last('failed');
    assert.deepEqual([kind, nextGateway?.label, actions.at(-1)], ['model', 'backup.test', 'switchGateway']);
    await net.ask({ ...llama, options: { preferredGateway: nextGateway?.id } }).toEnd();
    assert.deepEqual(modelsSent(net, 'backup'), ['llama3']);
  });

  it("answers with a fallback model that the gateway's setting `models` contains", async () => {
    const gateway = plainWith({ models: new Map([['llama3', 'llama3:8b']]) });
    const net = new Gateways(
      { primary: [status(503)], backup: hello },
      { gateways: [lacking, gateway], settings: { fallbackModels: ['llama3'] } },
    );
    const run = await net.ask(request).toEnd();
    assert.deepEqual([run.shownText, modelsSent(net, 'backup')], ['Hello', ['llama3:8b']]);
  });

  it('receives no request when the user switches to a model that the gateway lacks', async () => {
    const net = new Gateways(
      { primary: hello, backup: [status(429, {}, { 'retry-after': '30' })] },
      { gateways: [lacking, named] },
    );
    const run = await net.ask(llama).settle();
    run.turn.switchModel(model);
    await run.toEnd();
    assert.deepEqual([modelsSent(net, 'primary'), modelsSent(net, 'backup')], [[model], ['llama3:8b']]);
  });

  it('receives the request when the user switches to this gateway and then to another model', async () => {
    const limited = status(429, {}, { 'retry-after': '30' });
    const net = new Gateways({ primary: [limited], backup: [limited, ...hello] }, { gateways: [primary, plain] });
    const run = await net.ask(request).settle();
    run.turn.switchGateway();
    await run.settle();
    run.turn.switchModel('llama3');
    await run.toEnd();
    assert.deepEqual([modelsSent(net, 'primary'), modelsSent(net, 'backup')], [[model], [model, 'llama3']]);
  });

  it('receives no request for a fallback model that the gateway lacks', async () => {
    const net = new Gateways(
      { primary: hello, backup: [status(503)] },
      { gateways: [lacking, named], settings: { fallbackModels: [model] } },
    );
    await net.ask(llama).toEnd();
    assert.deepEqual(
      [modelsSent(net, 'primary'), new Set(modelsSent(net, 'backup'))],
      [[model], new Set(['llama3:8b'])],
    );
  });

  for (const continueWithFallback of ['ask', 'auto'] as const) {
    it(`does not continue a partial answer with its own model when continueWithFallback is "${continueWithFallback}"`, async () => {
      const net = new Gateways(
        { primary: [cutAfter(partial), refused], backup: hello },
        { gateways: [primary, starred], settings: { continueWithFallback } },
      );
      const { kind, fallbackModel } = (await net.ask(request).toEnd()).last('failed');
      assert.deepEqual([kind, fallbackModel, net.requests('backup').length], ['connection', undefined, 0]);
    });
  }

  it('is offered to the user only if no HTTPS gateway might have the model', async () => {
    const offerFor = async (primary: DescribedGateway, ...backups: readonly DescribedGateway[]) =>
      plainHttpOffer({ model: 'llama3', isOfWorkspace: false }, await readKeys(gatewaysFrom({ ...primary, backups })))
        ?.id;
    assert.equal(await offerFor(lacking, listed), plain.baseUrl);
    assert.equal(await offerFor(lacking, accepted), undefined);
    assert.equal(await offerFor(primary, listed), undefined);
    assert.equal(await offerFor(lacking, third, listed), undefined);
    assert.equal(await offerFor(lacking, named), undefined);
    assert.equal(await offerFor({ ...lacking, baseUrl: 'http://primary.test/v1' }, listed), undefined);
    assert.equal(await offerFor(lacking, { ...listed, baseUrl: 'http://127.0.0.1:11434/v1' }), undefined);
  });
});

describe('model that is set only in the workspace settings', () => {
  const workspaceModels = ['llama3'];
  const llama = { request: { model: 'llama3' } };

  for (const [name, gateway] of [
    ['lists it', listing(backup, 'llama3')],
    ['has a name for it', naming(['llama3', 'llama3:8b'])],
    ['has it as the name of another model', naming(['other', 'llama3'])],
  ] as const) {
    it(`is requested from the primary gateway although a backup gateway ${name}`, async () => {
      const gateways = [listing(primary, model), gateway];
      const net = new Gateways({ primary: [unknownModel], backup: hello }, { gateways, workspaceModels });
      const run = await net.ask(llama).toEnd();
      assert.deepEqual([run.last('failed').kind, net.requests('backup').length], ['model', 0]);
      const chosen = new Gateways({ primary: [unknownModel], backup: hello }, { gateways });
      assert.equal((await chosen.ask(llama).toEnd()).shownText, 'Hello');
    });
  }

  const gateways = [primary, backup, listing(third, 'llama3')];
  const options = { gateways, workspaceModels, settings: { retry: { maxRetries: 1 } } };

  it('is requested from the first backup gateway if the primary gateway fails', async () => {
    const net = new Gateways({ primary: dark, backup: hello, third: hello }, options);
    assert.deepEqual(switches(await net.ask(llama).toEnd()), ['primary → backup (connection)']);
  });

  it('is not requested from a second backup gateway if the first backup gateway lacks it', async () => {
    const net = new Gateways({ primary: dark, backup: [unknownModel], third: hello }, options);
    for (let turns = 0; turns < 2; turns++) await net.ask(llama).toEnd();
    assert.equal(net.requests('third').length, 0);
  });

  it('is never requested from a backup gateway when it is used as a fallback model', async () => {
    const options = { gateways: [listing(primary, model), listing(backup, 'llama3')], workspaceModels };
    const settings = { fallbackModels: ['llama3'], retry: { maxRetries: 3 } };
    const net = new Gateways({ primary: [status(503)], backup: hello }, { ...options, settings });
    await net.ask(request).toEnd();
    assert.deepEqual(
      [new Set(modelsSent(net, 'primary')), net.requests('backup').length],
      [new Set([model, 'llama3']), 0],
    );
  });
});

describe('gateway without an API key', () => {
  const keyless: DescribedGateway = { ...backup, apiKey: undefined };

  it('receives requests without an Authorization header', async () => {
    const asBackup = new Gateways({ primary: dark, backup: hello }, { gateways: [primary, keyless] });
    await asBackup.ask(request).toEnd();
    const asPrimary = new Gateways({ backup: hello }, { gateways: [keyless], isKeyless: true });
    const run = await asPrimary.ask(request).toEnd();
    assert.equal(run.shownText, 'Hello');
    for (const net of [asBackup, asPrimary]) {
      assert.equal(net.requests('backup')[0]?.headers.get('authorization'), null);
    }
    assert.equal(asBackup.requests('primary')[0]?.headers.get('authorization'), `Bearer ${primary.apiKey}`);
  });

  it('makes the turn ask for a key if it is the primary gateway and responds with 401', async () => {
    const net = new Gateways({ backup: [status(401, {})] }, { gateways: [keyless], isKeyless: true });
    const { kind, actions } = (await net.ask(request).toEnd()).last('failed');
    assert.deepEqual([kind, actions[0]], ['auth', 'setApiKey']);
  });

  it('offers to set the key of the primary gateway if the only usable backup gateway fails', async () => {
    const locked = { ...primary, apiKey: undefined };
    const net = new Gateways({ backup: dark }, { gateways: [locked, keyless] });
    const { kind, actions } = (await net.ask(request).toEnd()).last('failed');
    assert.deepEqual([kind, actions], ['connection', ['retryNow', 'setApiKey', 'checkUrl']]);
  });

  it('receives no prompt for a model that its list lacks, and the turn asks for the key of the primary gateway', async () => {
    const locked = { ...primary, apiKey: undefined };
    const net = new Gateways({ backup: hello }, { gateways: [locked, { ...keyless, lists: () => false }] });
    const { kind, actions } = (await net.ask(request).toEnd()).last('failed');
    assert.deepEqual([kind, actions[0], net.requests('backup')], ['auth', 'setApiKey', []]);
  });

  it('is skipped if it is a backup gateway and responds with 401', async () => {
    const net = new Gateways(
      { primary: [refused, ...hello], backup: [status(401, {})] },
      { gateways: [primary, keyless] },
    );
    assert.equal((await net.ask(request).toEnd()).shownText, 'Hello');
  });

  it('is used again after the user has set a key', async () => {
    const net = new Gateways({ primary: dark, backup: [status(401, {}), ...hello] }, { gateways: [primary, keyless] });
    const run = net.ask(request);
    while (net.requests('backup').length === 0) await run.clock.next();
    run.turn.stop();
    net.gateways = [primary, backup];
    assert.equal((await net.ask(request).toEnd()).shownText, 'Hello');
  });

  it('is used while the primary gateway is unreachable', async () => {
    const gateways = { primary: [rejecting('ENETUNREACH')], backup: { replies: hello, probes: [status(200, '{}')] } };
    const run = await new Gateways(gateways, { gateways: [primary, keyless] }).ask(request).toEnd();
    assert.deepEqual([run.shownText, switches(run)], ['Hello', ['primary → backup (offline)']]);
  });
});
