import * as vscode from 'vscode';

/** Their lower-case names have the same effect. */
const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'];

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

function readEnvironment(name: string): string {
  return process.env[name] || process.env[name.toLowerCase()] || '';
}

function readExceptions(): readonly string[] {
  const exceptions = vscode.workspace.getConfiguration('http').get<unknown>('noProxy');
  return Array.isArray(exceptions) ? exceptions.map(String) : [];
}

/** Returns which settings have a value. The values are left out, because a proxy URL may contain a password. */
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
 * Returns host and port of the proxy through which VS Code sends requests to a URL, or undefined if the settings and the
 * environment name none. Follows the rules of VS Code, except that ranges of IP addresses in `http.noProxy` are not
 * evaluated. A proxy that only the operating system knows is not found, because extensions can't read it.
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
  // VS Code ignores a proxy without a scheme.
  return URL.parse(proxy)?.host || undefined;
}

/** @param exception `*`, or the name of a host or a domain, with an optional port */
function matches(exception: string, hostname: string, port: string): boolean {
  if (exception === '*') return true;
  const [name = '', exceptionPort = port] = exception.split(':');
  if (name === '') return false;
  const domain = name.startsWith('.') ? name : `.${name}`;
  return `.${hostname}`.endsWith(domain) && exceptionPort === port;
}
