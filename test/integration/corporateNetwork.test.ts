import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { StreamEvent } from '../../src/engine/events';
import { answer } from '../../src/demo/replies';
import type { Verification } from '../../src/host/connection/verification';
import { collect, find, resetNetworkState, set, startFixture, stopFixture, testKey } from '../support/extensionHost';
import type { HostFixture } from '../support/extensionHost';
import { logOfExtension } from '../support/extensionLog';
import { selfSigned } from '../support/network/certificates';
import { startProxy, type LoopbackProxy, type ProxyOptions } from '../support/network/loopbackProxy';
import { startSecureFront, type SecureFront } from '../support/network/secureFront';
import { vouchedFor } from '../support/network/testAuthority';

const signIn = 'staff:pass-of-the-proxy';

const text = 'through thick and thin';

async function setHttp(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('http').update(name, value, vscode.ConfigurationTarget.Global);
}

async function forgetHttp(): Promise<void> {
  for (const name of ['proxy', 'noProxy', 'proxySupport', 'proxyStrictSSL', 'systemCertificates']) {
    await setHttp(name, undefined);
  }
}

/** VS Code 1.106 asks the first proxy for ever; 1.139 takes up another one at once. */
const keepsItsProxy = Number(vscode.version.split('.')[1]) < 139;

/** It also makes a new agent whenever what it trusts has changed. */
async function letGoOfTheFirst(): Promise<void> {
  await setHttp('systemCertificates', false);
  await Promise.allSettled([fetch('http://unknown.test/')]);
  await setHttp('systemCertificates', undefined);
}

const portOf = (origin: string): number => Number(new URL(origin).port);

describe('a company network', () => {
  let fixture: HostFixture;
  let trusted: SecureFront;
  before(async function () {
    // Desktop VS Code asks for the sign-in in a dialog, and trusts what the system's own store has.
    if (vscode.env.remoteName === undefined) return this.skip();
    fixture = await startFixture(() => answer(text), { anyHost: true });
    trusted = await startSecureFront(vouchedFor(), portOf(fixture.gateway.origin));
  });
  beforeEach(async () => {
    fixture.gateway.reset();
    await resetNetworkState();
  });
  afterEach(forgetHttp);
  after(async () => {
    if (vscode.env.remoteName === undefined) return;
    await trusted.close();
    await stopFixture(fixture);
  });

  /** With a key, whether or not it can be verified now. */
  const use = async (baseUrl: string): Promise<void> => {
    await set('baseUrl', baseUrl);
    await vscode.commands.executeCommand('holysheep.setApiKey', testKey);
    fixture.gateway.reset();
    await resetNetworkState();
  };
  const ask = (): Promise<StreamEvent[]> => collect(fixture.api.ask('hello'));
  const tested = async (): Promise<Verification | undefined> =>
    vscode.commands.executeCommand<Verification | undefined>('holysheep.testConnection');
  /** What a turn, and then a connection test, say of a connection that fails; both say the same. */
  const failure = async (): Promise<{ readonly kind: string; readonly message: string; readonly attempts: number }> => {
    const events = await ask();
    const { kind, message } = find(events, 'failed');
    const result = await tested();
    assert.ok(result?.state === 'unverified', JSON.stringify(result));
    assert.ok(result.message.startsWith(message), `${result.message} is not: ${message}`);
    return { kind, message, attempts: events.filter(({ type }) => type === 'attempt').length };
  };

  describe('with a proxy', () => {
    let proxy: LoopbackProxy;
    afterEach(() => proxy.close());

    const behind = async (options: Partial<ProxyOptions>, credentials = ''): Promise<void> => {
      const hosts = { 'gateway.test': portOf(fixture.gateway.origin) };
      proxy = await startProxy({ hosts, ...options });
      await setHttp('proxy', `http://${credentials}127.0.0.1:${proxy.port}`);
      if (keepsItsProxy) await letGoOfTheFirst();
      proxy.reset();
    };
    const secure = (): Partial<ProxyOptions> => ({ hosts: { 'gateway.test': trusted.port } });

    for (const scheme of ['http', 'https']) {
      it(`lets a signed-in ${scheme} request through, and the answer streams`, async () => {
        await behind({ credentials: signIn, ...(scheme === 'https' && secure()) }, `${signIn}@`);
        await use(`${scheme}://gateway.test/v1`);
        proxy.reset();
        let seen: () => void = () => undefined;
        const firstSeen = new Promise<void>((resolve) => (seen = resolve));
        fixture.gateway.script = () => [{ delta: 'first' }, { until: firstSeen }, { delta: ' second' }, { done: true }];
        const events: StreamEvent[] = [];
        for await (const event of fixture.api.ask('hello')) {
          events.push(event);
          if (event.type === 'text') seen();
        }
        fixture.gateway.script = () => answer(text);
        assert.equal(find(events, 'done').text, 'first second');
        const { headers } = await fixture.gateway.request(1);
        assert.equal(headers.authorization, `Bearer ${testKey}`);
        assert.equal(headers['proxy-authorization'], undefined);
        assert.ok(
          proxy.log.every((line) => / 200$/.test(line)),
          proxy.log.join(),
        );
      });
    }

    it('sees nothing of an https request but the name of the gateway', async () => {
      await behind(secure());
      await use('https://gateway.test/v1');
      assert.equal(find(await ask(), 'done').text, text);
      assert.deepEqual([...new Set(proxy.log)], ['CONNECT gateway.test:443 200']);
      assert.ok(!proxy.heard().includes(testKey));
      assert.ok(!proxy.heard().includes('/v1/chat/completions'));
    });

    for (const [what, credentials] of [
      ['without a sign-in', ''],
      ['with a wrong sign-in', 'staff:wrong@'],
    ] as const) {
      it(`${what} ends the turn, which is not tried again, and has not seen the key`, async () => {
        await behind({ credentials: signIn }, credentials);
        await use('http://gateway.test/v1');
        proxy.reset();
        assert.deepEqual(await failure(), {
          kind: 'proxy',
          message: 'The proxy requires a sign-in. Check the proxy settings.',
          attempts: 1,
        });
        assert.ok(
          proxy.log.every((line) => / 407$/.test(line)),
          proxy.log.join(),
        );
        assert.ok(!proxy.heard().includes(testKey));
        assert.equal(fixture.gateway.requests.length, 0);
      });
    }

    it('that lets nobody through ends the turn', async () => {
      await behind({ refuses: 403 });
      await use('https://gateway.test/v1');
      assert.deepEqual(await failure(), {
        kind: 'proxy',
        message: 'The proxy refused the connection to gateway.test. Check the proxy settings.',
        attempts: 1,
      });
    });

    it('that does not get through is tried again', async () => {
      await behind({ refuses: 502 });
      await use('https://gateway.test/v1');
      assert.deepEqual(await failure(), {
        kind: 'proxy',
        message: "The proxy can't reach gateway.test.",
        attempts: 2,
      });
    });

    it('that is not there is named, and tried again', async () => {
      await behind({});
      await proxy.close();
      await use('https://gateway.test/v1');
      assert.deepEqual(await failure(), {
        kind: 'proxy',
        message: `The proxy 127.0.0.1:${proxy.port} can't be reached. Start it, or check the proxy settings.`,
        attempts: 2,
      });
    });

    it('is passed by for the hosts of http.noProxy', async () => {
      await behind({});
      await setHttp('noProxy', ['gateway.test']);
      await use('http://gateway.test/v1');
      assert.ok(['dns', 'offline'].includes(find(await ask(), 'failed').kind));
      assert.deepEqual(proxy.log, []);
    });

    it('is passed by where http.proxySupport is off', async () => {
      await behind({});
      await setHttp('proxySupport', 'off');
      await use('http://gateway.test/v1');
      assert.ok(['dns', 'offline'].includes(find(await ask(), 'failed').kind));
      assert.deepEqual(proxy.log, []);
    });

    for (const name of ['127.0.0.1', 'localhost']) {
      it(`is never asked for ${name}`, async () => {
        await behind({ credentials: signIn });
        await use(`http://${name}:${portOf(fixture.gateway.origin)}/v1`);
        assert.equal(find(await ask(), 'done').text, text);
        assert.deepEqual(proxy.log, []);
      });
    }

    it('leaves neither its password nor the key in the log', async () => {
      await behind({ credentials: signIn }, 'staff:wrong-pass@');
      await use('https://logged.gateway.test/v1');
      assert.equal(find(await ask(), 'failed').kind, 'proxy');
      const log = await logOfExtension(/row 7 proxy/);
      for (const secret of [testKey, 'wrong-pass', 'pass-of-the-proxy']) assert.ok(!log.includes(secret), secret);
    });
  });

  describe('with a certificate authority of its own', () => {
    const vouched = (): string => `https://localhost:${trusted.port}/v1`;

    it('which the system trusts, is trusted', async () => {
      await use(vouched());
      assert.equal(find(await ask(), 'done').text, text);
      assert.ok(trusted.received > 0);
    });

    it('is not trusted with http.systemCertificates off', async () => {
      await setHttp('systemCertificates', false);
      await use(vouched());
      assert.equal(find(await ask(), 'failed').kind, 'tls');
      assert.equal(fixture.gateway.requests.length, 0);
    });
  });

  describe('with a certificate that nobody vouches for', () => {
    let front: SecureFront;
    before(async () => {
      front = await startSecureFront(selfSigned('localhost'), portOf(fixture.gateway.origin));
    });
    after(() => front.close());

    for (const strict of [true, false]) {
      it(`is sent nothing, and is not tried again, with http.proxyStrictSSL ${strict}`, async () => {
        await setHttp('proxyStrictSSL', strict);
        await use(`https://localhost:${front.port}/v1`);
        assert.deepEqual(await failure(), {
          kind: 'tls',
          message: `The certificate of localhost:${front.port} is not trusted. Check the proxy and certificate settings.`,
          attempts: 1,
        });
        assert.equal(front.received, 0);
      });
    }
  });
});
