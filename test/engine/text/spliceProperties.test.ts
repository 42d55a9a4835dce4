import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Splice, type JoinMethod } from '../../../src/engine/text/splice';
import { propertyRuns } from '../../support/propertyRuns';

const minOverlap = 16;
const tailChars = 4000;

/**
 * Returns the answer after a splice of all pieces. `expireAfter` has the indices of the pieces after which the time
 * limit passes.
 */
function spliced(
  partial: string,
  pieces: readonly string[],
  method: JoinMethod,
  expireAfter: readonly number[] = [],
): string {
  const splice = new Splice(partial, method);
  const join = (step: ReturnType<Splice['push']>): string | undefined => {
    if (step.type === 'hold') return undefined;
    return step.type === 'another' ? step.text : partial + step.text;
  };
  let text: string | undefined;
  pieces.forEach((piece, index) => {
    text = text === undefined ? join(splice.push(piece)) : text + piece;
    if (expireAfter.includes(index)) text ??= join(splice.expire());
  });
  text ??= join(splice.end());
  assert.ok(text !== undefined);
  return text;
}

function inPieces(text: string, sizes: readonly number[]): readonly string[] {
  const pieces: string[] = [];
  for (let from = 0, n = 0; from < text.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    pieces.push(text.slice(from, from + size));
    from += size;
  }
  return pieces;
}

const isOverlap = (partial: string, text: string): boolean =>
  text.length >= minOverlap && text.length <= tailChars && partial.endsWith(text) && /[\p{L}\p{N}]/u.test(text);

/** Finds the length of the longest overlap in the slow and obvious way. */
function longestOverlap(partial: string, text: string): number {
  for (let length = Math.min(partial.length, text.length); length > 0; length--) {
    if (isOverlap(partial, text.slice(0, length))) return length;
  }
  return 0;
}

/** Whether a text repeats the start of the partial answer for long enough to count as another answer. */
const isAnotherAnswer = (partial: string, text: string): boolean =>
  partial.startsWith(text.slice(0, 64)) && text.length >= 64;

// The texts are repetitive, so that overlaps are ambiguous. Some characters have two UTF-16 units, which pieces may
// separate.
const fragments = ['a', 'b', 'sheep ', 'and ', '\n\n', '- ', '羊', '毛', '🐑', '𠮷', '👩‍👩‍👧', 'é', '```', '1'];
const repetitive = (maxLength: number) =>
  fc.array(fc.constantFrom(...fragments), { maxLength }).map((parts) => parts.join(''));
const varied = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength });
const passage = (maxLength: number) => fc.oneof(repetitive(maxLength), varied(maxLength));
const periodic = fc.tuple(repetitive(6), fc.nat({ max: 30 })).map(([text, times]) => text.repeat(times));
const anyPartial = fc.oneof(
  passage(300),
  periodic,
  fc.tuple(passage(100), periodic, passage(40)).map((all) => all.join('')),
);
const anyRemainder = passage(60);
const anySizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });
/** A number of repetitions. In a tenth of the cases, the repeated text is longer than `tailChars`. */
const anyRepetition = fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(40) });
const runs = { numRuns: propertyRuns };

describe('splice of any continuation', function () {
  this.timeout(600_000);

  it('shows an overlap of at least 16 characters only once, followed by the new text', () => {
    const given = fc.tuple(anyPartial, anyRepetition, anyRemainder, fc.nat(), anySizes);
    fc.assert(
      fc.property(given, ([fragment, times, remainder, nth, sizes]) => {
        const partial = fragment.repeat(times);
        const maxOverlap = Math.min(partial.length, tailChars);
        fc.pre(maxOverlap >= minOverlap);
        const overlap = partial.slice(partial.length - minOverlap - (nth % (maxOverlap - minOverlap + 1)));
        fc.pre(isOverlap(partial, overlap));
        const continuation = overlap + remainder;
        // Skip a remainder that happens to extend the overlap.
        fc.pre(longestOverlap(partial, continuation) === overlap.length);
        // Skip continuations that look like another answer, because they repeat the start of the partial answer.
        fc.pre(!continuation.startsWith(partial) || overlap === partial);
        fc.pre(!(remainder !== '' && partial.startsWith(continuation) && isAnotherAnswer(partial, continuation)));
        assert.equal(spliced(partial, inPieces(continuation, sizes), 'continue'), partial + remainder);
      }),
      runs,
    );
  });

  it('shows an overlap of at least 64 characters only once, even if a part of the overlap arrives late', () => {
    // The numbers make sure that no other part of the overlap also matches the end of the partial answer.
    const partialOf = (count: number): string => Array.from({ length: count }, (_, n) => `羊 ${n}🐑 `).join('');
    const given = fc.tuple(
      fc.integer({ min: 20, max: 400 }),
      fc.nat(),
      anyRemainder,
      anySizes,
      fc.array(fc.nat({ max: 200 })),
    );
    fc.assert(
      fc.property(given, ([count, nth, remainder, sizes, expireAfter]) => {
        const partial = partialOf(count);
        const maxOverlap = Math.min(partial.length, tailChars);
        const overlap = partial.slice(partial.length - 64 - (nth % (maxOverlap - 63)));
        const pieces = [overlap.slice(0, 64), ...inPieces(overlap.slice(64) + remainder, sizes)];
        assert.equal(spliced(partial, pieces, 'continue', expireAfter), partial + remainder);
      }),
      runs,
    );
  });

  it('shows a partial answer only once if the continuation repeats all of it', () => {
    const given = fc.tuple(
      anyPartial,
      anyRepetition,
      anyRemainder,
      anySizes,
      fc.constantFrom<JoinMethod>('continue', 'prefill'),
    );
    fc.assert(
      fc.property(given, ([fragment, times, remainder, sizes, method]) => {
        const partial = fragment.repeat(times);
        const sent = method === 'prefill' ? partial.trimEnd() : partial;
        // A shorter repetition may be a coincidence.
        fc.pre(sent.length >= minOverlap && /[\p{L}\p{N}]/u.test(sent));
        assert.equal(spliced(partial, inPieces(partial + remainder, sizes), method), partial + remainder);
      }),
      runs,
    );
  });

  it('loses no text of a continuation without an overlap', () => {
    const given = fc.tuple(anyPartial, anyRemainder, anySizes, fc.array(fc.nat({ max: 20 })));
    fc.assert(
      fc.property(given, ([partial, continuation, sizes, expireAfter]) => {
        fc.pre(longestOverlap(partial, continuation) === 0);
        // Skip repetitions of the partial answer and other answers, of which the splice drops text on purpose.
        fc.pre(continuation !== partial && !isAnotherAnswer(partial, continuation));
        assert.equal(spliced(partial, inPieces(continuation, sizes), 'continue', expireAfter), partial + continuation);
      }),
      runs,
    );
  });

  it('neither loses nor repeats the whitespace that a prefill omits', () => {
    const space = fc.array(fc.constantFrom(' ', '\n', '\t'), { maxLength: 6 }).map((parts) => parts.join(''));
    const given = fc.tuple(anyPartial, space, anyRemainder, fc.nat(), fc.boolean(), anySizes);
    fc.assert(
      fc.property(given, ([fragment, end, remainder, nth, repeatsPrefill, sizes]) => {
        const partial = fragment + end;
        const sent = partial.trimEnd();
        const trailingSpace = partial.slice(sent.length);
        // The model writes a part of the whitespace that the prefill left out, and then other text.
        const repeatedSpace = trailingSpace.slice(0, nth % (trailingSpace.length + 1));
        fc.pre(remainder !== '' && remainder.trimStart() === remainder);
        fc.pre(!repeatsPrefill || (sent.length >= minOverlap && /[\p{L}\p{N}]/u.test(sent)));
        const continuation = (repeatsPrefill ? sent : '') + repeatedSpace + remainder;
        fc.pre(repeatsPrefill || !(continuation.startsWith(sent) || isAnotherAnswer(sent, continuation)));
        assert.equal(spliced(partial, inPieces(continuation, sizes), 'prefill'), partial + remainder);
      }),
      runs,
    );
  });

  it('shows the same answer however the continuation is split into pieces', () => {
    const given = fc.tuple(
      anyPartial,
      fc.nat(),
      anyRemainder,
      anySizes,
      fc.constantFrom<JoinMethod>('continue', 'prefill'),
    );
    fc.assert(
      fc.property(given, ([partial, from, remainder, sizes, method]) => {
        // A passage of the partial answer and other text produce overlaps, repetitions and other answers.
        const continuation = partial.slice(from % (partial.length + 1)) + remainder;
        const pieces = inPieces(continuation, sizes);
        assert.equal(spliced(partial, pieces, method), spliced(partial, [continuation], method));
      }),
      runs,
    );
  });
});
