import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { startGateway, type Gateway } from '../support/testGateway';
import { rateLimited } from '../../src/demo/replies';
import { answer, cutAfter } from '../support/replies';
import type { FaultKind, RouteEvent, StreamEvent } from '../../src/engine/events';
import { collect, find, resetNetworkState, set, startFixture, stopFixture, testKey } from '../support/extensionHost';
import type { HostFixture } from '../support/extensionHost';
import { openHostileSettings } from '../support/hostileWorkspace';
import { selfSigned } from '../support/network/certificates';
import { startSecureFront } from '../support/network/secureFront';
import { startUnreliableServer, type UnreliableServer } from '../support/network/unreliableServer';
import { WindowWithEngine } from './support/windowWithEngine';
import { valuesOf } from '../support/valuesOf';

const backupKey = 'hsa-backup-key-0123456789';
const portOf = (origin: string): number => Number(new URL(origin).port);

/** An answer in which every part differs from the others, so that a lost or repeated character is noticed. */
const text = Array.from({ length: 40 }, (_, line) => `${line}: sheep number ${line * 7} jumps over the fence.`).join(
  '\n',
);

async function setKey(baseUrl: string, key: string): Promise<void> {
  await vscode.commands.executeCommand('holysheep.setApiKey', { key, baseUrl });
}

const routesOf = (events: readonly StreamEvent[]): readonly RouteEvent[] =>
  events.filter((event): event is RouteEvent => event.type === 'route');

/** Returns the text that the consumer of the events shows. */
const shownText = (events: readonly StreamEvent[]): string =>
  events.reduce(
    (shown, event) => (event.type === 'text' ? shown + event.text : event.type === 'replaced' ? event.text : shown),
    '',
  );

describe('backup route', () => {
  let fixture: HostFixture;
  let backupGateway: Gateway;
  let primary: UnreliableServer;
  let backup: UnreliableServer;

  before(async () => {
    fixture = await startFixture(() => answer('from the primary'), { anyHost: true });
    backupGateway = await startGateway({ anyHost: true });
    primary = await startUnreliableServer(portOf(fixture.gateway.origin));
    backup = await startUnreliableServer(portOf(backupGateway.origin));
    // Leaves the backup route enough time to respond on a slow machine.
    await set('timeout.headersMs', 2000);
    await set('backupBaseUrls', [backup.baseUrl]);
    await set('baseUrl', primary.baseUrl);
    await setKey(primary.baseUrl, testKey);
    await setKey(backup.baseUrl, backupKey);
  });
  beforeEach(async () => {
    await primary.reset();
    await backup.reset();
    fixture.gateway.reset();
    fixture.gateway.script = () => answer('from the primary');
    backupGateway.reset();
    backupGateway.script = () => answer(text);
    await resetNetworkState();
  });
  afterEach(() => {
    for (const [server, key] of [
      [primary, testKey],
      [backup, backupKey],
    ] as const) {
      for (const { authorization } of server.chatRequests) assert.equal(authorization, `Bearer ${key}`);
      for (const { authorization } of server.probes) assert.equal(authorization, undefined);
    }
  });
  after(async () => {
    await stopFixture(fixture);
    await set('backupBaseUrls', undefined);
    await primary.close();
    await backup.close();
    await backupGateway.close();
  });

  const ask = (): Promise<StreamEvent[]> => collect(fixture.api.ask('hello'));

  /** Checks that the turn has switched once and that its answer is complete. */
  const assertSwitched = (events: readonly StreamEvent[], from: string, reasons: readonly FaultKind[]): void => {
    const [route, ...more] = routesOf(events);
    assert.ok(route);
    assert.deepEqual([route.from, route.to, more.length], [from, backup.origin, 0]);
    assert.ok(route.reason !== 'user' && reasons.includes(route.reason), route.reason);
    assert.equal(find(events, 'done').text, text);
    assert.equal(shownText(events), text);
    assert.equal(backup.chatRequests.length, 1);
  };

  for (const [name, fail, requests, kind] of [
    ['refuses connections', () => primary.refuse(), 0, 'connection'],
    ['responds with a web page', () => void (primary.failure = 'web-page'), 1, 'not-a-stream'],
  ] as const) {
    it(`gives the whole answer when the primary route ${name}`, async () => {
      await fail();
      const events = await ask();
      assertSwitched(events, primary.origin, [kind]);
      assert.equal(primary.chatRequests.length, requests);
      assert.equal(events.filter(({ type }) => type === 'waiting').length, 0);
    });
  }

  describe('of a primary route at another address', () => {
    afterEach(() => set('baseUrl', primary.baseUrl));

    const use = async (baseUrl: string): Promise<void> => {
      await set('baseUrl', baseUrl);
      await setKey(baseUrl, testKey);
    };

    it('gives the whole answer when the host name of the primary route is not found', async () => {
      await use('http://no-such-host.invalid/v1');
      // Without a name server, the fault is the same as that of a computer that is offline.
      assertSwitched(await ask(), 'http://no-such-host.invalid', ['dns', 'offline']);
    });

    it('gives the whole answer when the certificate of the primary route is not trusted', async () => {
      const front = await startSecureFront(selfSigned('localhost'), primary.port);
      const origin = `https://localhost:${front.port}`;
      await use(`${origin}/v1`);
      assertSwitched(await ask(), origin, ['tls']);
      assert.equal(front.received, 0);
      await front.close();
    });
  });

  it('is not used without a key of its own', async () => {
    const other = await startUnreliableServer(portOf(backupGateway.origin));
    await set('backupBaseUrls', [other.baseUrl]);
    await primary.refuse();
    const events = await ask();
    await set('backupBaseUrls', [backup.baseUrl]);
    await other.close();
    assert.equal(find(events, 'failed').kind, 'connection');
    assert.deepEqual([...other.chatRequests, ...other.probes, ...backup.chatRequests], []);
  });

  it('cannot be set by a workspace', async () => {
    const attacker = await startUnreliableServer(portOf(backupGateway.origin));
    const close = await openHostileSettings(attacker.baseUrl);
    await setKey(attacker.baseUrl, 'hsa-key-for-the-attacker');
    await attacker.reset();
    await primary.refuse();
    const events = await ask();
    await close();
    await attacker.close();
    assert.deepEqual(valuesOf(routesOf(events), 'to'), [backup.origin]);
    assert.deepEqual([...attacker.chatRequests, ...attacker.probes], []);
  });

  it("is also used by the language models of VS Code's chat", async () => {
    const [model] = await vscode.lm.selectChatModels({ vendor: 'holysheep', id: 'gpt-4o' });
    assert.ok(model);
    await primary.refuse();
    const response = await model.sendRequest([vscode.LanguageModelChatMessage.User('hello')]);
    let received = '';
    for await (const part of response.text) received += part;
    assert.equal(received, text);
    assert.equal(backup.chatRequests.length, 1);
  });

  describe('in a window', () => {
    let windows: readonly [WindowWithEngine, WindowWithEngine];
    beforeEach(() => {
      const connection = {
        ...{ baseUrl: primary.baseUrl, apiKey: testKey },
        backups: [{ baseUrl: backup.baseUrl, apiKey: backupKey }],
      };
      const first = new WindowWithEngine(connection);
      windows = [first, new WindowWithEngine(connection, first.storage)];
    });
    afterEach(async () => {
      for (const window of windows) await window.close();
    });

    it('gives the whole answer in the panel after the stream broke and the primary route went dark', async () => {
      const [{ panel }] = windows;
      fixture.gateway.script = function* () {
        primary.failure = 'dark';
        yield* cutAfter(text.slice(0, 500), 'short');
      };
      backupGateway.script = () => answer(text.slice(480));
      await panel.ask('hello');
      const { state } = await panel.until(({ phase }) => phase === 'done');
      assert.deepEqual([state.text, state.origin], [text, backup.origin]);
    });

    it('ends the wait of a turn when the user clicks Switch route in the panel', async () => {
      const [{ panel }] = windows;
      fixture.gateway.script = () => rateLimited(60);
      await panel.ask('hello');
      const { id, state } = await panel.until(({ wait }) => wait !== undefined);
      assert.ok(state.wait?.actions.includes('switchRoute'));
      assert.equal(backup.chatRequests.length, 0);
      panel.send({ type: 'action', exchangeId: id, action: 'switchRoute' });
      const after = await panel.until(({ phase }) => phase === 'done');
      assert.deepEqual([after.state.text, after.state.origin], [text, backup.origin]);
      assert.deepEqual([primary.chatRequests.length, backup.chatRequests.length], [1, 1]);
    });

    it('answers prompts to the chat participant', async () => {
      await primary.refuse();
      assert.equal(await windows[0].askParticipant('hello'), text);
    });
  });
});
