import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { propertyRuns } from '../../support/propertyRuns';

const key = 'Zq8-vT3_kLm5/xY7+bN9wRpE2';
const shortKey = 'hsa-k3y';
const bytes = Buffer.from(key);

const hexEscapes = (prefix: string, suffix = ''): string =>
  [...bytes].map((byte) => `${prefix}${byte.toString(16).padStart(2, '0')}${suffix}`).join('');

/**
 * How gateways, proxies and libraries spell the key. `charsBefore` is the number of characters before the encoded key.
 */
const spellings: readonly (readonly [name: string, text: string, charsBefore?: number])[] = [
  ['unchanged', key],
  ['after "Bearer"', `Bearer ${key}`],
  ['in upper case', key.toUpperCase()],
  ['in lower case', key.toLowerCase()],
  ['in a URL', encodeURIComponent(key)],
  ['in a URL, with lower-case escapes', encodeURIComponent(key).replace(/%../g, (escape) => escape.toLowerCase())],
  ['in a URL within a URL', encodeURIComponent(encodeURIComponent(key))],
  ['in a URL, every character escaped', hexEscapes('%')],
  ['in JSON, every character escaped', hexEscapes('\\u00')],
  ['in JSON with escaped slashes', key.replaceAll('/', '\\/')],
  ['in program text, every character escaped', hexEscapes('\\x')],
  ['in HTML, every character escaped', hexEscapes('&#x', ';')],
  ['in HTML, in decimal', [...bytes].map((byte) => `&#${byte};`).join('')],
  ['in Base64', bytes.toString('base64')],
  ['in Base64 for URLs', bytes.toString('base64url')],
  ['in Base64 with its scheme', Buffer.from(`Bearer ${key}`).toString('base64'), 10],
  ['in Base64 with a user', Buffer.from(`user:${key}`).toString('base64'), 7],
  ['in Base64 within JSON', Buffer.from(`{"k":"${key}"}`).toString('base64'), 8],
  ['in hexadecimal', bytes.toString('hex')],
  ['in program text, every character escaped in braces', hexEscapes('\\u{', '}')],
  ['in HTML, with leading zeros', hexEscapes('&#x0000', ';')],
  ['in HTML, in decimal without semicolons', [...bytes].map((byte) => `&#${byte}`).join('')],
  ['with invisible characters', Array.from(key).join('\u200b')],
  ['with variation selectors', Array.from(key).join('\ufe0f')],
  ['with fillers', Array.from(key).join('\u3164')],
  ['with a line break', `${key.slice(0, 9)}\n${key.slice(9)}`],
];

/** Returns the length of the longest run of characters that a text shares with a spelling of the key. */
function longestPart(text: string, spelling: string): number {
  let longest = 0;
  for (let start = 0; start < spelling.length; start++) {
    while (text.includes(spelling.slice(start, start + longest + 1)) && start + longest < spelling.length) longest++;
  }
  return longest;
}

describe('key redactor', () => {
  for (const [name, text, charsBefore = 0] of spellings) {
    it(`removes a key ${name}`, () => {
      const result = new KeyRedactor([key]).redact(`before ${text} after`);
      assert.ok(result.startsWith('before '), result);
      assert.ok(result.endsWith(' after'), result);
      assert.ok(longestPart(result, text.slice(charsBefore)) < 8, result);
    });
  }

  it('removes any eight consecutive characters of a key', () => {
    const keys = new KeyRedactor([key]);
    for (let start = 0; start < key.length; start++) {
      for (let end = start + 8; end <= key.length; end++) {
        const result = keys.redact(`x ${key.slice(start, end)} y`);
        assert.equal(result, 'x [redacted] y', key.slice(start, end));
      }
    }
  });

  for (const end of ['', '…', '...', '"', "'…", '***']) {
    it(`removes the first five characters of a key at the end of a text when they are followed by ${JSON.stringify(end)}`, () => {
      const result = new KeyRedactor([key]).redact(`invalid: ${key.slice(0, 5)}${end}`);
      assert.equal(result, `invalid: [redacted]${end}`);
    });
  }

  it('removes all its keys, including one that was added later', () => {
    const keys = new KeyRedactor([key, shortKey]);
    keys.add('another-0123456789');
    assert.equal(keys.redact(`${key}, ${shortKey} and another-0123456789`), '[redacted], [redacted] and [redacted]');
  });

  it('removes keys from JSON, which remains valid', () => {
    const keyWithQuotes = String.raw`a"b\c1d2e3f4g5`;
    const json = JSON.stringify({ [keyWithQuotes]: keyWithQuotes, api_key: { ok: true } });
    const text = new KeyRedactor([keyWithQuotes]).redactKnown(json);
    assert.deepEqual(JSON.parse(text), { '[redacted]': '[redacted]', api_key: { ok: true } });
  });

  it('leaves ordinary text unchanged', () => {
    const text = 'Field required: see https://example.com/a%20b?c=\u{1f411} — 100% of "keys" \\n fail.';
    assert.equal(new KeyRedactor([key, 'no-key-required', 'lm-studio']).redact(text), text);
  });

  it('does not remove ordinary words that are also part of a key', () => {
    const keys = new KeyRedactor(['no-key-required', 'my-gateway-password-2024']);
    const text = 'The gateway-password field is required';
    assert.equal(keys.redact(text), text);
    assert.equal(keys.redact('my-gateway-password-2024 no-key-required'), '[redacted] [redacted]');
  });

  it('removes short keys only as complete words', () => {
    assert.equal(new KeyRedactor(['none']).redact('the key none, nonetheless'), 'the key [redacted], nonetheless');
    assert.equal(new KeyRedactor(['a.b']).redact('a.b, axb and a.b'), '[redacted], axb and [redacted]');
  });

  it('leaves text unchanged when a key is empty', () => {
    assert.equal(new KeyRedactor(['']).redact('a b'), 'a b');
  });

  it('replaces a key that contains another key with a single placeholder', () => {
    assert.equal(new KeyRedactor(['abcdefgh', 'abcdefgh-ijkl']).redact('abcdefgh-ijkl'), '[redacted]');
  });

  it('removes a key whatever text surrounds it', () => {
    const printable = fc.string({
      unit: fc.constantFrom(...Array.from('abXY09$^.*+?()[]{}|\\/"\'=')),
      minLength: 8,
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.string(), printable, fc.string(), (before, anyKey, after) => {
        const result = new KeyRedactor([anyKey]).redact(before + anyKey + after);
        assert.ok(!result.includes(anyKey), result);
      }),
      { numRuns: propertyRuns },
    );
  });

  for (const unit of [
    'Zq8',
    key.slice(0, 7),
    '%',
    '%25',
    '\\u0061',
    '\u200b',
    '&#x61;',
    'api_key: ',
    'bearer ',
    'bearer+',
    ' ',
    'a',
  ]) {
    it(`takes linear time for a text that repeats ${JSON.stringify(unit)}`, function () {
      this.timeout(20_000);
      const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
      // Only the timeout can fail this test.
      new KeyRedactor([key]).redact(text);
    });
  }
});
