import assert from 'node:assert/strict';
import fc from 'fast-check';
import { faultTable, type RowId } from '../../../src/engine/faults/faultTable';
import { describeError, errorChain, transportFault, transportRow } from '../../../src/engine/faults/transportError';
import { propertyRuns } from '../../support/propertyRuns';
import { rowLabel } from './rowLabel';

const errorWithCode = (code: string, message = ''): Error => Object.assign(new Error(message), { code });
/** Returns the error of a failed `fetch` as undici throws it and the OpenAI SDK wraps it. */
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
  ['UNKNOWN_CODE', 5],
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
  ['an empty cause, which a 407 of a proxy leaves', fetchFailed(new Error('')), 7],
  [
    'a message that mentions proxies',
    fetchFailed(new Error('Failed to establish a socket connection to proxies: PROXY p:1')),
    66,
  ],
  ['a tunnel that failed with 407', new Error('tunneling socket could not be established, statusCode=407'), 7],
  ['a tunnel that failed with 403', new Error('tunneling socket could not be established, statusCode=403'), 66],
  ['a tunnel that failed with 502', new Error('tunneling socket could not be established, statusCode=502'), 64],
  ...([407, 403, 401, 302, 408, 429, 500, 502, 503, 504] as const).map((status) => {
    const aborted = errorWithCode('UND_ERR_ABORTED', `Proxy response (${status}) !== 200 when HTTP Tunneling`);
    const row: RowId = status === 407 ? 7 : [403, 401, 302].includes(status) ? 66 : 64;
    return [
      `a proxy that answers ${status} to CONNECT`,
      fetchFailed(new Error('cancelled', { cause: aborted })),
      row,
    ] as const;
  }),
  [
    "a 407 in VS Code's message",
    fetchFailed(errorWithCode('UND_ERR_ABORTED', 'Proxy response (407) ?.== 200 when HTTP Tunneling')),
    7,
  ],
  ['a message that mentions a certificate', new Error('unable to verify the first certificate'), 6],
  [
    'a message about a response that is not HTTP',
    fetchFailed(new Error('Response does not match the HTTP/1.1 protocol (Invalid header)')),
    8,
  ],
  ['a net::ERR_ code in a message', new Error('Failed: net::ERR_NAME_NOT_RESOLVED'), 1],
  ['a failed fetch without a cause', new TypeError('fetch failed'), 5],
  ['a socket closed by the other side', fetchFailed(errorWithCode('UND_ERR_SOCKET', 'other side closed')), 5],
  [
    'refused connections to all addresses',
    fetchFailed(new AggregateError([errorWithCode('ECONNREFUSED', '::1'), errorWithCode('ECONNREFUSED', '127.0.0.1')])),
    3,
  ],
  [
    'a refused connection over one address family and no route over the other',
    fetchFailed(new AggregateError([errorWithCode('ENETUNREACH'), errorWithCode('ECONNREFUSED')])),
    3,
  ],
  [
    'no route over any address family',
    fetchFailed(
      Object.assign(new AggregateError([errorWithCode('ENETUNREACH'), errorWithCode('EHOSTUNREACH')]), {
        code: 'ENETUNREACH',
      }),
    ),
    2,
  ],
  [
    'the code of an outer error whose cause has another code',
    Object.assign(new Error('x', { cause: errorWithCode('ENOTFOUND') }), { code: 'ECONNRESET' }),
    5,
  ],
  ['an error from another realm', { message: 'x', cause: { code: 'ENOTFOUND', message: '' } }, 1],
  ['a cause that is not an error', new Error('x', { cause: {} }), 5],
  ['an empty error without a cause', new Error(''), 5],
  ['an empty cause with an undocumented code', fetchFailed(errorWithCode('UNKNOWN_CODE')), 5],
  ['a numeric code', Object.assign(new Error('x'), { code: 20 }), 5],
  ['a thrown string', 'ENOTFOUND', 5],
  ['a thrown value undefined', undefined, 5],
];

/** Matches codes that are recognized by their prefix. */
const prefixCodes =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT_|ERR_SSL_CA_|HOSTNAME_|ERR_PROXY|HPE_|net::ERR_(CERT|SSL|PROXY|TUNNEL|MANDATORY_PROXY)_)/;

describe('classification of a transport error', () => {
  for (const [code, row] of codes) {
    it(`returns ${rowLabel(row)} for ${code}, in the error and in a nested cause`, () => {
      assert.equal(transportRow(errorWithCode(code)), row);
      assert.equal(transportRow(fetchFailed(errorWithCode(code, `connect ${code} 10.0.0.1:443`))), row);
    });
  }

  for (const [code, row] of codes) {
    // Without a recognized code, this message would lead to another fault.
    const message = row === 6 ? 'a proxy' : 'a certificate';
    it(`matches ${code} only ${prefixCodes.test(code) ? 'at the start of an error code' : 'as a complete error code'}`, () => {
      if (code !== 'UNKNOWN_CODE') assert.equal(transportRow(errorWithCode(code, message)), row);
      assert.notEqual(transportRow(errorWithCode(`X${code}`, message)), row);
      if (!prefixCodes.test(code)) assert.notEqual(transportRow(errorWithCode(`${code} X`, message)), row);
    });
  }

  for (const [name, error, row] of cases) {
    it(`returns ${rowLabel(row)} for ${name}`, () => assert.equal(transportRow(error), row));
  }

  it('returns a fault for anything that can be thrown', () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => assert.ok(transportRow(thrown) in faultTable)),
      { numRuns: propertyRuns },
    );
  });

  it('returns a fault for an error that is its own cause', () => {
    const first = new Error('first');
    first.cause = new Error('second', { cause: first });
    assert.equal(transportRow(first), 5);
    assert.equal(errorChain(first).length, 2);
  });
});

describe('detection of a proxy in a transport error', () => {
  const baseUrl = 'https://gateway.test/v1';
  const refused = (address: string, port: number): Error =>
    Object.assign(errorWithCode('ECONNREFUSED', `connect ECONNREFUSED ${address}:${port}`), { address, port });
  const notFound = (hostname: string): Error =>
    Object.assign(errorWithCode('ENOTFOUND', `getaddrinfo ENOTFOUND ${hostname}`), { hostname });

  for (const [name, error, proxy] of [
    ['a port that the base URL does not have', refused('127.0.0.1', 7890), '127.0.0.1:7890'],
    ['a host name that the base URL does not have', notFound('proxy.example'), 'proxy.example'],
    [
      'refused connections to both addresses of the proxy',
      new AggregateError([refused('::1', 7890), refused('127.0.0.1', 7890)]),
      '::1:7890',
    ],
    [
      'a timeout at an address and port that the base URL does not have',
      Object.assign(errorWithCode('ETIMEDOUT'), { address: '10.0.0.1', port: 3128 }),
      '10.0.0.1:3128',
    ],
  ] as const) {
    it(`recognizes a proxy by ${name}`, () => {
      assert.deepEqual(transportFault(fetchFailed(error), baseUrl), { row: 65, proxy });
    });
  }

  for (const [name, error, url, row] of [
    ['the default port of https', refused('10.0.0.1', 443), baseUrl, 3],
    ['the default port of http', refused('10.0.0.1', 80), 'http://gateway.test/v1', 3],
    ['the port of the base URL', refused('127.0.0.1', 11434), 'http://localhost:11434/v1', 3],
    ['the host name of the base URL', notFound('gateway.test'), baseUrl, 1],
    ['a host name when the base URL is invalid', notFound('gateway.test'), 'nonsense', 1],
    [
      'the address of a connection that was established and then reset',
      Object.assign(errorWithCode('ECONNRESET'), { address: '::1', port: 7890 }),
      baseUrl,
      5,
    ],
  ] as const) {
    it(`recognizes no proxy by ${name}`, () => {
      assert.deepEqual(transportFault(fetchFailed(error), url), { row });
    });
  }
});

describe('chain of an error and its causes', () => {
  it('contains the code and message of each error if they are strings', () => {
    const error = { code: 20, message: 7, cause: { code: 'EPIPE' } };
    assert.deepEqual(errorChain(error), [
      { code: '', message: '' },
      { code: 'EPIPE', message: '' },
    ]);
    assert.deepEqual(errorChain({}), []);
  });

  it('contains at most 17 errors', () => {
    let error = new Error('innermost');
    for (let depth = 0; depth < 40; depth++) error = new Error('outer', { cause: error });
    assert.equal(errorChain(error).length, 17);
  });
});

describe('description of an error for the log', () => {
  it('lists codes and messages, outermost first, without stacks', () => {
    assert.equal(
      describeError(fetchFailed(errorWithCode('ECONNREFUSED', 'connect ECONNREFUSED ::1:443'))),
      'Connection error. ← fetch failed ← ECONNREFUSED connect ECONNREFUSED ::1:443',
    );
  });

  it('returns a value that is not an error as text', () => assert.equal(describeError('gone'), 'gone'));

  it('takes linear time for a long message', function () {
    this.timeout(10_000);
    const error = new Error('tunneling socket'.repeat(500_000));
    assert.equal(transportRow(error), 66);
    assert.ok(describeError(error).length < 10_000);
  });
});
