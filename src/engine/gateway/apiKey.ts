export type ApiKeyProblem = 'empty' | 'not-ascii' | 'has-spaces' | 'too-long';

type CleanedApiKey = { readonly key: string } | { readonly problem: ApiKeyProblem };

/** Invisible characters that chats and web pages put into copied text. */
const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/g;

/** What surrounds a key in shells, header dumps and .env files; taken off until nothing more comes off. */
const wrappers: readonly RegExp[] = [
  /^(["'`])(.*)\1$/s,
  /^([“‘「])(.*)[”’」]$/s,
  /^(-H\s)(.*)/s,
  /^((?:export\s+|set\s+|\$env:)?[a-z]\w*_(?:key|token)\s*=)(.*)/is,
  /^((?:authorization|x-api-key|api-key)\s*[:：])(.*)/is,
  /^(bearer(?:\s|$))(.*)/is,
];

/** Maximum length of a pasted key in characters. Servers reject longer headers. */
const maxInputChars = 16_384;

/** Takes a key out of what a person pasted. A key that HTTP can't carry is a problem, never sent. */
export function cleanApiKey(input: string): CleanedApiKey {
  if (input.length > maxInputChars) return { problem: 'too-long' };
  const key = unwrap(input.replace(invisible, '').trim());
  if (key === '') return { problem: 'empty' };
  if (/\s/.test(key)) return { problem: 'has-spaces' };
  if (!/^[\x21-\x7e]+$/.test(key)) return { problem: 'not-ascii' };
  return { key };
}

function unwrap(wrapped: string): string {
  let text = wrapped;
  for (let at = 0; at < wrappers.length; at++) {
    const inner = wrappers[at]?.exec(text)?.[2];
    if (inner === undefined) continue;
    text = inner.trim();
    at = -1;
  }
  return text;
}

export function looksLikeHolySheepKey(key: string): boolean {
  return /^hsa-./.test(key);
}

/** A gentle doubt, never a refusal: the gateway has the last word. */
type KeyWarning = 'not-a-holysheep-key' | 'holysheep-key-elsewhere';

/** @param host of the base URL, as in `URL.host`. */
export function doubtAbout(key: string, host: string): KeyWarning | undefined {
  const atHolySheep = /^(?:.+\.)?holysheep\.ai(?::\d+)?$/i.test(host);
  if (atHolySheep === looksLikeHolySheepKey(key)) return undefined;
  return atHolySheep ? 'not-a-holysheep-key' : 'holysheep-key-elsewhere';
}

/** Replaces a key in everything that is shown or stored. */
export const redacted = '[redacted]';

/** Keys by their looks, and whatever is sent as a credential. */
const credentials: readonly (readonly [RegExp, string])[] = [
  [
    /((?:authorization|x-api-key|api[-_]?key)["']?\s*[:=]\s*["']?)(?:(?:bearer|basic)\s+)?[^\s"',;]+/gi,
    `$1${redacted}`,
  ],
  // A word after "bearer" may be prose ("bearer authentication failed"); a token has more than letters, or is long.
  [/\b(bearer(?:\s+|%20|\+))(?=[^\s"',;]*[^a-z\s"',;.]|[^\s"',;]{20})[^\s"',;]+/gi, `$1${redacted}`],
  [/\b(?:hsa-[\w-]{4,}|sk-[\w-]{8,})/gi, redacted],
];

/** Removes bearer tokens and text that looks like a key. `KnownKeys` removes the keys of this session. */
export function redactLookalikes(text: string): string {
  return credentials.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}
