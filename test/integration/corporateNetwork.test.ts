import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ApiEvent } from '../../src/host/api';
import { answer } from '../support/replies';
import type { ProbeResult } from '../../src/engine/engine';
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

async function resetHttpSettings(): Promise<void> {
  for (const name of ['proxy', 'noProxy', 'proxySupport', 'proxyStrictSSL', 'systemCertificates']) {
    await setHttp(name, undefined);
  }
}

/** VS Code 1.106 always uses the first proxy. VS Code 1.139 uses a changed proxy immediately. */
const keepsFirstProxy = Number(vscode.version.split('.')[1]) < 139;

/** VS Code also creates a new agent whenever the trusted certificates have changed. */
async function discardFirstProxy(): Promise<void> {
  await setHttp('systemCertificates', false);
  await Promise.allSettled([fetch('http://unknown.test/')]);
  await setHttp('systemCertificates', undefined);
}

const portOf = (origin: string): number => Number(new URL(origin).port);

describe('request in a company network', () => {
  let fixture: HostFixture;
  let trusted: SecureFront;
  before(async function () {
    // Desktop VS Code asks for the proxy credentials in a dialog and trusts the system's certificate store.
    if (vscode.env.remoteName === undefined) return this.skip();
    fixture = await startFixture(answer(text));
    trusted = await startSecureFront(vouchedFor(), portOf(fixture.gateway.origin));
  });
  beforeEach(async () => {
    fixture.gateway.reset();
    await resetNetworkState();
  });
  afterEach(resetHttpSettings);
  after(async () => {
    if (vscode.env.remoteName === undefined) return;
    await trusted.close();
    await stopFixture(fixture);
  });

  /** Sets the base URL and a key, whether or not the key can be verified now. */
  const use = async (baseUrl: string): Promise<void> => {
    await set('baseUrl', baseUrl);
    await vscode.commands.executeCommand('holysheep.setApiKey', testKey);
    fixture.gateway.reset();
    await resetNetworkState();
  };
  const ask = (): Promise<ApiEvent[]> => collect(fixture.api.ask('hello'));
  const testConnection = async (): Promise<ProbeResult | undefined> =>
    vscode.commands.executeCommand<ProbeResult | undefined>('holysheep.testConnection');
  /** Returns the failure of a turn and checks that the connection test reports the same message. */
  const failure = async (): Promise<{ readonly kind: string; readonly message: string; readonly attempts: number }> => {
    const events = await ask();
    const { kind, message } = find(events, 'failed');
    const result = await testConnection();
    assert.ok(result?.state === 'unverified', JSON.stringify(result));
    assert.equal(result.message, message);
    return { kind, message, attempts: events.filter(({ type }) => type === 'attempt').length };
  };

  describe('with a proxy', () => {
    let proxy: LoopbackProxy;
    afterEach(() => proxy.close());

    const useProxy = async (options: Partial<ProxyOptions>, credentials = ''): Promise<void> => {
      const hosts = { 'gateway.test': portOf(fixture.gateway.origin) };
      proxy = await startProxy({ hosts, ...options });
      await setHttp('proxy', `http://${credentials}127.0.0.1:${proxy.port}`);
      if (keepsFirstProxy) await discardFirstProxy();
      proxy.reset();
    };
    const secure = (): Partial<ProxyOptions> => ({ hosts: { 'gateway.test': trusted.port } });

    for (const scheme of ['http', 'https']) {
      it(`streams its answer over ${scheme} when the proxy accepts the credentials`, async () => {
        await useProxy({ credentials: signIn, ...(scheme === 'https' && secure()) }, `${signIn}@`);
        await use(`${scheme}://gateway.test/v1`);
        proxy.reset();
        let showFirst: () => void = () => undefined;
        const firstShown = new Promise<void>((resolve) => (showFirst = resolve));
        fixture.gateway.script = () => [
          { delta: 'first' },
          { until: firstShown },
          { delta: ' second' },
          { done: true },
        ];
        const events: ApiEvent[] = [];
        for await (const event of fixture.api.ask('hello')) {
          events.push(event);
          if (event.type === 'text') showFirst();
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

    it('reveals to the proxy only the host name and port of an https gateway', async () => {
      await useProxy(secure());
      await use('https://gateway.test/v1');
      assert.equal(find(await ask(), 'done').text, text);
      assert.deepEqual([...new Set(proxy.log)], ['CONNECT gateway.test:443 200']);
      assert.ok(!proxy.heard().includes(testKey));
      assert.ok(!proxy.heard().includes('/v1/chat/completions'));
    });

    for (const [what, credentials] of [
      ['the proxy credentials are missing', ''],
      ['the proxy credentials are wrong', 'staff:wrong@'],
    ] as const) {
      it(`fails without a retry and without sending the API key when ${what}`, async () => {
        await useProxy({ credentials: signIn }, credentials);
        await use('http://gateway.test/v1');
        proxy.reset();
        assert.deepEqual(await failure(), {
          kind: 'proxy',
          message: 'The proxy requires authentication. Check the proxy settings.',
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

    it("is retried when the proxy can't reach the gateway", async () => {
      await useProxy({ refuses: 502 });
      await use('https://gateway.test/v1');
      assert.deepEqual(await failure(), { kind: 'proxy', message: "The proxy can't reach gateway.test.", attempts: 2 });
    });

    it('fails after two attempts, with a message that names the proxy, when the proxy is unreachable', async () => {
      await useProxy({});
      await proxy.close();
      await use('https://gateway.test/v1');
      assert.deepEqual(await failure(), {
        kind: 'proxy',
        message: `The proxy 127.0.0.1:${proxy.port} can't be reached. Start it, or check the proxy settings.`,
        attempts: 2,
      });
    });

    it('bypasses the proxy when the setting http.noProxy contains the host', async () => {
      await useProxy({});
      await setHttp('noProxy', ['gateway.test']);
      await use('http://gateway.test/v1');
      assert.ok(['dns', 'offline'].includes(find(await ask(), 'failed').kind));
      assert.deepEqual(proxy.log, []);
    });

    for (const name of ['127.0.0.1', 'localhost']) {
      it(`bypasses the proxy when the host is ${name}`, async () => {
        await useProxy({ credentials: signIn });
        await use(`http://${name}:${portOf(fixture.gateway.origin)}/v1`);
        assert.equal(find(await ask(), 'done').text, text);
        assert.deepEqual(proxy.log, []);
      });
    }

    it('leaves neither the proxy password nor the API key in the log', async () => {
      await useProxy({ credentials: signIn }, 'staff:wrong-pass@');
      await use('https://logged.gateway.test/v1');
      assert.equal(find(await ask(), 'failed').kind, 'proxy');
      const log = await logOfExtension(/row proxySignIn proxy/);
      for (const secret of [testKey, 'wrong-pass', 'pass-of-the-proxy']) assert.ok(!log.includes(secret), secret);
    });
  });

  describe('with a private certificate authority', () => {
    const trustedUrl = (): string => `https://localhost:${trusted.port}/v1`;

    it('succeeds when the operating system trusts the authority', async () => {
      await use(trustedUrl());
      assert.equal(find(await ask(), 'done').text, text);
      assert.ok(trusted.received > 0);
    });

    it('fails when the setting http.systemCertificates is off', async () => {
      await setHttp('systemCertificates', false);
      await use(trustedUrl());
      assert.equal(find(await ask(), 'failed').kind, 'tls');
      assert.equal(fixture.gateway.requests.length, 0);
    });
  });

  describe('with an untrusted certificate', () => {
    let front: SecureFront;
    before(async () => {
      front = await startSecureFront(selfSigned('localhost'), portOf(fixture.gateway.origin));
    });
    after(() => front.close());

    for (const strict of [true, false]) {
      it(`fails without a retry and without sending anything when the setting http.proxyStrictSSL is ${strict}`, async () => {
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
