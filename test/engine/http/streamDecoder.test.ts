import assert from 'node:assert/strict';
import fc from 'fast-check';
import { StreamDecoder } from '../../../src/engine/http/responseBody';
import { pieces } from '../../support/pieces';
import { propertyRuns } from '../../support/propertyRuns';

function decode(parts: readonly Uint8Array[]): string {
  const decoder = new StreamDecoder();
  return parts.map((part) => decoder.decode(part)).join('') + decoder.end();
}

/** Whole characters of every length, byte order marks, and bytes that are none. */
const bytes = fc
  .array(
    fc.oneof(
      fc.constantFrom('a', '\n', 'é', '羊', '🐑', '\uFEFF').map((text) => new TextEncoder().encode(text)),
      fc.uint8Array({ maxLength: 3 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => new Uint8Array(parts.flatMap((part) => [...part])));

describe('a UTF-8 stream', () => {
  it('is the same text for any split, well-formed or not', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(90)), (all, cuts) => {
        assert.equal(decode(pieces(all, cuts)), new TextDecoder('utf-8', { ignoreBOM: true }).decode(all));
      }),
      { numRuns: propertyRuns },
    );
  });

  it('keeps its byte order marks, in pieces of whole characters too', () => {
    const part = new TextEncoder().encode('\uFEFFa');
    assert.equal(decode([part, part]), '\uFEFFa\uFEFFa');
  });

  it('has a sign in the place of a character that never ended', () => {
    assert.equal(decode([new TextEncoder().encode('a羊').subarray(0, 3)]), 'a\uFFFD');
  });
});
