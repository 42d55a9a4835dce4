import assert from 'node:assert/strict';
import fc from 'fast-check';
import { KnownKeys } from '../../../src/engine/gateway/knownKeys';
import { KeyFilter } from '../../../src/engine/http/redactedDeltas';
import { textPieces } from '../../support/pieces';
import { propertyRuns } from '../../support/propertyRuns';

const key = 'hsa-0123456789abcdef';

function filtered(deltas: readonly string[]): readonly string[] {
  const filter = new KeyFilter(new KnownKeys([key]).spellingsInAnswers);
  return [...deltas.map((delta) => filter.push(delta)), filter.flush()];
}

/** Removes what the filter may pass on before the rest of a key arrives: up to four characters. */
const withoutFirst = (text: string): string => text.replaceAll(/(?:h|hs|hsa|hsa-)(?=\[redacted\])/g, '');

describe('the key filter of an answer', () => {
  const base64 = Buffer.from(`x:${key}`).toString('base64');
  for (const [name, text, expected] of [
    ['a key', `The key is ${key}.`, 'The key is [redacted].'],
    ['two keys', `${key} ${key}`, '[redacted] [redacted]'],
    ['the first half of a key', `${key.slice(0, 14)} is it`, '[redacted] is it'],
    ['the first half of a key at the end', `It is ${key.slice(0, 14)}`, 'It is [redacted]'],
    ['a false start before a key', `hsa-01${key}`, 'hsa-01[redacted]'],
  ] as const) {
    it(`removes ${name} from one delta`, () => {
      assert.equal(filtered([text]).join(''), expected);
    });

    it(`removes ${name} wherever the deltas split it, except for its first four characters`, () => {
      for (let size = 1; size < text.length; size++) {
        const result = filtered(textPieces(text, size)).join('');
        assert.equal(withoutFirst(result), withoutFirst(expected), `in pieces of ${size}`);
      }
    });
  }

  it('removes a key in Base64', () => {
    const result = filtered(textPieces(`Basic ${base64}`, 3)).join('');
    assert.ok(!result.includes(base64.slice(4, 20)), result);
  });

  for (const [name, text] of [
    ['upper case', key.toUpperCase()],
    ['hexadecimal', Buffer.from(key).toString('hex')],
    ['hexadecimal in upper case', Buffer.from(key).toString('hex').toUpperCase()],
  ] as const) {
    it(`removes a key in ${name}`, () => {
      for (const size of [1, 3, 100]) {
        assert.match(filtered(textPieces(`It is ${text}.`, size)).join(''), /^It is .{0,4}\[redacted\]\.$/);
      }
    });
  }

  it('immediately passes on a text that cannot begin a key', () => {
    assert.deepEqual(filtered(['Sheep on the h', 'ill, hs', 'a']), ['Sheep on the h', 'ill, hs', 'a', '']);
  });

  it('passes on a text that turns out not to be a key', () => {
    assert.deepEqual(filtered(['keys begin with hsa-0', ' or hsa-1']), ['keys begin with ', 'hsa-0 or hsa-1', '']);
  });

  it('does not change a text without a key', () => {
    const unit = fc.constantFrom('h', 's', 'a', '-', '0', '1', ' ', '🐑', 'hsa-01', 'x');
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (units, size) => {
        const text = units.join('').replaceAll('hsa-012', '');
        assert.equal(filtered(textPieces(text, size)).join(''), text);
      }),
      { numRuns: propertyRuns },
    );
  });
});
