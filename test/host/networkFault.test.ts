import assert from 'node:assert/strict';
import { networkFaultOf, type NetworkFault } from '../../src/host/networkFault';

const baseUrl = 'https://gateway.test/v1';

const codes: readonly (readonly [code: string, fault: NetworkFault])[] = [
  ['ENOTFOUND', 'dns'],
  ['EAI_NODATA', 'dns'],
  ['EAI_AGAIN', 'offline'],
  ['ENETUNREACH', 'offline'],
  ['ECONNREFUSED', 'refused'],
  ['ETIMEDOUT', 'timeout'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
  ['CERT_HAS_EXPIRED', 'tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'not-tls'],
  ['HPE_INVALID_CONSTANT', 'not-http'],
  ['ECONNRESET', 'connection'],
  ['UND_ERR_SOCKET', 'connection'],
];

const chromium: readonly (readonly [message: string, fault: NetworkFault])[] = [
  ['net::ERR_NAME_NOT_RESOLVED', 'dns'],
  ['net::ERR_CONNECTION_REFUSED', 'refused'],
  ['net::ERR_INTERNET_DISCONNECTED', 'offline'],
  ['net::ERR_CERT_AUTHORITY_INVALID', 'tls'],
  ['net::ERR_PROXY_AUTH_REQUESTED', 'proxy'],
  ['net::ERR_TUNNEL_CONNECTION_FAILED', 'proxy-refused'],
];

function withCode(code: string): Error {
  return Object.assign(new Error('words'), { code });
}

describe('networkFaultOf', () => {
  for (const [code, fault] of codes) {
    it(`calls a cause with ${code} ${fault}`, () => {
      assert.deepEqual(networkFaultOf(new TypeError('fetch failed', { cause: withCode(code) }), baseUrl), {
        fault,
        code,
      });
    });
  }

  for (const [message, fault] of chromium) {
    it(`calls ${message} ${fault}`, () => {
      assert.equal(networkFaultOf(new Error(message), baseUrl).fault, fault);
    });
  }

  it('looks into the attempts of an aggregate', () => {
    const cause = new AggregateError([withCode('ECONNREFUSED'), withCode('ENETUNREACH')]);
    assert.equal(networkFaultOf(new TypeError('fetch failed', { cause }), baseUrl).fault, 'refused');
  });

  it('knows the parser error that has no code in the extension host', () => {
    const cause = new Error('Response does not match the HTTP/1.1 protocol');
    assert.equal(networkFaultOf(new TypeError('fetch failed', { cause }), baseUrl).fault, 'not-http');
  });

  it('knows a proxy that wants a sign-in by its silence', () => {
    assert.equal(networkFaultOf(new TypeError('fetch failed', { cause: new Error('') }), baseUrl).fault, 'proxy');
  });

  it('knows what a proxy said to CONNECT by its words', () => {
    const said = (status: number): Error => new Error(`Proxy response (${status}) !== 200 when HTTP Tunneling`);
    const faults = [407, 403, 502].map((status) => networkFaultOf(said(status), baseUrl).fault);
    assert.deepEqual(faults, ['proxy', 'proxy-refused', 'proxy-failed']);
  });

  it('knows a proxy that is away by where the connection was to go', () => {
    const cause = Object.assign(withCode('ECONNREFUSED'), { address: '127.0.0.1', port: 7890 });
    assert.deepEqual(networkFaultOf(new TypeError('fetch failed', { cause }), baseUrl), {
      fault: 'proxy-away',
      code: 'ECONNREFUSED',
      proxy: '127.0.0.1:7890',
    });
  });

  it('survives a loop of causes and things that are no errors', () => {
    const loop = new Error('a');
    loop.cause = loop;
    assert.equal(networkFaultOf(loop, baseUrl).fault, 'connection');
    assert.equal(networkFaultOf('text', baseUrl).fault, 'connection');
    assert.equal(networkFaultOf(undefined, baseUrl).fault, 'connection');
  });
});
