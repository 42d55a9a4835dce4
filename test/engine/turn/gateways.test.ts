import assert from 'node:assert/strict';
import type { EngineDeps } from '../../../src/engine/engine';
import { CooldownFiles } from '../../../src/host/engine/cooldownFiles';
import { backup, primary, Gateways, switches, third, type Options } from '../../support/engineGateways';
import {
  answering,
  cutAfter,
  rateLimited,
  refused,
  rejecting,
  ScriptedFetch,
  silent,
  status,
  streaming,
  type LiveBody,
  type Reply,
} from '../../support/scriptedFetch';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { rowsOf, valuesOf } from '../../support/valuesOf';
import { VirtualClock } from '../../support/virtualClock';
import type { DescribedGateway } from '../../support/testGateways';

const hello = [answering('Hello')];
const startingAt = ({ baseUrl }: DescribedGateway) => ({ options: { preferredGateway: baseUrl } });
const focused: Options = { deps: { isWindowFocused: () => true } };
const gatewaysDown = ({ world }: Gateways): readonly string[] =>
  world.engine.report().gateways.flatMap(({ id, isDown }) => (isDown ? [id] : []));
const partial = 'The sheep graze on the hill while the wind ';
const remainder = 'goes over the grass.';

describe('backup gateways', () => {
  for (const { name, reply, requests, reason } of [
    { name: 'the host name is not found', reply: rejecting('ENOTFOUND'), requests: 1, reason: 'dns' },
    { name: 'the connection is refused', reply: refused, requests: 1, reason: 'connection' },
    { name: 'the connection times out', reply: rejecting('UND_ERR_CONNECT_TIMEOUT'), requests: 1, reason: 'timeout' },
    { name: 'the certificate is not trusted', reply: rejecting('CERT_HAS_EXPIRED'), requests: 1, reason: 'tls' },
    {
      name: 'the TLS handshake fails',
      reply: rejecting('ERR_SSL_WRONG_VERSION_NUMBER'),
      requests: 1,
      reason: 'not-a-stream',
    },
    {
      name: 'the connection is reset twice before any byte',
      reply: rejecting('ECONNRESET'),
      requests: 2,
      reason: 'connection',
    },
    { name: 'no headers arrive in time', reply: silent, requests: 1, reason: 'timeout' },
    { name: 'the proxy fails', reply: rejecting('ERR_PROXY_CONNECTION_FAILED'), requests: 1, reason: 'proxy' },
    {
      name: 'a web page arrives',
      reply: status(200, '<html>', { 'content-type': 'text/html' }),
      requests: 1,
      reason: 'not-a-stream',
    },
    {
      name: 'Cloudflare cannot reach the gateway (522)',
      reply: status(522, 'error code: 522'),
      requests: 1,
      reason: 'gateway',
    },
    {
      name: 'Cloudflare does not trust the gateway (526)',
      reply: status(526, 'error code: 526'),
      requests: 1,
      reason: 'gateway',
    },
    {
      name: 'Cloudflare cannot resolve the gateway (530)',
      reply: status(530, 'error code: 1016'),
      requests: 1,
      reason: 'gateway',
    },
  ] as const) {
    it(`answer without a wait when ${name}`, async () => {
      const net = new Gateways({ primary: [reply], backup: hello });
      const run = await net.ask().toEnd();
      assert.equal(run.shownText, 'Hello');
      assert.deepEqual(switches(run), [`primary → backup (${reason})`]);
      assert.deepEqual([net.requests('primary').length, net.requests('backup').length], [requests, 1]);
      assert.equal(run.of('waiting').length, 0);
    });
  }

  for (const code of [400, 401, 404, 429, 500, 504]) {
    it(`are not used after a ${code} response`, async () => {
      const net = new Gateways(
        { primary: [status(code, { error: { message: 'no' } })], backup: hello },
        { settings: { retry: { maxRetries: 1 } } },
      );
      await net.ask().toEnd();
      assert.equal(net.requests('backup').length, 0);
    });
  }

  it('receive only their own keys', async () => {
    const net = new Gateways({ primary: { replies: [refused], probes: [status(200)] }, backup: hello });
    await net.ask().toEnd();
    await net.ask().toEnd();
    for (const { baseUrl, apiKey } of [primary, backup]) {
      const name = new URL(baseUrl).host.replace('.test', '');
      for (const { headers } of net.requests(name)) assert.equal(headers.get('authorization'), `Bearer ${apiKey}`);
      for (const { headers } of net.probesOf(name)) assert.equal(headers.has('authorization'), false);
    }
  });

  const withTwoDown = () =>
    new Gateways(
      { primary: [refused], backup: [rejecting('ENOTFOUND')], third: [answering('One'), answering('Two')] },
      { gateways: [primary, backup, third] },
    );

  it('are tried in the order of the settings', async () => {
    const run = await withTwoDown().ask().toEnd();
    assert.deepEqual(switches(run), ['primary → backup (connection)', 'backup → third (dns)']);
    assert.deepEqual(
      run.of('attempt').map(({ gateway, why }) => [gateway.label, why]),
      [
        ['primary.test', 'first'],
        ['backup.test', 'switch'],
        ['third.test', 'switch'],
      ],
    );
  });

  it('are skipped while they are down', async () => {
    const net = withTwoDown();
    await net.ask().toEnd();
    assert.deepEqual(switches(await net.ask().toEnd()), ['primary → third (connection)']);
    assert.deepEqual([net.requests('primary').length, net.requests('backup').length], [1, 1]);
  });
});

describe('stream that breaks', () => {
  it('is resumed at the same gateway first', async () => {
    const net = new Gateways({ primary: [cutAfter(partial), answering(remainder)], backup: [] });
    const run = await net.ask().toEnd();
    assert.equal(run.shownText, partial + remainder);
    assert.deepEqual(switches(run), []);
  });

  it("is resumed at the next gateway if the first gateway can't be reached", async () => {
    const net = new Gateways({
      primary: [cutAfter(partial), refused],
      backup: [answering(partial.slice(-20) + remainder)],
    });
    const run = await net.ask().toEnd();
    assert.equal(run.shownText, partial + remainder);
    assert.deepEqual(switches(run), ['primary → backup (connection)']);
    assert.deepEqual(rowsOf(run.of('resumed'), 'how', 'trimmed'), [['continue', 20]]);
  });
});

describe('gateway that is down', () => {
  const respondingToThirdProbe = () =>
    new Gateways(
      { primary: { replies: [refused, answering('Back')], probes: [refused, refused, status(401)] }, backup: hello },
      focused,
    );

  it('is probed after 5, 15 and 35 seconds until it responds', async () => {
    const net = respondingToThirdProbe();
    await net.ask().settle();
    const { clock } = net.world;
    const times: number[] = [];
    const start = clock.now();
    while ((await clock.next()) !== undefined) times.push(clock.now() - start);
    assert.deepEqual(times, [5_000, 15_000, 35_000]);
    assert.equal(net.probesOf('primary').length, 3);
  });

  it('is used by the next turn after it has responded to a probe', async () => {
    const net = respondingToThirdProbe();
    await net.ask().settle();
    while ((await net.world.clock.next()) !== undefined);
    const run = await net.ask().toEnd();
    assert.deepEqual(switches(run), []);
    assert.equal(run.shownText, 'Back');
  });

  for (const [name, end] of [
    ['is completed', (body: LiveBody) => body.finish().done()],
    ['breaks', (body: LiveBody) => body.break()],
  ] as const) {
    it(`stays down when an answer that began before the fault ${name}`, async () => {
      let earlier: LiveBody | undefined;
      const net = new Gateways({
        primary: [streaming((body) => void (earlier = body.delta('Hi'))), refused],
        backup: hello,
      });
      const first = await net.ask().settle();
      await net.world.clock.advance(1000);
      await net.ask().settle();
      assert.ok(earlier);
      end(earlier);
      await first.settle();
      assert.deepEqual(gatewaysDown(net), ['https://primary.test/v1']);
    });
  }

  it('is tried only twice more in half an hour if it answers probes but no prompts', async () => {
    const net = new Gateways(
      { primary: { replies: [silent, silent, silent, answering('Back')], probes: [status(401)] }, backup: hello },
      focused,
    );
    const { clock } = net.world;
    const ask = async (): Promise<readonly string[]> => {
      const run = await net.ask().toEnd();
      await clock.advance(10_000);
      return switches(run);
    };
    for (let turns = 0; turns < 4; turns++) assert.deepEqual(await ask(), ['primary → backup (timeout)']);
    assert.equal(net.requests('primary').length, 3);
    await clock.advance(1_700_000);
    await ask();
    assert.equal(net.requests('primary').length, 3);
    await clock.advance(300_000);
    assert.deepEqual(await ask(), []);
    assert.equal(net.requests('primary').length, 4);
  });

  it('is used again after it has answered a prompt that the user sent to it', async () => {
    const net = new Gateways(
      { primary: { replies: [silent, silent, silent, answering('Back')], probes: [status(401)] }, backup: hello },
      focused,
    );
    for (let turns = 0; turns < 3; turns++) {
      await net.ask().toEnd();
      await net.world.clock.advance(10_000);
    }
    assert.deepEqual(gatewaysDown(net), ['https://primary.test/v1']);
    await net.ask(startingAt(primary)).toEnd();
    assert.deepEqual(gatewaysDown(net), []);
    assert.deepEqual(switches(await net.ask().toEnd()), []);
  });

  it('is used again after each successful probe if it also answers requests', async () => {
    const net = new Gateways(
      {
        primary: {
          replies: [refused, answering('1'), refused, answering('2'), refused, answering('3')],
          probes: [status(401)],
        },
        backup: hello,
      },
      focused,
    );
    for (let turns = 0; turns < 6; turns++) {
      const run = await net.ask().toEnd();
      assert.deepEqual(switches(run), turns % 2 === 0 ? ['primary → backup (connection)'] : []);
      await net.world.clock.advance(10_000);
    }
  });

  it('is not probed while no turn runs and the window is not focused', async () => {
    const net = new Gateways({ primary: { replies: [refused], probes: [status(200)] }, backup: hello });
    await net.ask().settle();
    await net.world.clock.advance(600_000);
    assert.deepEqual([net.world.clock.pending, net.probesOf('primary').length], [0, 0]);
    await net.ask().toEnd();
    assert.equal(net.probesOf('primary').length, 1);
  });

  it('is probed when the window is focused, if a probe is overdue', async () => {
    let isWindowFocused = false;
    const net = new Gateways(
      { primary: { replies: [refused], probes: [status(401)] }, backup: hello },
      { deps: { isWindowFocused: () => isWindowFocused } },
    );
    await net.ask().settle();
    await net.world.clock.advance(60_000);
    assert.equal(net.probesOf('primary').length, 0);
    isWindowFocused = true;
    net.world.engine.onWindowFocused();
    await net.world.clock.advance(0);
    assert.deepEqual(gatewaysDown(net), []);
  });

  it('remains down if a web page or a redirect responds to the probe', async () => {
    const net = new Gateways(
      {
        primary: {
          replies: [refused],
          probes: [status(200, '', { 'content-type': 'text/html' }), status(302), status(522), status(200)],
        },
        backup: hello,
      },
      focused,
    );
    await net.ask().settle();
    while ((await net.world.clock.next()) !== undefined);
    assert.equal(net.probesOf('primary').length, 4);
  });

  it('is not probed after it was removed from the settings', async () => {
    const net = new Gateways(
      { primary: { replies: [refused], probes: [status(200)] }, backup: [answering('Hi')] },
      focused,
    );
    await net.ask().settle();
    net.gateways = [backup, third];
    net.world.engine.onGatewaysChanged();
    await net.world.clock.advance(600_000);
    assert.equal(net.probesOf('primary').length, 0);
  });

  it('is reported to the host when it goes down, and when it is back', async () => {
    let changes = 0;
    const net = new Gateways(
      { primary: { replies: [refused], probes: [status(401)] }, backup: hello },
      { deps: { isWindowFocused: () => true, onGatewayChange: () => changes++ } },
    );
    await net.ask().settle();
    assert.equal(net.world.engine.nextAttempt('gpt-4o', await net.keyed()).gateway?.id, backup.baseUrl);
    assert.equal(changes, 1);
    while ((await net.world.clock.next()) !== undefined);
    assert.equal(net.world.engine.nextAttempt('gpt-4o', await net.keyed()).gateway?.id, primary.baseUrl);
    assert.equal(changes, 2);
  });

  it('is used again after the network state is reset', async () => {
    const net = new Gateways({ primary: [refused, answering('Back')], backup: hello });
    await net.ask().toEnd();
    assert.deepEqual(gatewaysDown(net), ['https://primary.test/v1']);
    await net.world.engine.resetNetworkState();
    assert.equal((await net.ask().toEnd()).shownText, 'Back');
  });
});

describe('turn with failing gateways', () => {
  it('tries the gateways again after a backoff', async () => {
    const net = new Gateways({ primary: [refused, answering('Back')], backup: [refused] });
    const run = await net.ask().toEnd();
    assert.equal(run.shownText, 'Back');
    assert.equal(run.of('waiting').length, 1);
  });

  it('fails when the retries are used up', async () => {
    const net = new Gateways({ primary: [refused], backup: [refused] }, { settings: { retry: { maxRetries: 2 } } });
    const run = await net.ask().toEnd();
    assert.equal(run.last('failed').kind, 'connection');
    assert.deepEqual([net.requests('primary').length, net.requests('backup').length], [3, 3]);
  });

  it('waits for the network if no gateway is reachable', async () => {
    const offline = rejecting('ENETUNREACH');
    const net = new Gateways({
      primary: { replies: [offline, answering('Online')], probes: [offline, status(401)] },
      backup: { replies: [], probes: [offline] },
    });
    const run = await net.ask().toEnd();
    assert.equal(run.shownText, 'Online');
    assert.deepEqual(switches(run), []);
    assert.deepEqual([...new Set(run.of('waiting').map(({ reason }) => reason))], ['offline']);
    assert.equal(net.requests('backup').length, 0);
  });

  it('uses another gateway instead of waiting for the network', async () => {
    const net = new Gateways({
      primary: [rejecting('ENETUNREACH')],
      backup: { replies: [answering('Local')], probes: [status(200)] },
    });
    const run = await net.ask().toEnd();
    assert.equal(run.shownText, 'Local');
    assert.deepEqual(switches(run), ['primary → backup (offline)']);
    assert.equal(run.of('waiting').length, 0);
  });
});

describe('test request to another gateway', () => {
  const offline = rejecting('ENETUNREACH');

  it('ends when the user stops the turn', async () => {
    const net = new Gateways({ primary: [offline], backup: { replies: [], probes: [silent] } });
    const run = await net.ask().settle();
    assert.equal(net.probesOf('backup').length, 1);
    run.turn.stop();
    await run.settle();
    assert.equal(run.terminal?.type, 'stopped');
    assert.equal(net.probesOf('backup')[0]?.signal.aborted, true);
    assert.equal(net.world.clock.pending, 0);
  });

  it('ends when the user switches to the other gateway', async () => {
    const net = new Gateways({ primary: [offline], backup: { replies: hello, probes: [silent] } });
    const run = await net.ask().settle();
    run.turn.switchGateway();
    await run.settle();
    assert.deepEqual(switches(run), ['primary → backup (user)']);
    assert.equal(run.shownText, 'Hello');
    assert.equal(net.requests('primary').length, 1);
  });

  it('ends when the API key of the current gateway changes', async () => {
    const net = new Gateways({ primary: [offline, answering('Hello')], backup: { replies: [], probes: [silent] } });
    const run = await net.ask().settle();
    net.gateways = [{ ...primary, apiKey: 'hsa-new-key' }, backup];
    net.world.engine.onGatewaysChanged();
    await run.settle();
    assert.equal(run.shownText, 'Hello');
    assert.equal(net.requests('primary')[1]?.headers.get('authorization'), 'Bearer hsa-new-key');
  });
});

describe('switch to another gateway by the user', () => {
  const limited = rateLimited(60);

  it('ends a wait, and sends the next attempt to the next gateway', async () => {
    const net = new Gateways({ primary: [limited], backup: hello });
    const run = await net.ask().settle();
    assert.ok(run.last('waiting').actions.includes('switchGateway'));
    run.turn.switchGateway();
    await run.settle();
    assert.deepEqual(switches(run), ['primary → backup (user)']);
    assert.equal(run.shownText, 'Hello');
    assert.equal(net.requests('primary').length, 1);
  });

  it('lets the next gateway continue a partial answer', async () => {
    const net = new Gateways({
      primary: [streaming((body) => void body.delta(partial))],
      backup: [answering(remainder)],
    });
    const run = await net.ask().settle();
    run.turn.switchGateway();
    await run.toEnd();
    assert.equal(run.shownText, partial + remainder);
  });

  it('ignores the second click of a double click', async () => {
    const net = new Gateways({ primary: [limited], backup: hello });
    const run = await net.ask().settle();
    run.turn.switchGateway();
    run.turn.switchGateway();
    await run.settle();
    assert.deepEqual(switches(run), ['primary → backup (user)']);
  });

  it('works even if the next gateway is down', async () => {
    let reading: Promise<void> = Promise.resolve();
    const net = new Gateways(
      { primary: [answering('Hi'), limited], backup: [refused, answering('Hello')] },
      { connection: () => reading.then(() => ({ ...primary, backups: [backup] })) },
    );
    await net.ask(startingAt(backup)).toEnd();
    const run = await net.ask().settle();
    let read = (): void => undefined;
    reading = new Promise((resolve) => (read = resolve));
    run.turn.retryNow();
    await net.world.clock.advance(1000);
    run.turn.switchGateway();
    read();
    await run.settle();
    assert.deepEqual(switches(run), ['primary → backup (user)']);
    assert.equal(run.shownText, 'Hello');
  });

  it('is not offered if there is only one gateway', async () => {
    const net = new Gateways({ primary: [limited] }, { gateways: [primary] });
    const run = await net.ask().settle();
    run.turn.switchGateway();
    await run.settle();
    assert.ok(!run.last('waiting').actions.includes('switchGateway'));
    assert.deepEqual(switches(run), []);
    run.turn.stop();
  });

  it('is offered after a rejected key, but not after a request that was too large', async () => {
    for (const [code, isOffered] of [
      [401, true],
      [413, false],
    ] as const) {
      const net = new Gateways({ primary: [status(code)], backup: [] });
      assert.equal((await net.ask().toEnd()).last('failed').actions.includes('switchGateway'), isOffered);
    }
  });

  it('skips a gateway that is down if another gateway is not down', async () => {
    const net = new Gateways(
      { primary: [limited], backup: [refused], third: hello },
      { gateways: [primary, backup, third] },
    );
    await net.ask(startingAt(backup)).toEnd();
    const run = await net.ask().settle();
    run.turn.switchGateway();
    await run.settle();
    assert.deepEqual(switches(run), ['primary → third (user)']);
  });

  it('leads to the gateways one after the other when several turns fail', async () => {
    const rejected = [status(401)];
    const net = new Gateways(
      { primary: rejected, backup: rejected, third: rejected },
      { gateways: [primary, backup, third] },
    );
    const reached: unknown[] = [];
    let preferredGateway: string | undefined;
    for (let turns = 0; turns < 3; turns++) {
      const run = await net.ask({ options: { preferredGateway } }).toEnd();
      const { nextGateway } = run.last('failed');
      preferredGateway = nextGateway?.id;
      reached.push([run.last('attempt').gateway.label, nextGateway?.label]);
    }
    assert.deepEqual(reached, [
      ['primary.test', 'backup.test'],
      ['backup.test', 'third.test'],
      ['third.test', 'primary.test'],
    ]);
  });

  it('can lead to a gateway with the same host but a different base URL', async () => {
    const sibling = { ...backup, baseUrl: 'https://primary.test/v2' };
    const net = new Gateways({ primary: [status(401), ...hello] }, { gateways: [primary, sibling] });
    const preferredGateway = (await net.ask().toEnd()).last('failed').nextGateway?.id;
    const run = await net.ask({ options: { preferredGateway } }).toEnd();
    assert.deepEqual([preferredGateway, run.last('attempt').gateway.id], [sibling.baseUrl, sibling.baseUrl]);
  });

  it('is offered as the first button after a long rate limit', async () => {
    const net = new Gateways(
      { primary: [rateLimited(5_400)], backup: hello },
      { gateways: [primary, { ...backup, name: 'OpenRouter' }] },
    );
    for (let turns = 0; turns < 2; turns++) {
      const { nextGateway, actions } = (await net.ask().toEnd()).last('failed');
      assert.deepEqual([actions[0], nextGateway], ['switchGateway', { id: backup.baseUrl, label: 'OpenRouter' }]);
      assert.ok(actions.includes('sendLater') && actions.includes('retryNow'));
    }
    const run = await net.ask(startingAt(backup)).toEnd();
    assert.deepEqual([run.shownText, net.requests('primary').length], ['Hello', 1]);
  });

  for (const [name, gateways] of [
    ['uses plain HTTP', [primary, { ...backup, baseUrl: 'http://backup.test/v1' }]],
    ['is down', [primary, backup]],
  ] as const) {
    it(`is not offered as the first button if the other gateway ${name}`, async () => {
      const net = new Gateways({ primary: [rateLimited(5_400)], backup: [refused] }, { gateways });
      await net.ask(startingAt(gateways[1])).toEnd();
      const { actions } = (await net.ask().toEnd()).last('failed');
      assert.deepEqual([actions[0], actions.at(-1)], ['sendLater', 'switchGateway']);
    });
  }

  it('skips a rate-limited gateway', async () => {
    const net = new Gateways(
      { primary: [rateLimited(5_400)], backup: [rateLimited(3_600)], third: hello },
      { gateways: [primary, backup, third] },
    );
    await net.ask(startingAt(backup)).toEnd();
    const { nextGateway, actions } = (await net.ask().toEnd()).last('failed');
    assert.deepEqual([actions[0], nextGateway?.label], ['switchGateway', 'third.test']);
  });

  it('is suggested before the next turn, together with the cooldown of the current gateway', async () => {
    const net = new Gateways({ primary: [rateLimited(5_400)], backup: hello });
    const { cooldown: before } = net.world.engine.nextAttempt('gpt-4o', await net.keyed());
    await net.ask().toEnd();
    const { blockKind, until, otherGateway } = net.world.engine.nextAttempt('gpt-4o', await net.keyed()).cooldown!;
    assert.deepEqual([before, blockKind, otherGateway?.label], [undefined, 'cooldown', 'backup.test']);
    assert.ok(until >= net.world.clock.now() + 5_400_000);
    assert.equal(net.world.engine.nextAttempt('gpt-4o', await net.keyed(), backup.baseUrl).cooldown, undefined);
  });

  it('is not suggested before the next turn if all gateways are rate-limited', async () => {
    const net = new Gateways({ primary: [rateLimited(5_400)], backup: [rateLimited(3_600)] });
    await net.ask(startingAt(backup)).toEnd();
    await net.ask().toEnd();
    const { otherGateway } = net.world.engine.nextAttempt('gpt-4o', await net.keyed()).cooldown!;
    assert.equal(otherGateway, undefined);
  });

  it('is not offered as the first button if the other gateway is also rate-limited', async () => {
    const net = new Gateways({ primary: [rateLimited(5_400)], backup: [rateLimited(3_600)] });
    await net.ask(startingAt(backup)).toEnd();
    const { actions } = (await net.ask().toEnd()).last('failed');
    assert.deepEqual([actions[0], actions.at(-1)], ['sendLater', 'switchGateway']);
  });

  it('also applies to later turns until the gateway fails', async () => {
    const net = new Gateways({ primary: hello, backup: [...hello, refused] });
    assert.deepEqual(
      net.world.engine.nextAttempt('gpt-4o', await net.keyed(), backup.baseUrl).gateway?.id,
      backup.baseUrl,
    );
    const [first, second] = [await net.ask(startingAt(backup)).toEnd(), await net.ask(startingAt(backup)).toEnd()];
    assert.deepEqual(switches(first), ['primary → backup (user)']);
    assert.deepEqual(switches(second), ['primary → backup (user)', 'backup → primary (connection)']);
  });

  it('is ignored in a later turn if the gateway has been removed from the settings', async () => {
    const net = new Gateways({ primary: hello, backup: [] });
    assert.deepEqual(switches(await net.ask(startingAt(third)).toEnd()), []);
    assert.equal(net.requests('primary').length, 1);
  });

  it("is reported as the user's choice even if the previous gateway is down", async () => {
    const net = new Gateways({ primary: [refused], backup: hello });
    await net.ask().toEnd();
    const run = await net.ask(startingAt(backup)).toEnd();
    assert.deepEqual(switches(run), ['primary → backup (user)']);
  });
});

describe('gateway over plain HTTP', () => {
  const plain: DescribedGateway = { baseUrl: 'http://backup.test/v1', apiKey: 'hsa-key-of-backup' };
  const plainThird: DescribedGateway = { baseUrl: 'http://third.test/v1', apiKey: 'hsa-key-of-third' };
  const limited = rateLimited(60);

  for (const [name, reply] of [
    ['an untrusted certificate', rejecting('CERT_HAS_EXPIRED')],
    ['a refused connection', refused],
    ['a host that is not found', rejecting('ENOTFOUND')],
    ['a gateway behind a web page', status(200, '<html>', { 'content-type': 'text/html' })],
    ['three overloads', status(503)],
    ['an unreachable network', rejecting('ENETUNREACH')],
    ['no headers in time', silent],
  ] as const) {
    it(`never replaces a gateway over HTTPS because of ${name}`, async () => {
      const net = new Gateways(
        {
          primary: { replies: [reply], probes: [rejecting('ENETUNREACH')] },
          backup: { replies: hello, probes: [status(200)] },
        },
        { gateways: [primary, plain], settings: { retry: { maxRetries: 4 } } },
      );
      const run = net.ask();
      for (let steps = 0; steps < 60 && !run.terminal; steps++) {
        await run.settle();
        await net.world.clock.next();
      }
      assert.equal(net.requests('backup').length, 0);
      assert.deepEqual(switches(run), []);
      run.turn.stop();
    });
  }

  it('is called by its name, like the gateway that failed', async () => {
    const gateways = [
      { ...primary, name: 'First' },
      { ...plain, name: 'Plain' },
    ];
    const net = new Gateways({ primary: [rejecting('CERT_HAS_EXPIRED')], backup: [] }, { gateways });
    const { message } = (await net.ask().toEnd()).last('failed');
    assert.match(message, /^The certificate of First is not trusted\..* The backup gateway Plain was not tried/);
  });

  it('is offered to the user when an HTTPS gateway fails', async () => {
    const net = new Gateways({ primary: [rejecting('CERT_HAS_EXPIRED')], backup: [] }, { gateways: [primary, plain] });
    const { message, actions } = (await net.ask().toEnd()).last('failed');
    assert.match(message, /The backup gateway backup\.test was not tried, because it uses plain HTTP\.$/);
    assert.ok(actions.includes('switchGateway'));
  });

  it('is not mentioned in a failure for which another gateway would not help', async () => {
    const replies = { primary: [status(401)], backup: [] };
    const net = new Gateways(replies, { gateways: [primary, plain] });
    assert.doesNotMatch((await net.ask().toEnd()).last('failed').message, /plain HTTP/);
  });

  it('is replaced by another plain-HTTP gateway if the prompt that the user sent to it fails', async () => {
    const net = new Gateways(
      { primary: [rejecting('CERT_HAS_EXPIRED')], backup: [refused], third: hello },
      { gateways: [primary, plain, plainThird] },
    );
    await net.ask().toEnd();
    const run = await net.ask(startingAt(plain)).toEnd();
    assert.deepEqual(switches(run), ['primary → backup (user)', 'backup → third (connection)']);
  });

  it('is skipped if a later gateway uses HTTPS', async () => {
    const net = new Gateways(
      { primary: [rejecting('CERT_HAS_EXPIRED')], backup: [], third: [answering('One'), answering('Two')] },
      { gateways: [primary, plain, third] },
    );
    assert.deepEqual(switches(await net.ask().toEnd()), ['primary → third (tls)']);
    assert.deepEqual(switches(await net.ask().toEnd()), ['primary → third (tls)']);
    assert.equal(net.requests('backup').length, 0);
  });

  it('does not replace an HTTPS gateway that was already down when the turn started', async () => {
    const net = new Gateways(
      { primary: [rejecting('CERT_HAS_EXPIRED')], backup: hello },
      { gateways: [primary, plain] },
    );
    await net.ask().toEnd();
    const run = await net.ask().toEnd();
    assert.equal(run.last('failed').kind, 'tls');
    assert.deepEqual([net.requests('primary').length, net.requests('backup').length], [2, 0]);
  });

  it('is not used when the HTTPS gateway loses its key during a wait', async () => {
    const net = new Gateways(
      { primary: [limited], backup: hello },
      {
        connection: () =>
          Promise.resolve({ ...primary, apiKey: hasKey ? primary.apiKey : undefined, backups: [plain] }),
      },
    );
    let hasKey = true;
    const run = await net.ask().settle();
    hasKey = false;
    net.world.engine.onGatewaysChanged();
    await run.toEnd();
    assert.equal(run.last('failed').kind, 'auth');
    assert.equal(net.requests('backup').length, 0);
  });

  it('is used until it fails if the user has switched to it', async () => {
    const net = new Gateways(
      { primary: [limited, limited], backup: [refused], third: hello },
      { gateways: [primary, plain, plainThird] },
    );
    const run = await net.ask().settle();
    run.turn.switchGateway();
    await run.settle();
    assert.deepEqual(switches(run), ['primary → backup (user)', 'backup → primary (connection)']);
    run.turn.stop();
    const rerun = await net.ask(startingAt(plainThird)).toEnd();
    assert.deepEqual(switches(rerun), ['primary → third (user)']);
  });

  it('is not used again after the turn has switched to an HTTPS gateway', async () => {
    const net = new Gateways(
      { backup: [refused], third: [rejecting('CERT_HAS_EXPIRED')] },
      { gateways: [plain, third] },
    );
    const run = await net.ask().toEnd();
    assert.deepEqual(switches(run), ['backup → third (connection)']);
    assert.equal(run.last('failed').kind, 'tls');
  });

  it('can replace another plain-HTTP gateway that fails', async () => {
    const net = new Gateways({ backup: [refused], third: hello }, { gateways: [plain, plainThird] });
    assert.deepEqual(switches(await net.ask().toEnd()), ['backup → third (connection)']);
  });

  for (const host of ['localhost:11434', '127.0.0.1', '127.9.8.7:80', '[::1]:8080']) {
    it(`replaces a gateway over HTTPS if the plain-HTTP gateway is at the loopback address ${host}`, async () => {
      const hosts: string[] = [];
      const fetch: typeof globalThis.fetch = (input, init) => {
        const { hostname } = new URL(input instanceof Request ? input.url : String(input));
        hosts.push(hostname);
        return new ScriptedFetch([hosts.length === 1 ? rejecting('CERT_HAS_EXPIRED') : answering('Hello')]).fetch(
          input,
          init,
        );
      };
      const local = { baseUrl: `http://${host}/v1`, apiKey: 'hsa-local' };
      const net = new Gateways({}, { gateways: [primary, plainThird, local], deps: { fetch } });
      assert.equal((await net.ask().toEnd()).shownText, 'Hello');
      assert.deepEqual(hosts, ['primary.test', new URL(local.baseUrl).hostname]);
    });
  }
});

describe('turn without automatic retries', () => {
  for (const code of [
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ENETUNREACH',
    'EHOSTUNREACH',
    'ETIMEDOUT',
    'ECONNRESET',
  ]) {
    it(`tries the backup gateways after ${code}`, async () => {
      const net = new Gateways(
        {
          primary: [rejecting(code)],
          backup: { replies: [rejecting(code)], probes: [status(200)] },
          third: { replies: hello, probes: [status(200)] },
        },
        { gateways: [primary, backup, third], settings: { retry: { maxRetries: 0 } } },
      );
      const run = await net.ask().toEnd();
      assert.equal(run.shownText, 'Hello');
      assert.equal(run.of('waiting').length, 0);
    });
  }

  it('fails at once if no gateway can be reached', async () => {
    const offline = rejecting('ENETUNREACH');
    const net = new Gateways(
      { primary: [offline], backup: { replies: [], probes: [offline] } },
      { settings: { retry: { maxRetries: 0 } } },
    );
    const run = await net.ask().toEnd();
    assert.equal(run.last('failed').kind, 'offline');
    assert.equal(run.of('waiting').length, 0);
    assert.equal(net.probesOf('backup').length, 1);
  });
});

describe('two gateways with the same host', () => {
  const [a, b] = ['a', 'b'].map((path) => ({ baseUrl: `https://primary.test/${path}/v1`, apiKey: 'hsa-key' })) as [
    DescribedGateway,
    DescribedGateway,
  ];

  it('have their base URLs as IDs in events', async () => {
    const net = new Gateways({ primary: [refused, answering('Hello')] }, { gateways: [a, b, third] });
    const run = await net.ask().toEnd();
    const { from, to } = run.last('gateway');
    assert.deepEqual([from.id, to.id], [a.baseUrl, b.baseUrl]);
    assert.deepEqual(
      run.of('attempt').map(({ gateway }) => gateway.id),
      [a.baseUrl, b.baseUrl],
    );
  });

  it('can both be reached with *Switch gateway*', async () => {
    const net = new Gateways({ primary: [status(401)] }, { gateways: [a, b] });
    const run = await net.ask(startingAt(b)).toEnd();
    assert.deepEqual([run.last('gateway').from.id, run.last('gateway').to.id], [a.baseUrl, b.baseUrl]);
  });
});

describe('turn that waits', () => {
  const limited = rateLimited(10);

  it("leaves a gateway's queue when another turn finds that the gateway is down", async () => {
    const net = new Gateways({ primary: [limited, silent], backup: [answering('One'), answering('Two')] });
    const first = await net.ask().settle();
    const second = await net.ask().settle();
    await first.toEnd();
    await second.toEnd();
    assert.deepEqual([first.shownText, second.shownText].toSorted(), ['One', 'Two']);
    assert.equal(net.requests('primary').length, 2);
    assert.deepEqual([...switches(first), ...switches(second)], Array(2).fill('primary → backup (timeout)'));
  });

  it('uses a new key of its backup gateway at once', async () => {
    let backups: readonly DescribedGateway[] = [backup];
    const net = new Gateways(
      { backup: [limited, answering('Hello')] },
      { connection: () => Promise.resolve({ baseUrl: primary.baseUrl, apiKey: undefined, backups }) },
    );
    const run = await net.ask().settle();
    backups = [{ ...backup, apiKey: 'hsa-new-key-of-backup' }];
    net.world.engine.onGatewaysChanged();
    await run.settle();
    assert.equal(run.shownText, 'Hello');
    assert.equal(net.requests('backup')[1]?.headers.get('authorization'), 'Bearer hsa-new-key-of-backup');
  });

  it("switches to the backup gateway when the user removes the current gateway's key", async () => {
    const net = new Gateways({ primary: [limited], backup: hello });
    const run = await net.ask().settle();
    net.gateways = [backup];
    net.world.engine.onGatewaysChanged();
    await run.settle();
    assert.equal(run.shownText, 'Hello');
    assert.deepEqual(switches(run), ['primary → backup (user)']);
  });

  it('continues to wait for its backup gateway when a setting changes', async () => {
    const net = new Gateways({ primary: [refused], backup: [rateLimited(60), answering('Hello')] });
    const run = await net.ask().settle();
    net.world.engine.onGatewaysChanged();
    await run.settle();
    assert.equal(net.requests('backup').length, 1);
    await run.toEnd();
    assert.equal(run.shownText, 'Hello');
  });
});

describe('connection to a gateway', () => {
  /** A runtime that reports when it opens a connection, and after how many milliseconds the request leaves, if ever. */
  const reporting = (clock: VirtualClock, sentAfterMs = Infinity): Partial<EngineDeps> => ({
    watchConnection: (send, observer) => {
      observer.onConnecting();
      if (sentAfterMs !== Infinity) clock.callAfter(sentAfterMs, () => observer.onSent());
      return send();
    },
  });

  for (const { name, deps, gateways, ms } of [
    { name: 'is given up after 2 s if another gateway is up', deps: reporting, gateways: [primary, backup], ms: 2_000 },
    {
      name: 'is followed by the whole headers timeout once the request is sent',
      deps: (clock) => reporting(clock, 1_999),
      gateways: [primary, backup],
      ms: 61_999,
    },
    {
      name: 'can take as long as the headers timeout if the runtime does not report when the connection opens',
      deps: () => ({}),
      gateways: [primary, backup],
      ms: 60_000,
    },
    {
      name: 'can take as long as the headers timeout if there is no other gateway',
      deps: reporting,
      gateways: [primary],
      ms: 60_000,
    },
  ] as readonly {
    readonly name: string;
    readonly deps: (clock: VirtualClock) => Partial<EngineDeps>;
    readonly gateways: readonly DescribedGateway[];
    readonly ms: number;
  }[]) {
    it(name, async () => {
      const clock = new VirtualClock();
      const net = new Gateways({ primary: [silent], backup: hello }, { gateways, clock, deps: deps(clock) });
      const run = await net.ask().settle();
      await clock.advance(ms - 1);
      assert.deepEqual(
        [run.of('ended').length, run.last('attempt').hasOtherGateway],
        [0, gateways.length > 1 || undefined],
      );
      await clock.advance(1);
      assert.equal(run.of('ended')[0]?.row, ms === 2_000 ? 'connectTimeout' : 'headersTimeout');
      assert.deepEqual(switches(run), gateways.length > 1 ? ['primary → backup (timeout)'] : []);
      run.turn.stop();
    });
  }

  it('can take as long as the headers timeout if the other gateway is down', async () => {
    const clock = new VirtualClock();
    const net = new Gateways({ primary: [silent], backup: [silent] }, { clock, deps: reporting(clock) });
    const run = await net.ask().settle();
    await clock.advance(2_000);
    assert.deepEqual(switches(run), ['primary → backup (timeout)']);
    await clock.advance(59_999);
    assert.deepEqual(valuesOf(run.of('ended'), 'row'), ['connectTimeout']);
    run.turn.stop();
  });

  it('leaves the gateway down if a probe also needs more than 2 s to connect', async () => {
    const clock = new VirtualClock();
    const slowProbe: Reply = ({ signal }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
        clock.callAfter(3_000, () => resolve(new Response()));
      });
    const net = new Gateways(
      { primary: { replies: [silent], probes: [slowProbe] }, backup: hello },
      { clock, deps: { ...reporting(clock, 3_000), isWindowFocused: () => true } },
    );
    const run = await net.ask().settle();
    await clock.advance(60_000);
    assert.equal(run.shownText, 'Hello');
    assert.deepEqual([net.probesOf('primary').length, gatewaysDown(net).length], [3, 1]);
  });
});

describe('two VS Code windows', () => {
  let folder: string;
  let clock: VirtualClock;
  beforeEach(() => {
    folder = temporaryFolder();
    clock = new VirtualClock();
  });
  afterEach(() => removeTemporaryFolder(folder));

  const openWindow = (reply: Reply, probe: Reply, options = focused): Gateways =>
    new Gateways(
      { primary: { replies: [reply], probes: [probe] }, backup: { replies: hello, probes: [refused] } },
      { ...options, clock, cooldowns: new CooldownFiles(folder, clock, (problem) => assert.equal(problem, undefined)) },
    );

  it('together send only one request to a gateway that is down', async () => {
    const [first, second] = [openWindow(refused, refused), openWindow(refused, refused)];
    await first.ask().settle();
    await clock.advance(900_000);
    const run = await second.ask().settle();
    assert.deepEqual(switches(run), ['primary → backup (connection)']);
    assert.deepEqual([first.requests('primary').length, second.requests('primary').length], [1, 0]);
  });

  it('use a gateway again after it has responded to a probe of one window', async () => {
    const back = status(401);
    const [first, second] = [openWindow(refused, refused, {}), openWindow(answering('Hello'), back)];
    await first.ask().settle();
    assert.equal(switches(await second.ask().settle()).length, 1);
    await clock.advance(5_500);
    for (const net of [second, openWindow(answering('Hello'), back)]) {
      await net.ask().settle();
      assert.equal(net.requests('primary').length, 1);
    }
  });

  it('use a gateway again after it has responded to a prompt from one window', async () => {
    const first = openWindow(refused, refused);
    await first.ask().settle();
    const second = openWindow(answering('Hello'), refused);
    await second.ask().settle();
    await second.ask(startingAt(primary)).settle();
    const third = openWindow(answering('Hello'), refused);
    await third.ask().settle();
    assert.deepEqual([second.requests('primary').length, third.requests('primary').length], [1, 1]);
  });

  it('treat a gateway as down even if an earlier answer of the gateway is completed during the outage', async () => {
    let earlier: LiveBody | undefined;
    const second = openWindow(
      streaming((body) => void (earlier = body.delta('Hi'))),
      refused,
    );
    const run = await second.ask().settle();
    await clock.advance(10_000);
    await openWindow(refused, refused).ask().settle();
    await second.ask().settle();
    earlier?.finish().done();
    await run.settle();
    assert.equal(run.shownText, 'Hi');
    const third = openWindow(refused, refused);
    assert.deepEqual(switches(await third.ask().settle()), ['primary → backup (connection)']);
    assert.deepEqual(
      [second, third].map((net) => net.requests('primary').length),
      [1, 0],
    );
  });

  it('both ignore successful probes if the gateway answers no requests', async () => {
    const [first, second] = [openWindow(silent, status(401)), openWindow(silent, status(401))];
    for (let asked = 0; asked < 3; asked++) {
      await (await first.ask().settle()).toEnd();
      await clock.advance(10_000);
    }
    assert.equal(first.requests('primary').length, 3);
    for (const [passedMs, requests] of [
      [2_000, 0],
      // After the probe of the second window, and before the next one of the first.
      [8_000, 0],
      [1_200_000, 0],
      [900_000, 1],
    ] as const) {
      await clock.advance(passedMs);
      await second.ask().settle();
      assert.equal(second.requests('primary').length, requests);
    }
  });

  it('use a gateway again after the network state is reset in one window', async () => {
    const [first, second] = [openWindow(refused, refused), openWindow(refused, refused)];
    await first.ask().settle();
    await first.world.engine.resetNetworkState();
    await second.ask().settle();
    assert.equal(second.requests('primary').length, 1);
  });

  it("delay a request by at most half a second if the shared outages can't be read", async () => {
    const hangs = (): Promise<undefined> => new Promise(() => undefined);
    const cooldowns = { read: hangs, write: hangs, clear: hangs };
    const net = new Gateways({ primary: hello, backup: [] }, { clock, cooldowns });
    const run = await net.ask().settle();
    assert.equal(net.requests('primary').length, 0);
    await clock.advance(500);
    assert.equal(run.shownText, 'Hello');
  });
});
