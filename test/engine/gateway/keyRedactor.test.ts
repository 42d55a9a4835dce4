import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { propertyRuns } from '../../support/propertyRuns';

const key = 'Zq8-vT3_kLm5/xY7+bN9wRpE2';

describe('key redactor', () => {
  for (const [name, text] of [
    ['in its original form', key],
    ['after "Bearer"', `Bearer ${key}`],
    ['in upper case', key.toUpperCase()],
    ['in lower case', key.toLowerCase()],
    ['in a URL', encodeURIComponent(key)],
    ['in a URL, with lower-case escapes', encodeURIComponent(key).toLowerCase()],
    ['without its end', key.slice(0, 12)],
  ] as const) {
    it(`removes a key ${name}`, () => {
      assert.match(new KeyRedactor([key]).redact(`before ${text} after`), /^before (?:Bearer )?\[redacted\] after$/);
    });
  }

  it('does not redact a text with only the first eleven characters of a key', () => {
    assert.equal(new KeyRedactor([key]).redact(`${key.slice(0, 11)}…`), `${key.slice(0, 11)}…`);
  });

  it('removes all keys, including a key that was added later', () => {
    const keys = new KeyRedactor([key, 'hsa-k3y']);
    keys.add('another-0123456789');
    assert.equal(keys.redact(`${key}, hsa-k3y and another-0123456789`), '[redacted], [redacted] and [redacted]');
  });

  it('removes keys that begin with the same characters', () => {
    const [old, current] = ['sk-ant-api03-AAAAAAAAAAAA1', 'sk-ant-api03-BBBBBBBBBBBB2'];
    const keys = new KeyRedactor([old, current]);
    assert.equal(keys.redact(`${current} ${old}`), '[redacted] [redacted]');
    const filter = keys.createFilter()!;
    const shown =
      Array.from(`The key is ${current}.`)
        .map((char) => filter.push(char))
        .join('') + filter.flush();
    assert.equal(shown, 'The key is sk-a[redacted].');
  });

  it('removes every encoding of a key from a streamed answer, wherever the answer is split', () => {
    const secret = 'a/b2+cdefghijklm/nop1234';
    for (const spelling of [secret, encodeURIComponent(secret), secret.replaceAll('/', '\\/')]) {
      for (let at = 0; at <= spelling.length; at++) {
        const filter = new KeyRedactor([secret]).createFilter()!;
        const pieces = ['x ', spelling.slice(0, at), spelling.slice(at), ' y'];
        const shown = pieces.map((piece) => filter.push(piece)).join('') + filter.flush();
        assert.doesNotMatch(shown, /cdefg|1234/, `${pieces.join(' | ')} is shown as ${shown}`);
        const cut = new KeyRedactor([secret]).createFilter()!;
        assert.doesNotMatch(cut.push(spelling.slice(0, at)) + cut.flush(), /cdefghijkl/);
      }
    }
  });

  it('removes a key from a streamed answer even after text that looks like the start of the key', () => {
    const filter = new KeyRedactor(['aaaaab1cdefghij']).createFilter()!;
    assert.equal(filter.push('aaaaab') + filter.flush() + filter.push('!'), 'aaaaab!');
    assert.equal(filter.push('aaaaaaaab1cdefghij') + filter.flush(), 'aaa[redacted]');
  });

  for (const [candidate, isRemoved] of [
    ['abcdefghijklmnopqrst', true],
    ['abcdefghijklmnopqrs', false],
    ['abcdefghi1', true],
    ['abcdefgh1', false],
    ['sk-abcdefg', true],
    ['no-sk-abcdefg', false],
  ] as const) {
    it(`${isRemoved ? 'removes' : 'leaves'} the key ${candidate} in answers`, () => {
      assert.equal(new KeyRedactor([candidate]).createFilter() !== undefined, isRemoved);
    });
  }

  it('removes keys from JSON and leaves the JSON valid', () => {
    const keyWithQuotes = String.raw`a"b\c1d2e3f4g5`;
    const json = JSON.stringify({ [keyWithQuotes]: keyWithQuotes, api_key: { ok: true } });
    const text = new KeyRedactor([keyWithQuotes]).redactKnown(json);
    assert.deepEqual(JSON.parse(text), { '[redacted]': '[redacted]', api_key: { ok: true } });
  });

  it('leaves ordinary text unchanged', () => {
    const text = 'Field required: see https://example.com/a%20b?c=\u{1f411} — 100% of "keys" \\n fail.';
    assert.equal(new KeyRedactor([key, 'no-key-required', 'lm-studio', '']).redact(text), text);
  });

  it('removes a key of ordinary words only if the complete key occurs', () => {
    const keys = new KeyRedactor(['no-key-required', 'lm-studio']);
    assert.equal(keys.redact('no-key-required lm-studio'), '[redacted] [redacted]');
    assert.equal(keys.redact('no-key-require and lm-studi'), 'no-key-require and lm-studi');
  });

  it('removes a short key only if the key is a complete word', () => {
    assert.equal(new KeyRedactor(['none']).redact('the key none, nonetheless'), 'the key [redacted], nonetheless');
    assert.equal(new KeyRedactor(['a.b']).redact('a.b, axb and a.b'), '[redacted], axb and [redacted]');
  });

  it('inserts only one placeholder for a key that contains another key', () => {
    assert.equal(new KeyRedactor(['abcdefgh', 'abcdefgh-ijkl']).redact('abcdefgh-ijkl'), '[redacted]');
    const keys = new KeyRedactor(['abcdefghi1', 'abcdefghi1-ijkl']);
    assert.equal(keys.redact('abcdefghi1 abcdefghi1-ijkl'), '[redacted] [redacted]');
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

  for (const unit of ['Zq8', key.slice(0, 11), 'api_key: ', 'bearer ', 'bearer+', ' ']) {
    it(`takes linear time for a text that repeats ${JSON.stringify(unit)}`, function () {
      this.timeout(20_000);
      // Only the timeout can fail this test.
      new KeyRedactor([key]).redact(unit.repeat(Math.ceil(1_000_000 / unit.length)));
    });
  }
});
