import assert from 'node:assert/strict';
import { findProxy } from '../../../src/host/connection/proxyOfUrl';

const direct = { support: 'override', proxy: '', noProxy: [], environment: {} };
const proxy = 'http://staff:secret@proxy.example:3128';
const url = 'https://gateway.example/v1';

describe('proxy of a base URL', () => {
  it('is undefined without settings and environment variables', () => {
    assert.equal(findProxy(url, direct), undefined);
  });

  it('is the one in the settings, without its credentials', () => {
    const environment = { HTTPS_PROXY: 'http://other.example:1' };
    assert.equal(findProxy(url, { ...direct, proxy, environment }), 'proxy.example:3128');
  });

  for (const [name, target, expected] of [
    ['HTTPS_PROXY', url, 'proxy.example:3128'],
    ['https_proxy', url, 'proxy.example:3128'],
    ['HTTP_PROXY', url, 'proxy.example:3128'],
    ['http_proxy', 'http://gateway.example/v1', 'proxy.example:3128'],
    ['HTTPS_PROXY', 'http://gateway.example/v1', undefined],
    ['ALL_PROXY', url, undefined],
  ] as const) {
    it(`is ${String(expected)} for ${target} when ${name} is set`, () => {
      assert.equal(findProxy(target, { ...direct, environment: { [name]: proxy } }), expected);
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
    it(`is ${isDirect ? 'not used' : 'used'} with the exception ${JSON.stringify(exception)}`, () => {
      const expected = isDirect ? undefined : 'proxy.example:3128';
      assert.equal(findProxy(url, { ...direct, proxy, noProxy: [exception] }), expected);
      assert.equal(findProxy(url, { ...direct, proxy, environment: { NO_PROXY: `a.test,${exception}` } }), expected);
    });
  }

  it('is never used for this computer, or when http.proxySupport is off', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      assert.equal(findProxy(`http://${host}:8080/v1`, { ...direct, proxy }), undefined);
    }
    assert.equal(findProxy(url, { ...direct, proxy, support: 'off' }), undefined);
  });

  it('is ignored without a scheme, as VS Code does', () => {
    assert.equal(findProxy(url, { ...direct, proxy: '127.0.0.1:7890' }), undefined);
  });
});
