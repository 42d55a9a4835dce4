export type ApiKeyProblem = 'empty' | 'not-ascii' | 'has-spaces' | 'too-long';

type CleanedApiKey = { readonly key: string } | { readonly problem: ApiKeyProblem };

/** Matches invisible characters that chats and web pages insert into copied text. */
const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/g;

/** Patterns for text that surrounds an API key in shell commands, headers and .env files. */
const wrappers: readonly RegExp[] = [
  /^(["'`])(.*)\1$/s,
  /^([“‘「])(.*)[”’」]$/s,
  /^(-H\s)(.*)/s,
  /^((?:export\s+|set\s+|\$env:)?[a-z]\w*_(?:key|token)\s*=)(.*)/is,
  /^((?:authorization|x-api-key|api-key)\s*[:：])(.*)/is,
  /^(bearer(?:\s|$))(.*)/is,
];

/** Maximum length of a pasted API key, in characters. Servers reject longer headers. */
const maxInputChars = 16_384;

/**
 * Returns the API key in a pasted text, or the problem if the text contains no key that can be sent in an HTTP header.
 */
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
  for (let index = 0; index < wrappers.length; index++) {
    const inner = wrappers[index]?.exec(text)?.[2];
    if (inner === undefined) continue;
    text = inner.trim();
    index = -1;
  }
  return text;
}

export const redacted = '[redacted]';

/** Patterns for credentials and for other text that looks like an API key, with their replacements. */
const credentials: readonly (readonly [RegExp, string])[] = [
  [
    /((?:authorization|x-api-key|api[-_]?key)["']?\s*[:=]\s*["']?)(?:(?:bearer|basic)\s+)?[^\s"',;]+/gi,
    `$1${redacted}`,
  ],
  // A short word without digits after "bearer" is not removed, because it could be prose ("bearer authentication
  // failed").
  [/\b(bearer(?:\s+|%20|\+))(?=[^\s"',;]*[^a-z\s"',;.]|[^\s"',;]{20})[^\s"',;]+/gi, `$1${redacted}`],
  [/\b(?:hsa-[\w-]{4,}|sk-[\w-]{8,})/gi, redacted],
];

/**
 * Matches every text that the patterns in `credentials` could change. This faster pattern is tested first, because most
 * texts contain no credential.
 */
const possibleCredential = /authorization|api[-_]?key|bearer|hsa-|sk-/i;

/**
 * Removes bearer tokens and text that looks like an API key. To remove the API keys of this session, use `KeyRedactor`.
 */
export function redactLookalikes(text: string): string {
  if (!possibleCredential.test(text)) return text;
  return credentials.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}
