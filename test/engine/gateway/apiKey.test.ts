import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { cleanApiKey, redactLookalikes, type ApiKeyProblem } from '../../../src/engine/gateway/apiKey';
import { propertyRuns } from '../../support/propertyRuns';

const key = 'hsa-0123456789abcdef';

const pastedTexts: readonly string[] = [
  key,
  `  ${key}\r\n`,
  `\ufeff${key}\u200b`,
  `hsa-0123\u200b456789abcdef`,
  `"${key}"`,
  `'${key}'`,
  `\`${key}\``,
  `“${key}”`,
  `「${key}」`,
  `Bearer ${key}`,
  `bearer  ${key}`,
  `Authorization: Bearer ${key}`,
  `authorization：Bearer ${key}`,
  `-H "Authorization: Bearer ${key}"`,
  `HOLYSHEEP_API_KEY=${key}`,
  `export HOLYSHEEP_API_KEY='${key}'`,
  `set HOLYSHEEP_API_KEY=${key}`,
  `$env:HOLYSHEEP_API_KEY = "${key}"`,
  `OPENAI_API_KEY="${key}"\n`,
  `x-api-key: ${key}`,
  `"Bearer ${key}"`,
  `" ${key} "`,
  `-H  ${key}`,
  `export  HOLYSHEEP_API_KEY=${key}`,
  `set  HOLYSHEEP_API_KEY = ${key}`,
  `x-api-key : ${key}`,
  `api-key:${key}`,
];

const problems: readonly (readonly [input: string, problem: ApiKeyProblem])[] = [
  ['', 'empty'],
  [' \n\u200b', 'empty'],
  ['""', 'empty'],
  ['Bearer ', 'empty'],
  ['export HOLYSHEEP_API_KEY=', 'empty'],
  ['hsa-0123 4567', 'has-spaces'],
  ['hsa-0123\nhsa-4567', 'has-spaces'],
  ['a -H b', 'has-spaces'],
  ['a b_key=c', 'has-spaces'],
  ['a x-api-key: b', 'has-spaces'],
  ['a bearer b', 'has-spaces'],
  ['x“y”', 'not-ascii'],
  ['“x”y', 'not-ascii'],
  ['密钥', 'not-ascii'],
  ['hsa-01２３', 'not-ascii'],
  ['hsa-\u0001', 'not-ascii'],
];

const tooLong: readonly (readonly [name: string, input: string])[] = [
  ['quotation marks', '"'.repeat(60_000)],
  ['repeated header prefixes', 'bearer '.repeat(10_000)],
  ['letters', 'x'.repeat(1_000_000)],
];

describe('cleanup of an entered API key', () => {
  for (const input of pastedTexts) {
    it(`finds the key in ${JSON.stringify(input)}`, () => {
      assert.deepEqual(cleanApiKey(input), { key });
    });
  }

  for (const [input, problem] of problems) {
    it(`rejects ${JSON.stringify(input)} as ${problem}`, () => {
      assert.deepEqual(cleanApiKey(input), { problem });
    });
  }

  for (const [name, input] of tooLong) {
    it(`rejects an overlong text of ${name}`, () => assert.deepEqual(cleanApiKey(input), { problem: 'too-long' }));
  }

  it('removes thousands of nested quotation marks', () => {
    const quotes = `"'`.repeat(4000);
    const mirrored = `'"`.repeat(4000);
    assert.deepEqual(cleanApiKey(quotes + key + mirrored), { key });
  });

  for (const unusualKey of [`a"b='c`, 'x"y"', '"x"y', 'bearerless', 'x_key-y']) {
    it(`leaves the key ${unusualKey} unchanged`, () => assert.deepEqual(cleanApiKey(unusualKey), { key: unusualKey }));
  }

  it('returns only keys that can be sent in an HTTP header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (input) => {
        const result = cleanApiKey(input);
        if ('key' in result) new Headers({ authorization: `Bearer ${result.key}` });
      }),
      { numRuns: propertyRuns },
    );
  });
});

const lookalikes: readonly (readonly [text: string, expected: string])[] = [
  [`key ${key} rejected`, 'key [redacted] rejected'],
  ['sk-proj-abcdefgh1234', '[redacted]'],
  ['Authorization: Bearer abcdef', 'Authorization: [redacted]'],
  ['{"authorization":"Bearer abc123"}', '{"authorization":"[redacted]"}'],
  ["{ 'x-api-key': 'abc' }", "{ 'x-api-key': '[redacted]' }"],
  ['Authorization: Bearer  abcdef', 'Authorization: [redacted]'],
  ['authorization = abcdef', 'authorization = [redacted]'],
  ['apikey=abc api-key=abc api_key=abc', 'apikey=[redacted] api-key=[redacted] api_key=[redacted]'],
  ['sent Bearer  abc123!', 'sent Bearer  [redacted]'],
  ['sent bearer abcdefghijklmnopqrstuvwxyz', 'sent bearer [redacted]'],
  ['sent bearer abcdefghijklmnopqrs', 'sent bearer abcdefghijklmnopqrs'],
  ['sent Bearer abc123!', 'sent Bearer [redacted]'],
  ['?auth=Bearer%20abc123', '?auth=Bearer%20[redacted]'],
  ['bearer authentication failed', 'bearer authentication failed'],
  ['missing bearer token.', 'missing bearer token.'],
  ['a risk-assessment of disk-utilisation', 'a risk-assessment of disk-utilisation'],
  ['keys start with hsa- here', 'keys start with hsa- here'],
];

describe('redaction of texts that look like an API key', () => {
  for (const [text, expected] of lookalikes) {
    it(`${text === expected ? 'leaves' : 'redacts'} ${JSON.stringify(text)}${text === expected ? ' unchanged' : ''}`, () => {
      assert.equal(redactLookalikes(text), expected);
    });
  }
});
