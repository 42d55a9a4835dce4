import type { RowId } from './table';

/** Codes of Node, undici, OpenSSL and Electron's network stack. The first pattern that matches names the row. */
const codeRows: readonly (readonly [pattern: RegExp, row: RowId])[] = [
  [/^(ENOTFOUND|EAI_NONAME|EAI_NODATA|net::ERR_NAME_NOT_RESOLVED)$/, 1],
  [
    /^(EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ENETDOWN|net::ERR_INTERNET_DISCONNECTED|net::ERR_ADDRESS_UNREACHABLE|net::ERR_NETWORK_CHANGED)$/,
    2,
  ],
  [/^(ECONNREFUSED|net::ERR_CONNECTION_REFUSED)$/, 3],
  [/^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|net::ERR_(CONNECTION_)?TIMED_OUT)$/, 4],
  [/^UND_ERR_HEADERS_TIMEOUT$/, 10],
  [/^UND_ERR_BODY_TIMEOUT$/, 40],
  [/^(CERT_|DEPTH_ZERO_|SELF_SIGNED|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH|net::ERR_(CERT|SSL)_)/, 6],
  [/^(net::ERR_PROXY_|net::ERR_TUNNEL_|ERR_PROXY)/, 7],
  [/^(HPE_|net::ERR_INVALID_HTTP_RESPONSE)/, 8],
  [
    /^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET|net::ERR_CONNECTION_(RESET|CLOSED|ABORTED)|net::ERR_EMPTY_RESPONSE)$/,
    5,
  ],
];

/** Where the runtime gives no code, only words; they are its own, not a server's. */
const wordRows: readonly (readonly [pattern: RegExp, row: RowId])[] = [
  [/does not match the HTTP\/1\.1 protocol|HTTPParserError|Parse Error/i, 8],
  [/certificate/i, 6],
  [/proxy/i, 7],
];

interface ErrorLink {
  readonly code: string;
  readonly message: string;
}

/** The error, its causes and the members of aggregates, outermost first; cycles end the walk. */
export function errorChain(error: unknown): readonly ErrorLink[] {
  const links: ErrorLink[] = [];
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (!(value instanceof Error) || seen.has(value) || seen.size > 16) return;
    seen.add(value);
    const code: unknown = 'code' in value ? value.code : undefined;
    links.push({ code: typeof code === 'string' ? code : '', message: value.message });
    if (value instanceof AggregateError) value.errors.forEach(visit);
    visit(value.cause);
  };
  visit(error);
  return links;
}

/** Which row of the fault table a rejected `fetch`, or a body that broke, belongs to. */
export function transportRow(error: unknown): RowId {
  const links = errorChain(error);
  for (const { code, message } of links) {
    const named = code || /net::ERR_\w+/.exec(message)?.[0];
    const match = named === undefined ? undefined : codeRows.find(([pattern]) => pattern.test(named));
    if (match) return match[1];
  }
  for (const { message } of links) {
    const match = wordRows.find(([pattern]) => pattern.test(message));
    if (match) return match[1];
  }
  // A proxy that answers CONNECT with 407 ends in a cause without code and message; nothing else does.
  const last = links.at(-1);
  return links.length > 1 && last?.code === '' && last.message === '' ? 7 : 5;
}

/** For the log: codes and messages, no stack. */
export function describeError(error: unknown): string {
  const links = errorChain(error);
  if (links.length === 0) return String(error);
  return links.map(({ code, message }) => [code, message].filter(Boolean).join(' ')).join(' ← ');
}
