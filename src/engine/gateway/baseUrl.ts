/** What was put right; everything but `trimmed` changes where requests go. */
export type BaseUrlCorrection =
  'trimmed' | 'full-width' | 'scheme-added' | 'query-removed' | 'endpoint-removed' | 'v1-added';

export type BaseUrlProblem = 'empty' | 'not-a-url' | 'not-http' | 'credentials';

export interface BaseUrl {
  /** Ends without a slash; a path is appended with one. */
  readonly url: string;
  /** What a key is bound to, e.g. `https://api.holysheep.ai`. */
  readonly origin: string;
  /** With the port where it isn't the scheme's own. */
  readonly host: string;
  readonly corrections: readonly BaseUrlCorrection[];
  /** Plain HTTP to another machine: the key and the prompts could be read on the way. */
  readonly insecure: boolean;
}

export type NormalizedBaseUrl = BaseUrl | { readonly error: BaseUrlProblem };

/** Copied along from chats, shells and documents: white space, invisible characters, quotes, angle brackets. */
const wrapping = '[\\s\\u200b-\\u200d\\u2060\\ufeff"\'`<>“”‘’「」]';
const leading = new RegExp(`^${wrapping}+`);
const trailing = new RegExp(`${wrapping}+$`);
const endpoint = /(?:\/(?:chat\/completions|completions|responses|embeddings|models)['/]*)+$/i;

/** Makes a base URL of what a person typed or pasted; total. */
export function normalizeBaseUrl(input: string): NormalizedBaseUrl {
  const corrections = new Set<BaseUrlCorrection>();
  const change = (before: string, after: string, correction: BaseUrlCorrection): string => {
    if (before !== after) corrections.add(correction);
    return after;
  };

  let text = change(input, input.replace(leading, '').replace(trailing, ''), 'trimmed');
  if (text === '') return { error: 'empty' };
  text = change(text, toHalfWidth(text), 'full-width');
  const withScheme = addScheme(text);
  if (withScheme === undefined) return { error: 'not-http' };
  text = change(text, withScheme, 'scheme-added');

  if (!URL.canParse(text)) return { error: 'not-a-url' };
  const parsed = new URL(text);
  if (parsed.username !== '' || parsed.password !== '') return { error: 'credentials' };
  if (parsed.search !== '' || parsed.hash !== '') corrections.add('query-removed');

  // The parser's own slash after a bare host is no mistake of the person's.
  let path = parsed.pathname === '/' ? '' : change(parsed.pathname, removeExtraSlashes(parsed.pathname), 'trimmed');
  path = change(path, removeExtraSlashes(path.replace(endpoint, '')), 'endpoint-removed');
  if (path === '') path = change(path, '/v1', 'v1-added');

  return {
    url: parsed.origin + path,
    origin: parsed.origin,
    host: parsed.host,
    corrections: [...corrections],
    insecure: parsed.protocol === 'http:' && !isLoopback(parsed.hostname),
  };
}

/** Chinese input methods type `：` and `／` where a URL needs `:` and `/`. */
function toHalfWidth(text: string): string {
  return text.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
}

/** @returns undefined for a scheme that isn't HTTP. */
function addScheme(text: string): string | undefined {
  if (/^https?:\/\//i.test(text)) return text;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return undefined;
  // The parser skips the slashes of `//host` itself.
  const guess = `http://${text}`;
  const local = URL.canParse(guess) && isLoopback(new URL(guess).hostname);
  return `${local ? 'http' : 'https'}://${text}`;
}

/** A quote at the end is one that a query had hidden. */
function removeExtraSlashes(path: string): string {
  return path.replace(/\/{2,}/g, '/').replace(/['/]+$/, '');
}

function isLoopback(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(hostname);
}

/** Returns an origin such as `https://api.holysheep.ai`. A text that is not a URL is its own origin. */
export function originOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).origin : baseUrl;
}

/** Returns the host as users see it: `api.holysheep.ai`, `localhost:11434`. */
export function hostOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : baseUrl;
}
