import assert from 'node:assert/strict';
import fc from 'fast-check';
import { faultTable, type RowId } from '../../../src/engine/faults/faultTable';
import { describeError, errorChain, transportFault, transportRow } from '../../../src/engine/faults/transportError';
import { propertyRuns } from '../../support/propertyRuns';

const coded = (code: string, message = ''): Error => Object.assign(new Error(message), { code });
/** As undici rejects, inside what the SDK makes of it. */
const fetchFailed = (cause: unknown): Error =>
  new Error('Connection error.', { cause: new TypeError('fetch failed', { cause }) });

const codes: readonly (readonly [code: string, row: RowId])[] = [
  ['ENOTFOUND', 1],
  ['EAI_NODATA', 1],
  ['EAI_NONAME', 1],
  ['net::ERR_NAME_RESOLUTION_FAILED', 1],
  ['net::ERR_NAME_NOT_RESOLVED', 1],
  ['net::ERR_DNS_TIMED_OUT', 1],
  ['EAI_AGAIN', 2],
  ['ENETUNREACH', 2],
  ['EHOSTUNREACH', 2],
  ['ENETDOWN', 2],
  ['net::ERR_INTERNET_DISCONNECTED', 2],
  ['net::ERR_ADDRESS_UNREACHABLE', 2],
  ['ECONNREFUSED', 3],
  ['net::ERR_CONNECTION_REFUSED', 3],
  ['ETIMEDOUT', 4],
  ['UND_ERR_CONNECT_TIMEOUT', 4],
  ['ERR_TLS_HANDSHAKE_TIMEOUT', 4],
  ['net::ERR_CONNECTION_TIMED_OUT', 4],
  ['net::ERR_TIMED_OUT', 4],
  ['ECONNRESET', 5],
  ['EPIPE', 5],
  ['ECONNABORTED', 5],
  ['net::ERR_CONNECTION_ABORTED', 5],
  ['net::ERR_NETWORK_IO_SUSPENDED', 5],
  ['net::ERR_QUIC_PROTOCOL_ERROR', 5],
  ['UND_ERR_SOCKET', 5],
  ['net::ERR_CONNECTION_RESET', 5],
  ['net::ERR_CONNECTION_CLOSED', 5],
  ['net::ERR_EMPTY_RESPONSE', 5],
  ['net::ERR_NETWORK_CHANGED', 5],
  ['net::ERR_HTTP2_PROTOCOL_ERROR', 5],
  ['A_CODE_NOBODY_KNOWS', 5],
  ['CERT_HAS_EXPIRED', 6],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 6],
  ['SELF_SIGNED_CERT_IN_CHAIN', 6],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 6],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 6],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 6],
  ['CRL_HAS_EXPIRED', 6],
  ['EPROTO', 6],
  ['INVALID_CA', 6],
  ['HOSTNAME_MISMATCH', 6],
  ['ERR_SSL_CA_KEY_TOO_SMALL', 6],
  ['net::ERR_CERT_AUTHORITY_INVALID', 6],
  ['net::ERR_SSL_PROTOCOL_ERROR', 6],
  ['net::ERR_PROXY_CERTIFICATE_INVALID', 6],
  ['net::ERR_PROXY_CONNECTION_FAILED', 66],
  ['net::ERR_TUNNEL_CONNECTION_FAILED', 66],
  ['net::ERR_PROXY_AUTH_UNSUPPORTED', 7],
  ['net::ERR_MANDATORY_PROXY_CONFIGURATION_FAILED', 66],
  ['ERR_PROXY_TUNNEL', 66],
  ['HPE_INVALID_CONSTANT', 8],
  ['UND_ERR_HEADERS_OVERFLOW', 8],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 8],
  ['ERR_SSL_HTTP_REQUEST', 8],
  ['net::ERR_INVALID_HTTP_RESPONSE', 8],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 8],
  ['UND_ERR_HEADERS_TIMEOUT', 4],
  ['UND_ERR_BODY_TIMEOUT', 42],
];

const cases: readonly (readonly [name: string, error: unknown, row: RowId])[] = [
  ['a proxy that answers 407, which leaves an empty cause', fetchFailed(new Error('')), 7],
  [
    'a proxy that is named in words only',
    fetchFailed(new Error('Failed to establish a socket connection to proxies: PROXY p:1')),
    66,
  ],
  ['a tunnel that wants a sign-in', new Error('tunneling socket could not be established, statusCode=407'), 7],
  ['a tunnel that was refused', new Error('tunneling socket could not be established, statusCode=403'), 66],
  ['a tunnel that leads nowhere', new Error('tunneling socket could not be established, statusCode=502'), 64],
  ...([407, 403, 401, 302, 408, 429, 500, 502, 503, 504] as const).map((status) => {
    const aborted = coded('UND_ERR_ABORTED', `Proxy response (${status}) !== 200 when HTTP Tunneling`);
    const row: RowId = status === 407 ? 7 : [403, 401, 302].includes(status) ? 66 : 64;
    return [
      `a proxy that answers ${status} to CONNECT`,
      fetchFailed(new Error('cancelled', { cause: aborted })),
      row,
    ] as const;
  }),
  [
    "a sign-in that VS Code's own words tell of",
    fetchFailed(coded('UND_ERR_ABORTED', 'Proxy response (407) ?.== 200 when HTTP Tunneling')),
    7,
  ],
  ['a certificate that is named in words only', new Error('unable to verify the first certificate'), 6],
  [
    'an answer that is not HTTP, without a code',
    fetchFailed(new Error('Response does not match the HTTP/1.1 protocol (Invalid header)')),
    8,
  ],
  ['net::ERR_ in words only', new Error('Failed: net::ERR_NAME_NOT_RESOLVED'), 1],
  ['a fetch that failed for no reason', new TypeError('fetch failed'), 5],
  ['a socket that the other side closed', fetchFailed(coded('UND_ERR_SOCKET', 'other side closed')), 5],
  [
    'all addresses refused',
    fetchFailed(new AggregateError([coded('ECONNREFUSED', '::1'), coded('ECONNREFUSED', '127.0.0.1')])),
    3,
  ],
  [
    'one family without a route, the other refused',
    fetchFailed(new AggregateError([coded('ENETUNREACH'), coded('ECONNREFUSED')])),
    3,
  ],
  [
    'no family with a route',
    fetchFailed(
      Object.assign(new AggregateError([coded('ENETUNREACH'), coded('EHOSTUNREACH')]), { code: 'ENETUNREACH' }),
    ),
    2,
  ],
  [
    'a code of an outer error before that of its cause',
    Object.assign(new Error('x', { cause: coded('ENOTFOUND') }), { code: 'ECONNRESET' }),
    5,
  ],
  ['an error of another realm', { message: 'x', cause: { code: 'ENOTFOUND', message: '' } }, 1],
  ['a cause that is no error', new Error('x', { cause: {} }), 5],
  ['an empty error without a cause', new Error(''), 5],
  ['an empty cause with a code nobody knows', fetchFailed(coded('A_CODE_NOBODY_KNOWS')), 5],
  ['a number as a code', Object.assign(new Error('x'), { code: 20 }), 5],
  ['a string', 'ENOTFOUND', 5],
  ['nothing', undefined, 5],
];

/** What these begin tells enough. */
const families =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT_|ERR_SSL_CA_|HOSTNAME_|ERR_PROXY|HPE_|net::ERR_(CERT|SSL|PROXY|TUNNEL|MANDATORY_PROXY)_)/;

describe('transportRow', () => {
  for (const [code, row] of codes) {
    it(`sends ${code} to row ${row}, on top and as a nested cause`, () => {
      assert.equal(transportRow(coded(code)), row);
      assert.equal(transportRow(fetchFailed(coded(code, `connect ${code} 10.0.0.1:443`))), row);
    });
  }

  for (const [code, row] of codes) {
    // Where the code says nothing, the words do; these would lead elsewhere.
    const words = row === 6 ? 'a proxy' : 'a certificate';
    it(`knows ${code} by its beginning${families.test(code) ? '' : ' and its end'}`, () => {
      if (code !== 'A_CODE_NOBODY_KNOWS') assert.equal(transportRow(coded(code, words)), row);
      assert.notEqual(transportRow(coded(`X${code}`, words)), row);
      if (!families.test(code)) assert.notEqual(transportRow(coded(`${code} X`, words)), row);
    });
  }

  for (const [name, error, row] of cases) {
    it(`sends ${name} to row ${row}`, () => assert.equal(transportRow(error), row));
  }

  it('finds a row for anything that can be thrown', () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => assert.ok(transportRow(thrown) in faultTable)),
      { numRuns: propertyRuns },
    );
  });

  it('ends on a chain that bites its tail', () => {
    const first = new Error('first');
    first.cause = new Error('second', { cause: first });
    assert.equal(transportRow(first), 5);
    assert.equal(errorChain(first).length, 2);
  });
});

describe('a place that nobody asked for', () => {
  const baseUrl = 'https://gateway.test/v1';
  const refused = (address: string, port: number): Error =>
    Object.assign(coded('ECONNREFUSED', `connect ECONNREFUSED ${address}:${port}`), { address, port });
  const unknown = (hostname: string): Error =>
    Object.assign(coded('ENOTFOUND', `getaddrinfo ENOTFOUND ${hostname}`), { hostname });

  for (const [name, error, proxy] of [
    ['a port', refused('127.0.0.1', 7890), '127.0.0.1:7890'],
    ['a name', unknown('proxy.example'), 'proxy.example'],
    ['both addresses of one', new AggregateError([refused('::1', 7890), refused('127.0.0.1', 7890)]), '::1:7890'],
    ['no answer', Object.assign(coded('ETIMEDOUT'), { address: '10.0.0.1', port: 3128 }), '10.0.0.1:3128'],
  ] as const) {
    it(`is a proxy: ${name}`, () => {
      assert.deepEqual(transportFault(fetchFailed(error), baseUrl), { row: 65, proxy });
    });
  }

  for (const [name, error, url, row] of [
    ['the port of https', refused('10.0.0.1', 443), baseUrl, 3],
    ['the port of http', refused('10.0.0.1', 80), 'http://gateway.test/v1', 3],
    ['the port of the base URL', refused('127.0.0.1', 11434), 'http://localhost:11434/v1', 3],
    ['the name of the base URL', unknown('gateway.test'), baseUrl, 1],
    ['what a base URL that is none asked for', unknown('gateway.test'), 'nonsense', 1],
    [
      'a connection that had been there',
      Object.assign(coded('ECONNRESET'), { address: '::1', port: 7890 }),
      baseUrl,
      5,
    ],
  ] as const) {
    it(`is not ${name}`, () => {
      assert.deepEqual(transportFault(fetchFailed(error), url), { row });
    });
  }
});

describe('the chain of an error', () => {
  it('takes from each link its code and message where they are text', () => {
    const odd = { code: 20, message: 7, cause: { code: 'EPIPE' } };
    assert.deepEqual(errorChain(odd), [
      { code: '', message: '' },
      { code: 'EPIPE', message: '' },
    ]);
    assert.deepEqual(errorChain({}), []);
  });

  it('is cut where it is longer than any that is made', () => {
    let error = new Error('innermost');
    for (let depth = 0; depth < 40; depth++) error = new Error('outer', { cause: error });
    assert.equal(errorChain(error).length, 17);
  });
});

describe('describeError', () => {
  it('names codes and messages from the outside in, without a stack', () => {
    assert.equal(
      describeError(fetchFailed(coded('ECONNREFUSED', 'connect ECONNREFUSED ::1:443'))),
      'Connection error. ← fetch failed ← ECONNREFUSED connect ECONNREFUSED ::1:443',
    );
  });

  it('names what is no error as it is', () => assert.equal(describeError('gone'), 'gone'));

  it('reads a message of any length in linear time', function () {
    this.timeout(10_000);
    const error = new Error('tunneling socket'.repeat(500_000));
    assert.equal(transportRow(error), 66);
    assert.ok(describeError(error).length < 10_000);
  });
});
