interface ProxyConfiguration {
  /** Value of VS Code's setting `http.proxySupport`. */
  readonly support: string;
  /** Value of VS Code's setting `http.proxy`, or an empty string. */
  readonly proxy: string;
  /** Value of VS Code's setting `http.noProxy`. */
  readonly noProxy: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Returns host and port of the proxy for a URL, by the same rules as VS Code, except that ranges of IP addresses in
 * `http.noProxy` are not evaluated. Returns undefined if requests to the URL are sent directly.
 */
export function findProxy(
  url: string,
  { support, proxy, noProxy, environment }: ProxyConfiguration,
): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  if (support === 'off' || loopbackHosts.has(hostname)) return undefined;
  const read = (name: string): string => environment[name] || environment[name.toLowerCase()] || '';
  const exceptions = [...noProxy, ...read('NO_PROXY').split(',')];
  const defaultPort = protocol === 'https:' ? '443' : '80';
  if (exceptions.some((exception) => matches(exception.trim().toLowerCase(), hostname, port || defaultPort))) {
    return undefined;
  }
  const fromEnvironment = (protocol === 'https:' && read('HTTPS_PROXY')) || read('HTTP_PROXY');
  const proxyUrl = proxy || fromEnvironment;
  // VS Code ignores a proxy without a scheme.
  return URL.canParse(proxyUrl) ? new URL(proxyUrl).host || undefined : undefined;
}

/** @param exception `*`, or the name of a host or a domain, with an optional port */
function matches(exception: string, hostname: string, port: string): boolean {
  if (exception === '*') return true;
  const [name = '', exceptionPort = port] = exception.split(':');
  if (name === '') return false;
  const domain = name.startsWith('.') ? name : `.${name}`;
  return `.${hostname}`.endsWith(domain) && exceptionPort === port;
}
