import { isRecord } from '../json';
import type { FaultName } from './faultTable';

/** Patterns for network errors, by the faults that they indicate. The first pattern that matches wins. */
type RowPatterns = Readonly<Partial<Record<FaultName, RegExp>>>;

/** Patterns for the error codes of Node.js, undici, OpenSSL and Electron's network stack. */
const patternsOfCodes: RowPatterns = {
  hostNotFound: /^(ENOTFOUND|EAI_NONAME|EAI_NODATA|net::ERR_NAME_(NOT_RESOLVED|RESOLUTION_FAILED)|net::ERR_DNS_\w+)$/,
  offline: /^(EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ENETDOWN|net::ERR_(INTERNET_DISCONNECTED|ADDRESS_UNREACHABLE))$/,
  connectionRefused: /^(ECONNREFUSED|net::ERR_CONNECTION_REFUSED)$/,
  connectTimeout:
    /^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS)_TIMEOUT|ERR_TLS_HANDSHAKE_TIMEOUT|net::ERR_(CONNECTION_)?TIMED_OUT)$/,
  connectionLost: /^UND_ERR_BODY_TIMEOUT$/,
  // OpenSSL has special error codes for a server that answers in plain HTTP. They mean that the scheme of the URL is
  // wrong, not the certificate.
  notHttp:
    /^(ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$|HPE_|UND_ERR_HEADERS_OVERFLOW$|net::ERR_INVALID_HTTP_RESPONSE$)/,
  certificateUntrusted:
    /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED|UNABLE_TO_|INVALID_CA$|ERR_TLS_|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH|net::ERR_(CERT|SSL|PROXY_CERTIFICATE)_)/,
  proxySignIn: /^net::ERR_PROXY_AUTH/,
  proxyRefused: /^(net::ERR_(PROXY|TUNNEL|MANDATORY_PROXY)_|ERR_PROXY)/,
  connectionReset:
    /^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET|net::ERR_(CONNECTION_(RESET|CLOSED|ABORTED)|EMPTY_RESPONSE|NETWORK_CHANGED|NETWORK_IO_SUSPENDED|HTTP2_\w+|QUIC_\w+))$/,
};

/**
 * Patterns for the error messages of Node.js and Electron, for errors without a known `code`. These messages contain no
 * text from a gateway, which could match by chance.
 */
const patternsOfMessages: RowPatterns = {
  notHttp: /does not match the HTTP\/1\.1 protocol|HTTPParserError|Parse Error/i,
  certificateUntrusted: /certificate/i,
  proxyRefused: /prox(y|ies)|tunneling socket/i,
};

/** Matches the HTTP status of a proxy's response to CONNECT, in the error messages of undici and `tunnel-agent`. */
const tunnelStatus = /(?:Proxy response \(|tunneling socket.* statusCode=)(\d{3})\b/;

/** Faults that occur before a connection is established. */
const connectingRows: ReadonlySet<FaultName> = new Set(['hostNotFound', 'connectionRefused', 'connectTimeout']);

const maxMessageChars = 2000;

interface ErrorLink {
  readonly code: string;
  readonly message: string;
  /** Host and port to which Node.js tried to connect, if the error contains them. */
  readonly target?: { readonly host: string; readonly port: number | undefined };
}

/**
 * Returns an error, its causes and the members of aggregate errors, outermost first. Each error is returned only once,
 * even if an error is its own cause.
 */
export function errorChain(error: unknown): readonly ErrorLink[] {
  const links: ErrorLink[] = [];
  const visited = new Set<unknown>();
  const visit = (value: unknown): void => {
    // `instanceof Error` can't be used, because an error from another realm is not an instance of this realm's `Error`.
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

/**
 * Returns the host and port to which Node.js tried to connect. Node.js adds them to errors of `getaddrinfo` and
 * `connect`.
 */
function targetOf({ hostname, address, port }: Readonly<Record<string, unknown>>): ErrorLink['target'] {
  if (typeof hostname === 'string') return { host: hostname, port: undefined };
  return typeof address === 'string' && typeof port === 'number' ? { host: address, port } : undefined;
}

/**
 * Returns the fault for the error of a rejected `fetch`. If Node.js tried to connect to another host or port than that
 * of the base URL, it tried to connect to a proxy.
 * @returns the fault. If a proxy can't be reached, `proxy` is its host, with the port if the port is known:
 * `127.0.0.1:7890`
 */
export function transportFault(error: unknown, baseUrl: string): { readonly row: FaultName; readonly proxy?: string } {
  const row = transportRow(error);
  const proxy = connectingRows.has(row) ? findProxy(error, baseUrl) : undefined;
  return proxy === undefined ? { row } : { row: 'proxyUnreachable', proxy };
}

function findProxy(error: unknown, baseUrl: string): string | undefined {
  const url = URL.parse(baseUrl);
  if (!url) return undefined;
  const { protocol, hostname, port } = url;
  const expectedPort = Number(port) || (protocol === 'https:' ? 443 : 80);
  const targets = errorChain(error).flatMap(({ target }) => target ?? []);
  const proxy = targets.find((target) =>
    target.port === undefined ? target.host !== hostname : target.port !== expectedPort,
  );
  return proxy && (proxy.port === undefined ? proxy.host : `${proxy.host}:${proxy.port}`);
}

export function transportRow(error: unknown): FaultName {
  const links = errorChain(error);
  const rows = links.flatMap(({ code, message }) => {
    return findRow(patternsOfCodes, code || (/net::ERR_\w+/.exec(message)?.[0] ?? '')) ?? [];
  });
  // If only IPv4 or only IPv6 has no route, the computer is not offline. The error of the other address family then
  // determines the fault.
  const rowByCode = rows.find((row) => row !== 'offline') ?? rows[0];
  if (rowByCode !== undefined) return rowByCode;
  for (const { message } of links) {
    const row = tunnelRow(message) ?? findRow(patternsOfMessages, message);
    if (row !== undefined) return row;
  }
  // If the innermost cause has neither a code nor a message, a proxy has answered CONNECT with 407.
  const last = links.at(-1);
  return links.length > 1 && last?.code === '' && last.message === '' ? 'proxySignIn' : 'connectionReset';
}

/** Returns the fault for a proxy that did not open a tunnel. A retry helps only if the proxy itself failed. */
function tunnelRow(message: string): FaultName | undefined {
  const status = Number(tunnelStatus.exec(message)?.[1] ?? 0);
  if (status === 0) return undefined;
  if (status === 407) return 'proxySignIn';
  return status >= 500 || status === 408 || status === 429 ? 'proxyCannotConnect' : 'proxyRefused';
}

function findRow(patterns: RowPatterns, text: string): FaultName | undefined {
  return (Object.keys(patterns) as FaultName[]).find((row) => patterns[row]?.test(text));
}

/** Returns the codes and messages of an error and its causes as text for the log, without stack traces. */
export function describeError(error: unknown): string {
  const links = errorChain(error);
  if (links.length === 0) return String(error);
  return links.map(({ code, message }) => [code, message].filter(Boolean).join(' ')).join(' ← ');
}
