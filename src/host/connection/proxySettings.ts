import * as vscode from 'vscode';

/** Names of environment variables that affect proxies and certificates. Their lower-case names have the same effect. */
const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'];

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

function readEnvironment(name: string): string {
  return process.env[name] || process.env[name.toLowerCase()] || '';
}

function readExceptions(): readonly string[] {
  const exceptions = vscode.workspace.getConfiguration('http').get<unknown>('noProxy');
  return Array.isArray(exceptions) ? exceptions.map(String) : [];
}

/**
 * Returns the proxy settings for the diagnostics report. For a setting that can contain a secret, such as a proxy URL
 * with a password, the report shows only whether the setting has a value.
 */
export function readProxyInfo() {
  const http = vscode.workspace.getConfiguration('http');
  return {
    setting: Boolean(http.get<unknown>('proxy')),
    noProxy: readExceptions().length > 0,
    authorization: Boolean(http.get<unknown>('proxyAuthorization')),
    support: String(http.get<unknown>('proxySupport', 'override')),
    strictSSL: http.get('proxyStrictSSL') !== false,
    systemCertificates: http.get('systemCertificates') !== false,
    environment: proxyVariables.filter((name) => readEnvironment(name)),
  };
}

/**
 * Returns host and port of the proxy through which VS Code sends requests to a URL. Returns undefined if neither the
 * settings nor the environment define a proxy. A proxy of the operating system is not found, because extensions can't
 * read it. The rules are those of VS Code, except that ranges of IP addresses in `http.noProxy` are ignored.
 */
export function proxyOf(url: string): string | undefined {
  const http = vscode.workspace.getConfiguration('http');
  const { protocol, hostname, port } = new URL(url);
  if (http.get('proxySupport') === 'off' || loopbackHosts.has(hostname)) return undefined;
  const exceptions = [...readExceptions(), ...readEnvironment('NO_PROXY').split(',')];
  const usedPort = port || (protocol === 'https:' ? '443' : '80');
  if (exceptions.some((exception) => matches(exception.trim().toLowerCase(), hostname, usedPort))) return undefined;
  const fromEnvironment = (protocol === 'https:' && readEnvironment('HTTPS_PROXY')) || readEnvironment('HTTP_PROXY');
  const proxy = http.get<string>('proxy') || fromEnvironment;
  // Like VS Code, this code ignores a proxy without a scheme, such as `proxy:8080`.
  return URL.parse(proxy)?.host || undefined;
}

/**
 * Returns whether an exception of the proxy settings applies to a host.
 * @param exception `*`, or the name of a host or a domain, with an optional port
 */
function matches(exception: string, hostname: string, port: string): boolean {
  if (exception === '*') return true;
  const [name = '', exceptionPort = port] = exception.split(':');
  if (name === '') return false;
  const domain = name.startsWith('.') ? name : `.${name}`;
  return `.${hostname}`.endsWith(domain) && exceptionPort === port;
}
