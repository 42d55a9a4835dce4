/** A correction of a base URL. Every correction except `trimmed` changes where requests are sent. */
export type BaseUrlCorrection =
  'trimmed' | 'full-width' | 'scheme-added' | 'query-removed' | 'endpoint-removed' | 'v1-added';

/** The reason why a text can't be used as a base URL. */
export type BaseUrlProblem = 'empty' | 'too-long' | 'not-a-url' | 'not-http' | 'credentials';

/** A valid base URL and its parts. */
export interface BaseUrl {
  /** The base URL without a slash at the end. */
  readonly url: string;
  /** The origin to which the key is bound, for instance `https://api.holysheep.ai`. */
  readonly origin: string;
  /** The host, with the port unless it is the default port of the scheme. */
  readonly host: string;
  readonly corrections: readonly BaseUrlCorrection[];
  /** Whether requests are sent to another computer over plain HTTP. Others could then read the key and the prompts. */
  readonly insecure: boolean;
}

/** The result of {@link normalizeBaseUrl}. */
export type NormalizedBaseUrl = BaseUrl | { readonly error: BaseUrlProblem };

/**
 * Matches characters around a URL that is copied from a chat, shell or document: whitespace, invisible characters,
 * quotes, brackets.
 */
const wrapping = '[\\s\\u200b-\\u200d\\u2060\\ufeff"\'`<>“”‘’「」]';
const leading = new RegExp(`^${wrapping}+`);
const trailing = new RegExp(`${wrapping}+$`);
/** Maximum length of a base URL with the characters around it. A longer text would take seconds to correct. */
export const maxBaseUrlLength = 2048;
const endpoint = /(?:\/(?:chat\/completions|completions|responses|embeddings|models)['/]*)+$/i;

/**
 * Returns the base URL in a text that the user typed or pasted, or the reason why the text can't be used. Never throws.
 */
export function normalizeBaseUrl(input: string): NormalizedBaseUrl {
  if (input.length > maxBaseUrlLength) return { error: 'too-long' };
  const corrections = new Set<BaseUrlCorrection>();
  const correct = (input: string, corrected: string, correction: BaseUrlCorrection): string => {
    if (input !== corrected) corrections.add(correction);
    return corrected;
  };

  let text = correct(input, input.replace(leading, '').replace(trailing, ''), 'trimmed');
  if (text === '') return { error: 'empty' };
  text = correct(text, toHalfWidth(text), 'full-width');
  const withScheme = addScheme(text);
  if (withScheme === undefined) return { error: 'not-http' };
  text = correct(text, withScheme, 'scheme-added');

  if (!URL.canParse(text)) return { error: 'not-a-url' };
  const parsed = new URL(text);
  if (parsed.username !== '' || parsed.password !== '') return { error: 'credentials' };
  if (parsed.search !== '' || parsed.hash !== '') corrections.add('query-removed');

  // Ignores the slash that the URL parser adds after a host without a path, because it is not a correction of the
  // user's text.
  let path = parsed.pathname === '/' ? '' : correct(parsed.pathname, cleanPath(parsed.pathname), 'trimmed');
  path = correct(path, cleanPath(path.replace(endpoint, '')), 'endpoint-removed');
  if (path === '') path = correct(path, '/v1', 'v1-added');

  return {
    url: parsed.origin + path,
    origin: parsed.origin,
    host: parsed.host,
    corrections: [...corrections],
    insecure: usesPlainHttp(parsed.href),
  };
}

/** Replaces full-width characters, because Chinese input methods insert `：` and `／` where a URL needs `:` and `/`. */
function toHalfWidth(text: string): string {
  return text.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
}

/** Returns the URL, with a scheme added if it has none, or undefined if its scheme is neither HTTP nor HTTPS. */
function addScheme(text: string): string | undefined {
  if (/^https?:\/\//i.test(text)) return text;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return undefined;
  // The URL is parsed only to read its host. The text may begin with slashes, because the URL parser ignores them, as
  // in `http:////host`.
  const candidate = `http://${text}`;
  const isLocal = URL.canParse(candidate) && isLoopback(new URL(candidate).hostname);
  return `${isLocal ? 'http' : 'https'}://${text}`;
}

/** Removes extra slashes from a path. Also removes a quote at its end, which remains when a quoted URL had a query. */
function cleanPath(path: string): string {
  return path.replace(/\/{2,}/g, '/').replace(/['/]+$/, '');
}

/**
 * Returns whether requests to a URL are sent to another computer over plain HTTP, so that others could read the key and
 * the prompts. Requests to a loopback address never leave this computer.
 */
export function usesPlainHttp(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !isLoopback(hostname);
}

function isLoopback(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(hostname);
}

/**
 * Returns the origin of a URL, such as `https://api.holysheep.ai`. For a text that is not a URL, returns the text
 * itself.
 */
export function originOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).origin : baseUrl;
}

/** Returns the host as the user interface displays it: `api.holysheep.ai`, `localhost:11434`. */
export function hostOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : baseUrl;
}

/**
 * Returns the name under which the user interface shows a route: the host, and the path if the URL has one. Routes with
 * the same host are told apart by their base URLs; for any other route, its origin is enough.
 * @param url a base URL or an origin
 */
export function routeName(url: string): string {
  if (!URL.canParse(url)) return url;
  const { host, pathname } = new URL(url);
  if (pathname === '/') return host;
  return `${usesPlainHttp(url) ? 'http://' : ''}${host}${pathname}`;
}

/** Returns whether another route has the same host, so that only the base URLs tell the two routes apart. */
export function isHostShared(baseUrl: string, routes: readonly { readonly baseUrl: string }[]): boolean {
  return routes.some((other) => other.baseUrl !== baseUrl && hostOf(other.baseUrl) === hostOf(baseUrl));
}

/** Returns the name of a route among all routes: its host, and its path if another route has the same host. */
export function nameAmong(routes: readonly { readonly baseUrl: string }[], baseUrl: string): string {
  return isHostShared(baseUrl, routes) ? routeName(baseUrl) : hostOf(baseUrl);
}

/**
 * Returns whether requests may move from one base URL to another without the user's consent. They never leave an
 * encrypted connection for plain HTTP, because anyone who can disturb the connection could then read the prompts.
 */
export function mayReplace(from: string, to: string): boolean {
  return !(from.startsWith('https:') && usesPlainHttp(to));
}
