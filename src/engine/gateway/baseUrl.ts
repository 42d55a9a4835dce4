export type BaseUrlProblem = 'empty' | 'too-long' | 'not-a-url' | 'not-http' | 'credentials';

export interface BaseUrl {
  /** The base URL without a slash at the end. */
  readonly url: string;
  /**
   * Whether the entered URL was corrected, so that requests go to a different URL. Removing quotes and trailing slashes
   * is not a correction.
   */
  readonly isCorrected: boolean;
}

export type NormalizedBaseUrl = BaseUrl | { readonly error: BaseUrlProblem };

/**
 * Part of a regular expression: whitespace, invisible characters, quotes and brackets around a URL that was copied from
 * a chat, shell or document.
 */
const wrapping = '[\\s\\u200b-\\u200d\\u2060\\ufeff"\'`<>“”‘’「」]';
const leading = new RegExp(`^${wrapping}+`);
const trailing = new RegExp(`${wrapping}+$`);
/**
 * Maximum length of the text that the user enters as a base URL, in characters. Correcting a longer text would take
 * seconds.
 */
export const maxBaseUrlLength = 2048;
const endpoint = /(?:\/(?:chat\/completions|completions|responses|embeddings|models)['/]*)+$/i;

/** Reads a base URL that the user typed or pasted, and corrects typical mistakes. Never throws. */
export function normalizeBaseUrl(input: string): NormalizedBaseUrl {
  if (input.length > maxBaseUrlLength) return { error: 'too-long' };
  const text = input.replace(leading, '').replace(trailing, '');
  if (text === '') return { error: 'empty' };
  const withScheme = addScheme(toHalfWidth(text));
  if (withScheme === undefined) return { error: 'not-http' };
  const parsed = URL.parse(withScheme);
  if (!parsed) return { error: 'not-a-url' };
  if (parsed.username !== '' || parsed.password !== '') return { error: 'credentials' };
  const typedPath = cleanPath(parsed.pathname);
  const path = cleanPath(typedPath.replace(endpoint, '')) || '/v1';
  const isCorrected = withScheme !== text || parsed.search + parsed.hash !== '' || path !== typedPath;
  return { url: parsed.origin + path, isCorrected };
}

/** Replaces full-width characters, because Chinese input methods insert `：` and `／` where a URL needs `:` and `/`. */
function toHalfWidth(text: string): string {
  return text.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
}

/** Adds a scheme if the URL has none. Returns undefined if the scheme is neither HTTP nor HTTPS. */
function addScheme(text: string): string | undefined {
  if (/^https?:\/\//i.test(text)) return text;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return undefined;
  // Extra slashes after the scheme don't matter, because the URL parser ignores them, as in `http:////host`.
  return `${isLoopbackUrl(`http://${text}`) ? 'http' : 'https'}://${text}`;
}

/**
 * Removes duplicate slashes, and slashes and quotes at the end of a path. A path ends with a quote if a query follows a
 * quoted URL, as in `'https://host/v1'?query`.
 */
function cleanPath(path: string): string {
  return path.replace(/\/{2,}/g, '/').replace(/['/]+$/, '');
}

/**
 * Returns whether others could read the API key and the prompts on their way to the URL. Requests to a loopback address
 * are safe, because they never leave this computer.
 */
export function usesPlainHttp(url: string): boolean {
  return URL.parse(url)?.protocol === 'http:' && !isLoopbackUrl(url);
}

/**
 * Matches loopback addresses. A name such as `gateway.localhost` is not a loopback address, because a name server could
 * resolve it to any address.
 */
const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/** Returns whether requests to a URL never leave this computer. */
export function isLoopbackUrl(url: string): boolean {
  return loopbackHost.test(URL.parse(url)?.hostname ?? '');
}

/**
 * Matches hosts in private networks: the private IPv4 networks of RFC 1918, the shared networks of VPNs
 * (100.64.0.0/10), link-local IPv4, unique local IPv6 (fc00::/7), names without a dot, and domains that exist only on
 * this computer, in local networks and in containers.
 */
const privateHost =
  /^(?:(?:10|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))(?:\.\d{1,3})+|\[f[cd][\da-f]{2}:.*\]|(?!localhost$)[\w-]+|.+\.(?:local|localhost|lan|internal))$/i;

/** Returns whether a URL leads to another computer in the user's own network. */
export function isPrivateUrl(url: string): boolean {
  return privateHost.test(URL.parse(url)?.hostname ?? '');
}

/**
 * Returns whether a URL leads to this computer or to the user's own network, as the URLs of Ollama and LM Studio do.
 */
export function isLocalUrl(url: string): boolean {
  return isLoopbackUrl(url) || isPrivateUrl(url);
}

/** Returns the origin of a base URL. If the text is not a URL, returns the text itself. */
export function originOf(baseUrl: string): string {
  return URL.parse(baseUrl)?.origin ?? baseUrl;
}

export function hostOf(baseUrl: string): string {
  return URL.parse(baseUrl)?.host ?? baseUrl;
}

/**
 * Returns whether requests can move from one base URL to another without the user's consent. Requests never move from
 * an encrypted connection to plain HTTP. Otherwise, anyone who can disturb the connection could read the prompts.
 */
export function mayReplace(from: string, to: string): boolean {
  return !(from.startsWith('https:') && usesPlainHttp(to));
}
