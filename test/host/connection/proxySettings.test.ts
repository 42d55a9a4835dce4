import assert from 'node:assert/strict';
import type { proxyOf as ProxyOf } from '../../../src/host/connection/proxySettings';
import { useVSCode } from '../../support/fakeVSCode';

const proxy = 'http://staff:secret@proxy.example:3128';
const url = 'https://gateway.example/v1';

describe('proxy for requests to a base URL', () => {
  let settings: Readonly<Record<string, unknown>>;
  let proxyOf: typeof ProxyOf;
  const environment = process.env;
  useVSCode({
    workspace: {
      getConfiguration: () => ({ get: (name: string, fallback: unknown) => settings[name] ?? fallback }),
    },
  });
  before(async () => {
    ({ proxyOf } = await import('../../../src/host/connection/proxySettings'));
  });
  beforeEach(() => {
    process.env = {};
    settings = {};
  });
  afterEach(() => {
    process.env = environment;
  });

  it('is undefined without settings and environment variables', () => {
    assert.equal(proxyOf(url), undefined);
  });

  it('is the proxy from the VS Code settings, without user name and password', () => {
    settings = { proxy };
    process.env = { HTTPS_PROXY: 'http://other.example:1' };
    assert.equal(proxyOf(url), 'proxy.example:3128');
  });

  for (const { name, target, expected } of [
    { name: 'HTTPS_PROXY', target: url, expected: 'proxy.example:3128' },
    { name: 'https_proxy', target: url, expected: 'proxy.example:3128' },
    { name: 'HTTP_PROXY', target: url, expected: 'proxy.example:3128' },
    { name: 'http_proxy', target: 'http://gateway.example/v1', expected: 'proxy.example:3128' },
    { name: 'HTTPS_PROXY', target: 'http://gateway.example/v1', expected: undefined },
    { name: 'ALL_PROXY', target: url, expected: undefined },
  ] as const) {
    it(`is ${String(expected)} for ${target} when ${name} is set`, () => {
      process.env = { [name]: proxy };
      assert.equal(proxyOf(target), expected);
    });
  }

  for (const [exception, isDirect] of [
    ['gateway.example', true],
    ['example', true],
    ['.example', true],
    ['*', true],
    [' GATEWAY.example ', true],
    ['gateway.example:443', true],
    ['gateway.example:8443', false],
    ['way.example', false],
    ['', false],
  ] as const) {
    it(`is ${isDirect ? 'not used' : 'used'} for gateway.example with the exception ${JSON.stringify(exception)}`, () => {
      const expected = isDirect ? undefined : 'proxy.example:3128';
      settings = { proxy, noProxy: [exception] };
      assert.equal(proxyOf(url), expected);
      settings = { proxy };
      process.env = { NO_PROXY: `a.test,${exception}` };
      assert.equal(proxyOf(url), expected);
    });
  }

  it('is not used for a gateway on this computer', () => {
    settings = { proxy };
    for (const host of ['localhost', '127.0.0.1', '[::1]']) assert.equal(proxyOf(`http://${host}:8080/v1`), undefined);
  });

  it('is not used when http.proxySupport is off', () => {
    settings = { proxy, proxySupport: 'off' };
    assert.equal(proxyOf(url), undefined);
  });

  it('is not used if the setting lacks a scheme such as http://', () => {
    settings = { proxy: '127.0.0.1:7890' };
    assert.equal(proxyOf(url), undefined);
  });
});
