import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import * as vscode from 'vscode';
import { startGateway, type Gateway } from '../support/testGateway';
import { answer } from '../support/replies';
import type { ApiEvent } from '../../src/host/api';
import { collect, find, resetNetworkState, set, startFixture, stopFixture, testKey } from '../support/extensionHost';
import type { HostFixture } from '../support/extensionHost';
import { startUnreliableServer, type UnreliableServer } from '../support/network/unreliableServer';

const backupKey = 'hsa-backup-key-0123456789';
const portOf = (origin: string): number => Number(new URL(origin).port);

/** An answer in which every part differs from the others, so that a lost or repeated character is noticed. */
const text = Array.from({ length: 40 }, (_, line) => `${line}: sheep number ${line * 7} jumps over the fence.`).join(
  '\n',
);

async function setKey(baseUrl: string, key: string): Promise<void> {
  await vscode.commands.executeCommand('holysheep.setApiKey', { key, baseUrl });
}

type GatewayEvent = Extract<ApiEvent, { readonly type: 'gateway' }>;

const gatewaysOf = (events: readonly ApiEvent[]): readonly GatewayEvent[] =>
  events.filter((event): event is GatewayEvent => event.type === 'gateway');

describe('backup gateway', () => {
  let fixture: HostFixture;
  let backupGateway: Gateway;
  let primary: UnreliableServer;
  let backup: UnreliableServer;

  before(async () => {
    fixture = await startFixture(answer('from the primary'));
    backupGateway = await startGateway();
    primary = await startUnreliableServer(portOf(fixture.gateway.origin));
    backup = await startUnreliableServer(portOf(backupGateway.origin));
    // Leaves the backup gateway enough time to respond on a slow machine.
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

  const ask = (): Promise<ApiEvent[]> => collect(fixture.api.ask('hello'));

  it('gives the whole answer when the primary gateway refuses connections', async () => {
    await primary.refuse();
    const events = await ask();
    const [gateway, ...more] = gatewaysOf(events);
    assert.deepEqual([gateway?.from, gateway?.to, gateway?.reason], [primary.origin, backup.origin, 'connection']);
    assert.equal(more.length, 0);
    assert.equal(find(events, 'done').text, text);
    assert.deepEqual([primary.chatRequests.length, backup.chatRequests.length], [0, 1]);
    assert.equal(events.filter(({ type }) => type === 'waiting').length, 0);
  });

  describe('when the primary gateway never completes the TLS handshake', () => {
    let isSilent = false;
    /** Accepts connections, but never answers the first message of the TLS handshake. */
    const blackHole = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      if (!isSilent) socket.destroy();
    });
    before(async () => {
      blackHole.listen(0, '127.0.0.1');
      await once(blackHole, 'listening');
      const baseUrl = `https://127.0.0.1:${(blackHole.address() as AddressInfo).port}/v1`;
      await set('timeout.headersMs', undefined);
      await set('baseUrl', baseUrl);
      await setKey(baseUrl, testKey);
      isSilent = true;
    });
    after(async () => {
      blackHole.close();
      await set('timeout.headersMs', 2000);
      await set('baseUrl', primary.baseUrl);
    });

    it('also gives the next answer, without another attempt at the primary gateway', async () => {
      const events = await ask();
      assert.equal(find(events, 'gateway').row, 'connectTimeout');
      assert.equal(find(events, 'done').text, text);
      assert.equal(find(await ask(), 'done').attempts, 1);
      assert.equal(backup.chatRequests.length, 2);
    });
  });

  it('answers a request to a language model of VS Code when the primary gateway refuses connections', async () => {
    const [model] = await vscode.lm.selectChatModels({ vendor: 'holysheep', id: 'gpt-4o' });
    assert.ok(model);
    await primary.refuse();
    const response = await model.sendRequest([vscode.LanguageModelChatMessage.User('hello')]);
    let received = '';
    for await (const part of response.text) received += part;
    assert.equal(received, text);
    assert.equal(backup.chatRequests.length, 1);
  });
});
