import * as vscode from 'vscode';
import { parseChoice, parseStrings, parseText } from '../settings/settingValues';
import { findProxy } from './proxyOfUrl';

/** Which proxy settings have a value. The values are left out, because a proxy URL may contain a password. */
export interface ProxyInfo {
  readonly setting: boolean;
  readonly noProxy: boolean;
  readonly authorization: boolean;
  /** Value of VS Code's setting `http.proxySupport`. */
  readonly support: string;
  readonly strictSSL: boolean;
  readonly systemCertificates: boolean;
  /** Names of those environment variables for proxies and certificates that are set. */
  readonly environment: readonly string[];
}

/** Values of VS Code's setting `http.proxySupport`. The first one is VS Code's default. */
const proxySupport = ['override', 'fallback', 'on', 'off'] as const;

/** Environment variables that affect the network, in upper case. Their lower-case names have the same effect. */
const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'];

export function readProxyInfo(): ProxyInfo {
  const http = vscode.workspace.getConfiguration('http');
  const isSet = (name: string): boolean => {
    const value: unknown = http.get(name);
    return Array.isArray(value) ? value.length > 0 : Boolean(value);
  };
  return {
    setting: isSet('proxy'),
    noProxy: isSet('noProxy'),
    authorization: isSet('proxyAuthorization'),
    support: parseChoice(http.get('proxySupport'), proxySupport),
    strictSSL: http.get('proxyStrictSSL') !== false,
    systemCertificates: http.get('systemCertificates') !== false,
    environment: proxyVariables.filter((name) => process.env[name] || process.env[name.toLowerCase()]),
  };
}

/**
 * Returns the proxy through which VS Code sends requests to a URL, or undefined if the settings and the environment name
 * none. A proxy that only the operating system knows is not found, because extensions can't read it.
 * @returns host and port of the proxy, without its credentials
 */
export function proxyOf(url: string): string | undefined {
  const http = vscode.workspace.getConfiguration('http');
  return findProxy(url, {
    support: parseChoice(http.get('proxySupport'), proxySupport),
    proxy: parseText(http.get('proxy'), ''),
    noProxy: parseStrings(http.get('noProxy')),
    environment: process.env,
  });
}
