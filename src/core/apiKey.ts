export type ApiKeyProblem = 'empty' | 'not-ascii' | 'has-spaces';

export type CleanedApiKey = { readonly key: string } | { readonly problem: ApiKeyProblem };

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

/** Takes a key out of what a person pasted. A key that HTTP can't carry is a problem, never sent. */
export function cleanApiKey(input: string): CleanedApiKey {
  const key = unwrap(input.replace(invisible, '').trim());
  if (key === '') return { problem: 'empty' };
  if (/\s/.test(key)) return { problem: 'has-spaces' };
  if (!/^[\x21-\x7e]+$/.test(key)) return { problem: 'not-ascii' };
  return { key };
}

function unwrap(text: string): string {
  for (const wrapper of wrappers) {
    const inner = wrapper.exec(text)?.[2];
    if (inner !== undefined) return unwrap(inner.trim());
  }
  return text;
}

export function looksLikeHolySheepKey(key: string): boolean {
  return /^hsa-./.test(key);
}

/** A gentle doubt, never a refusal: the gateway has the last word. */
export type KeyDoubt = 'not-a-holysheep-key' | 'holysheep-key-elsewhere';

/** @param host of the base URL, as in `URL.host`. */
export function doubtAbout(key: string, host: string): KeyDoubt | undefined {
  const atHolySheep = /^(?:.+\.)?holysheep\.ai(?::\d+)?$/i.test(host);
  if (atHolySheep === looksLikeHolySheepKey(key)) return undefined;
  return atHolySheep ? 'not-a-holysheep-key' : 'holysheep-key-elsewhere';
}

const redacted = '[redacted]';

/** Keys by their looks, and whatever is sent as a credential. */
const credentials: readonly (readonly [RegExp, string])[] = [
  [
    /((?:authorization|x-api-key|api[-_]?key)["']?\s*[:=]\s*["']?)(?:(?:bearer|basic)\s+)?[^\s"',;]+/gi,
    `$1${redacted}`,
  ],
  // A word after "bearer" may be prose ("bearer authentication failed"); a token has more than letters, or is long.
  [/\b(bearer(?:\s+|%20|\+))(?=[^\s"',;]*[^a-z\s"',;.]|[^\s"',;]{20})[^\s"',;]+/gi, `$1${redacted}`],
  [/\b(?:hsa-[\w-]{4,}|sk-[\w-]{8,})/g, redacted],
];

/** Shorter keys are ordinary words ("none", "test") to some local servers: replaced as whole words only. */
const distinctive = 8;

/** Removes `keys`, anything that looks like a key, and bearer tokens from `text`: for logs and error details. */
export function redactKeys(text: string, keys: Iterable<string> = []): string {
  const spellings = [...keys].filter((key) => key !== '').flatMap((key) => [...spellingsOf(key)]);
  // Longest first: a key may contain another.
  spellings.sort((a, b) => b.length - a.length);
  const withoutKeys = spellings.reduce(removeKey, text);
  return credentials.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), withoutKeys);
}

function spellingsOf(key: string): ReadonlySet<string> {
  return new Set([key, encodeURIComponent(key), JSON.stringify(key).slice(1, -1)]);
}

function removeKey(text: string, key: string): string {
  if (key.length >= distinctive) return text.replaceAll(key, redacted);
  const literal = key.replace(/[^\w]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w-])${literal}(?![\\w-])`, 'g'), redacted);
}
