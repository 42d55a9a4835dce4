import { isRecord } from '../json';
import { faultRows, type RowId } from './faultTable';

/** Codes of Node, undici, OpenSSL and Electron's network stack. The first pattern that matches names the row. */
const rowsByCode: readonly (readonly [pattern: RegExp, row: RowId])[] = [
  [
    /^(ENOTFOUND|EAI_NONAME|EAI_NODATA|net::ERR_NAME_(NOT_RESOLVED|RESOLUTION_FAILED)|net::ERR_DNS_\w+)$/,
    faultRows.hostNotFound,
  ],
  [
    /^(EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ENETDOWN|net::ERR_(INTERNET_DISCONNECTED|ADDRESS_UNREACHABLE))$/,
    faultRows.offline,
  ],
  [/^(ECONNREFUSED|net::ERR_CONNECTION_REFUSED)$/, faultRows.connectionRefused],
  [
    /^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_HANDSHAKE_TIMEOUT|net::ERR_(CONNECTION_)?TIMED_OUT)$/,
    faultRows.connectTimeout,
  ],
  [/^UND_ERR_HEADERS_TIMEOUT$/, faultRows.connectTimeout],
  [/^UND_ERR_BODY_TIMEOUT$/, faultRows.connectionLost],
  // OpenSSL's words for an answer in plain HTTP: the scheme is wrong, not the certificate.
  [/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/, faultRows.notHttp],
  [
    /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED|UNABLE_TO_|INVALID_CA$|ERR_TLS_|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH)/,
    faultRows.certificateUntrusted,
  ],
  [/^net::ERR_(CERT|SSL|PROXY_CERTIFICATE)_/, faultRows.certificateUntrusted],
  [/^net::ERR_PROXY_AUTH/, faultRows.proxySignIn],
  [/^(net::ERR_(PROXY|TUNNEL|MANDATORY_PROXY)_|ERR_PROXY)/, faultRows.proxyRefused],
  [/^(HPE_|UND_ERR_HEADERS_OVERFLOW$|net::ERR_INVALID_HTTP_RESPONSE$)/, faultRows.notHttp],
  [
    /^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET|net::ERR_CONNECTION_(RESET|CLOSED|ABORTED))$/,
    faultRows.connectionReset,
  ],
  [/^net::ERR_(EMPTY_RESPONSE|NETWORK_CHANGED|NETWORK_IO_SUSPENDED|HTTP2_\w+|QUIC_\w+)$/, faultRows.connectionReset],
];

/** Where the runtime gives no code, only words; they are its own, not a server's. */
const rowsByMessage: readonly (readonly [pattern: RegExp, row: RowId])[] = [
  [/does not match the HTTP\/1\.1 protocol|HTTPParserError|Parse Error/i, faultRows.notHttp],
  [/certificate/i, faultRows.certificateUntrusted],
  [/prox(y|ies)|tunneling socket/i, faultRows.proxyRefused],
];

/** Of undici and of `tunnel-agent`: what a proxy has answered to CONNECT, in words only. */
const tunnelStatus = /(?:Proxy response \(|tunneling socket.* statusCode=)(\d{3})\b/;

/** What can go wrong before there is a connection: a name, a refusal, no answer. */
const connectingRows: ReadonlySet<RowId> = new Set<RowId>([
  faultRows.hostNotFound,
  faultRows.connectionRefused,
  faultRows.connectTimeout,
]);

/** Characters of a message that are examined and logged. */
const maxMessageChars = 2000;

interface ErrorLink {
  readonly code: string;
  readonly message: string;
  /** Where Node wanted to connect to, as far as it says so. */
  readonly target?: { readonly host: string; readonly port: number | undefined };
}

/** The error, its causes and the members of aggregates, outermost first; cycles end the walk. */
export function errorChain(error: unknown): readonly ErrorLink[] {
  const links: ErrorLink[] = [];
  const visited = new Set<unknown>();
  const visit = (value: unknown): void => {
    // By shape, not by class: an error of another realm is one too.
    if (!isRecord(value) || !('message' in value || 'code' in value) || visited.has(value) || visited.size > 16) return;
    visited.add(value);
    const { code, message, errors, cause } = value;
    const target = targetOf(value);
    links.push({
      code: typeof code === 'string' ? code : '',
      message: typeof message === 'string' ? message.slice(0, maxMessageChars) : '',
      ...(target && { target }),
    });
    if (Array.isArray(errors)) errors.forEach(visit);
    visit(cause);
  };
  visit(error);
  return links;
}

/** From the properties that Node gives to errors of `getaddrinfo` and `connect`. */
function targetOf({ hostname, address, port }: Readonly<Record<string, unknown>>): ErrorLink['target'] {
  if (typeof hostname === 'string') return { host: hostname, port: undefined };
  return typeof address === 'string' && typeof port === 'number' ? { host: address, port } : undefined;
}

interface TransportFault {
  readonly row: RowId;
  /** Of a proxy that can't be reached: `127.0.0.1:7890`, `proxy.example`. */
  readonly proxy?: string;
}

/**
 * What a rejected `fetch` comes to. An error that names another place than the one that was asked for speaks of a
 * proxy: the connection to it is the only one that is made.
 */
export function transportFault(error: unknown, baseUrl: string): TransportFault {
  const row = transportRow(error);
  const proxy = connectingRows.has(row) ? findProxy(error, baseUrl) : undefined;
  return proxy === undefined ? { row } : { row: faultRows.proxyUnreachable, proxy };
}

function findProxy(error: unknown, baseUrl: string): string | undefined {
  if (!URL.canParse(baseUrl)) return undefined;
  const { protocol, hostname, port } = new URL(baseUrl);
  const expectedPort = Number(port) || (protocol === 'https:' ? 443 : 80);
  const targets = errorChain(error).flatMap(({ target }) => target ?? []);
  const proxy = targets.find((place) =>
    place.port === undefined ? place.host !== hostname : place.port !== expectedPort,
  );
  return proxy && (proxy.port === undefined ? proxy.host : `${proxy.host}:${proxy.port}`);
}

/** Which row of the fault table a rejected `fetch`, or a body that broke, belongs to. */
export function transportRow(error: unknown): RowId {
  const links = errorChain(error);
  const rows = links.flatMap(({ code, message }) => {
    const codeOrName = code || /net::ERR_\w+/.exec(message)?.[0];
    return findRow(rowsByCode, codeOrName) ?? [];
  });
  // One address family without a route is no reason to be offline while another one got an answer.
  const rowByCode = rows.find((row) => row !== faultRows.offline) ?? rows[0];
  if (rowByCode !== undefined) return rowByCode;
  for (const { message } of links) {
    const row = tunnelRow(message) ?? findRow(rowsByMessage, message);
    if (row !== undefined) return row;
  }
  // A proxy that answers CONNECT with 407 ends in a cause without code and message; nothing else does.
  const last = links.at(-1);
  return links.length > 1 && last?.code === '' && last.message === ''
    ? faultRows.proxySignIn
    : faultRows.connectionReset;
}

/** A proxy that fails to get through may yet do so; one that does not let through will not. */
function tunnelRow(message: string): RowId | undefined {
  const status = Number(tunnelStatus.exec(message)?.[1] ?? 0);
  if (status === 0) return undefined;
  if (status === 407) return faultRows.proxySignIn;
  return status >= 500 || status === 408 || status === 429 ? faultRows.proxyCannotConnect : faultRows.proxyRefused;
}

function findRow(
  table: readonly (readonly [pattern: RegExp, row: RowId])[],
  text: string | undefined,
): RowId | undefined {
  return text === undefined ? undefined : table.find(([pattern]) => pattern.test(text))?.[1];
}

/** For the log: codes and messages, no stack. */
export function describeError(error: unknown): string {
  const links = errorChain(error);
  if (links.length === 0) return String(error);
  return links.map(({ code, message }) => [code, message].filter(Boolean).join(' ')).join(' ← ');
}
