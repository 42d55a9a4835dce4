import assert from 'node:assert/strict';
import fc from 'fast-check';
import { faultTable, type FaultName } from '../../../src/engine/faults/faultTable';
import { describeError, errorChain, transportFault, transportRow } from '../../../src/engine/faults/transportError';
import { propertyRuns } from '../../support/propertyRuns';

const errorWithCode = (code: string, message = ''): Error => Object.assign(new Error(message), { code });
/** Returns the error of a failed `fetch` as undici throws it and the OpenAI SDK wraps it. */
const fetchFailed = (cause: unknown): Error =>
  new Error('Connection error.', { cause: new TypeError('fetch failed', { cause }) });

/** Error codes by their faults, separated by spaces. */
const codesByRow: Readonly<Partial<Record<FaultName, string>>> = {
  hostNotFound: `ENOTFOUND EAI_NODATA EAI_NONAME net::ERR_NAME_RESOLUTION_FAILED net::ERR_NAME_NOT_RESOLVED net::ERR_DNS_TIMED_OUT`,
  offline: `EAI_AGAIN ENETUNREACH EHOSTUNREACH ENETDOWN net::ERR_INTERNET_DISCONNECTED net::ERR_ADDRESS_UNREACHABLE`,
  connectionRefused: `ECONNREFUSED net::ERR_CONNECTION_REFUSED`,
  connectTimeout: `ETIMEDOUT UND_ERR_CONNECT_TIMEOUT ERR_TLS_HANDSHAKE_TIMEOUT net::ERR_CONNECTION_TIMED_OUT net::ERR_TIMED_OUT UND_ERR_HEADERS_TIMEOUT`,
  connectionReset: `ECONNRESET EPIPE ECONNABORTED net::ERR_CONNECTION_ABORTED net::ERR_NETWORK_IO_SUSPENDED net::ERR_QUIC_PROTOCOL_ERROR UND_ERR_SOCKET net::ERR_CONNECTION_RESET net::ERR_CONNECTION_CLOSED net::ERR_EMPTY_RESPONSE net::ERR_NETWORK_CHANGED net::ERR_HTTP2_PROTOCOL_ERROR UNKNOWN_CODE`,
  certificateUntrusted: `CERT_HAS_EXPIRED DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_VERIFY_LEAF_SIGNATURE UNABLE_TO_GET_ISSUER_CERT_LOCALLY ERR_TLS_CERT_ALTNAME_INVALID CRL_HAS_EXPIRED EPROTO INVALID_CA HOSTNAME_MISMATCH ERR_SSL_CA_KEY_TOO_SMALL net::ERR_CERT_AUTHORITY_INVALID net::ERR_SSL_PROTOCOL_ERROR net::ERR_PROXY_CERTIFICATE_INVALID`,
  proxyRefused: `net::ERR_PROXY_CONNECTION_FAILED net::ERR_TUNNEL_CONNECTION_FAILED net::ERR_MANDATORY_PROXY_CONFIGURATION_FAILED ERR_PROXY_TUNNEL`,
  proxySignIn: `net::ERR_PROXY_AUTH_UNSUPPORTED`,
  notHttp: `HPE_INVALID_CONSTANT UND_ERR_HEADERS_OVERFLOW ERR_SSL_PACKET_LENGTH_TOO_LONG ERR_SSL_HTTP_REQUEST net::ERR_INVALID_HTTP_RESPONSE ERR_SSL_WRONG_VERSION_NUMBER`,
  connectionLost: `UND_ERR_BODY_TIMEOUT`,
};
const codes = Object.entries(codesByRow).flatMap(([row, list]) =>
  list.split(/\s+/).map((code) => [code, row as FaultName] as const),
);

const cases: readonly { readonly name: string; readonly error: unknown; readonly row: FaultName }[] = [
  { name: 'an empty cause, which a 407 of a proxy leaves', error: fetchFailed(new Error('')), row: 'proxySignIn' },
  {
    name: 'a message that mentions proxies',
    error: fetchFailed(new Error('Failed to establish a socket connection to proxies: PROXY p:1')),
    row: 'proxyRefused',
  },
  {
    name: 'a tunnel that failed with 407',
    error: new Error('tunneling socket could not be established, statusCode=407'),
    row: 'proxySignIn',
  },
  {
    name: 'a tunnel that failed with 403',
    error: new Error('tunneling socket could not be established, statusCode=403'),
    row: 'proxyRefused',
  },
  {
    name: 'a tunnel that failed with 502',
    error: new Error('tunneling socket could not be established, statusCode=502'),
    row: 'proxyCannotConnect',
  },
  ...([407, 403, 401, 302, 408, 429, 500, 502, 503, 504] as const).map((status) => {
    const aborted = errorWithCode('UND_ERR_ABORTED', `Proxy response (${status}) !== 200 when HTTP Tunneling`);
    const row: FaultName =
      status === 407 ? 'proxySignIn' : [403, 401, 302].includes(status) ? 'proxyRefused' : 'proxyCannotConnect';
    return {
      name: `a proxy that answers ${status} to CONNECT`,
      error: fetchFailed(new Error('cancelled', { cause: aborted })),
      row,
    } as const;
  }),
  {
    name: "a 407 in VS Code's message",
    error: fetchFailed(errorWithCode('UND_ERR_ABORTED', 'Proxy response (407) ?.== 200 when HTTP Tunneling')),
    row: 'proxySignIn',
  },
  {
    name: 'a message that mentions a certificate',
    error: new Error('unable to verify the first certificate'),
    row: 'certificateUntrusted',
  },
  {
    name: 'a message about a response that is not HTTP',
    error: fetchFailed(new Error('Response does not match the HTTP/1.1 protocol (Invalid header)')),
    row: 'notHttp',
  },
  {
    name: 'a net::ERR_ code in a message',
    error: new Error('Failed: net::ERR_NAME_NOT_RESOLVED'),
    row: 'hostNotFound',
  },
  { name: 'a failed fetch without a cause', error: new TypeError('fetch failed'), row: 'connectionReset' },
  {
    name: 'a socket closed by the other side',
    error: fetchFailed(errorWithCode('UND_ERR_SOCKET', 'other side closed')),
    row: 'connectionReset',
  },
  {
    name: 'refused connections to all addresses',
    error: fetchFailed(
      new AggregateError([errorWithCode('ECONNREFUSED', '::1'), errorWithCode('ECONNREFUSED', '127.0.0.1')]),
    ),
    row: 'connectionRefused',
  },
  {
    name: 'a refused connection over one address family and no gateway over the other',
    error: fetchFailed(new AggregateError([errorWithCode('ENETUNREACH'), errorWithCode('ECONNREFUSED')])),
    row: 'connectionRefused',
  },
  {
    name: 'no gateway over any address family',
    error: fetchFailed(
      Object.assign(new AggregateError([errorWithCode('ENETUNREACH'), errorWithCode('EHOSTUNREACH')]), {
        code: 'ENETUNREACH',
      }),
    ),
    row: 'offline',
  },
  {
    name: 'the code of an outer error whose cause has another code',
    error: Object.assign(new Error('x', { cause: errorWithCode('ENOTFOUND') }), { code: 'ECONNRESET' }),
    row: 'connectionReset',
  },
  {
    name: 'an error from another realm',
    error: { message: 'x', cause: { code: 'ENOTFOUND', message: '' } },
    row: 'hostNotFound',
  },
  { name: 'a cause that is not an error', error: new Error('x', { cause: {} }), row: 'connectionReset' },
  { name: 'an empty error without a cause', error: new Error(''), row: 'connectionReset' },
  {
    name: 'an empty cause with an undocumented code',
    error: fetchFailed(errorWithCode('UNKNOWN_CODE')),
    row: 'connectionReset',
  },
  { name: 'a numeric code', error: Object.assign(new Error('x'), { code: 20 }), row: 'connectionReset' },
  { name: 'a thrown string', error: 'ENOTFOUND', row: 'connectionReset' },
  { name: 'a thrown value undefined', error: undefined, row: 'connectionReset' },
];

/** Matches codes that are recognized by their prefix. */
const prefixCodes =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT_|ERR_SSL_CA_|HOSTNAME_|ERR_PROXY|HPE_|net::ERR_(CERT|SSL|PROXY|TUNNEL|MANDATORY_PROXY)_)/;

describe('classification of a transport error', () => {
  for (const [code, row] of codes) {
    it(`returns ${row} for ${code}, in the error and in a nested cause`, () => {
      assert.equal(transportRow(errorWithCode(code)), row);
      assert.equal(transportRow(fetchFailed(errorWithCode(code, `connect ${code} 10.0.0.1:443`))), row);
    });
  }

  for (const [code, row] of codes) {
    // Without a recognized code, this message would lead to another fault.
    const message = row === 'certificateUntrusted' ? 'a proxy' : 'a certificate';
    it(`matches ${code} only ${prefixCodes.test(code) ? 'at the start of an error code' : 'as a complete error code'}`, () => {
      if (code !== 'UNKNOWN_CODE') assert.equal(transportRow(errorWithCode(code, message)), row);
      assert.notEqual(transportRow(errorWithCode(`X${code}`, message)), row);
      if (!prefixCodes.test(code)) assert.notEqual(transportRow(errorWithCode(`${code} X`, message)), row);
    });
  }

  for (const { name, error, row } of cases) {
    it(`returns ${row} for ${name}`, () => assert.equal(transportRow(error), row));
  }

  it('returns a fault for any thrown value', () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => assert.ok(transportRow(thrown) in faultTable)),
      { numRuns: propertyRuns },
    );
  });

  it('returns a fault for an error whose `cause` is the error itself', () => {
    const first = new Error('first');
    first.cause = new Error('second', { cause: first });
    assert.equal(transportRow(first), 'connectionReset');
    assert.equal(errorChain(first).length, 2);
  });
});

describe('detection of a proxy in a transport error', () => {
  const baseUrl = 'https://gateway.test/v1';
  const refused = (address: string, port: number): Error =>
    Object.assign(errorWithCode('ECONNREFUSED', `connect ECONNREFUSED ${address}:${port}`), { address, port });
  const notFound = (hostname: string): Error =>
    Object.assign(errorWithCode('ENOTFOUND', `getaddrinfo ENOTFOUND ${hostname}`), { hostname });

  for (const { name, error, proxy } of [
    { name: 'a port that the base URL does not have', error: refused('127.0.0.1', 7890), proxy: '127.0.0.1:7890' },
    { name: 'a host name that the base URL does not have', error: notFound('proxy.example'), proxy: 'proxy.example' },
    {
      name: 'refused connections to both addresses of the proxy',
      error: new AggregateError([refused('::1', 7890), refused('127.0.0.1', 7890)]),
      proxy: '::1:7890',
    },
    {
      name: 'a timeout at an address and port that the base URL does not have',
      error: Object.assign(errorWithCode('ETIMEDOUT'), { address: '10.0.0.1', port: 3128 }),
      proxy: '10.0.0.1:3128',
    },
  ] as const) {
    it(`recognizes a proxy by ${name}`, () => {
      assert.deepEqual(transportFault(fetchFailed(error), baseUrl), { row: 'proxyUnreachable', proxy });
    });
  }

  for (const { name, error, url, row } of [
    { name: 'the default port of https', error: refused('10.0.0.1', 443), url: baseUrl, row: 'connectionRefused' },
    {
      name: 'the default port of http',
      error: refused('10.0.0.1', 80),
      url: 'http://gateway.test/v1',
      row: 'connectionRefused',
    },
    {
      name: 'the port of the base URL',
      error: refused('127.0.0.1', 11434),
      url: 'http://localhost:11434/v1',
      row: 'connectionRefused',
    },
    { name: 'the host name of the base URL', error: notFound('gateway.test'), url: baseUrl, row: 'hostNotFound' },
    {
      name: 'an address without a port',
      error: Object.assign(errorWithCode('ETIMEDOUT'), { address: '::1' }),
      url: baseUrl,
      row: 'connectTimeout',
    },
    {
      name: 'a host name when the base URL is invalid',
      error: notFound('gateway.test'),
      url: 'nonsense',
      row: 'hostNotFound',
    },
    {
      name: 'the address of a connection that was established and then reset',
      error: Object.assign(errorWithCode('ECONNRESET'), { address: '::1', port: 7890 }),
      url: baseUrl,
      row: 'connectionReset',
    },
  ] as const) {
    it(`recognizes no proxy by ${name}`, () => {
      assert.deepEqual(transportFault(fetchFailed(error), url), { row });
    });
  }
});

describe('chain of an error and its causes', () => {
  it('contains an empty text for each code or message that is not a string', () => {
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
  it('lists the codes and messages of the error and its causes, without stacks', () => {
    assert.equal(
      describeError(fetchFailed(errorWithCode('ECONNREFUSED', 'connect ECONNREFUSED ::1:443'))),
      'Connection error. ← fetch failed ← ECONNREFUSED connect ECONNREFUSED ::1:443',
    );
  });

  it('shows a thrown value that is not an error as text', () => assert.equal(describeError('gone'), 'gone'));

  it('takes linear time for a long message', function () {
    this.timeout(10_000);
    const error = new Error('tunneling socket'.repeat(500_000));
    assert.equal(transportRow(error), 'proxyRefused');
    assert.ok(describeError(error).length < 10_000);
  });
});
