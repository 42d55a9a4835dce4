import type { ExportedRequest } from '../../../src/host/copyAsCode/exportedRequest';

/** Returns a request to be copied, with the given changes. */
export function exportedRequestOf(changes: Partial<ExportedRequest> = {}): ExportedRequest {
  return {
    baseUrl: 'https://api.example.com/v1',
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Hello' }],
    otherFields: { temperature: 0.7, max_tokens: 2048, stream: true },
    retry: { maxRetries: 3, baseDelayMs: 1, maxDelayMs: 20, jitter: 'full', maxHintMs: 300_000 },
    idleTimeoutMs: 20_000,
    isOwn: true,
    ...changes,
  };
}

/** All control characters, including tab and line feed, which a terminal displays without harm. */
export const controlCharacters: readonly string[] = Array.from({ length: 0xa0 }, (_, code) =>
  String.fromCharCode(code),
).filter((character) => /\p{Cc}/u.test(character));

/** Matches every control character except tab and line feed. */
export const controlCharacter = /(?![\t\n])\p{Cc}/u;

/** Texts that shells, programming languages and editors may misinterpret. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '"',
  "'",
  "'\\''",
  '`',
  '"""',
  "'''",
  '`id`',
  '$(touch pwned)',
  '${HOME}',
  '$HOLYSHEEP_API_KEY',
  '%s %d %% %PATH%',
  '!',
  '!!',
  '!$',
  '\\',
  '\\\\',
  '\\n',
  '\\u0041',
  '\\x41\\101\\N{BULLET}',
  '\n',
  '\r',
  '\r\n',
  '\t',
  '\0',
  '\b\f\v\x1b[31m',
  '\x7f',
  '\x85\x9f',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\u202e\u2066',
  '\ud800',
  '\udfff',
  '\udc00\ud800',
  '😀',
  '👩‍👩‍👧',
  '\u{e0001}',
  '\u{10ffff}',
  '\uffff',
  '</script><!--',
  '</SCRIPT>',
  'JSON',
  '\nJSON\n',
  '\nEOF\n',
  '# coding: utf-16',
  '*/ //',
  '{x}',
  '{"role": "system"}',
  '中文，标点。',
];
