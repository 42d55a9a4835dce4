import assert from 'node:assert/strict';
import fc from 'fast-check';
import { minOverlap, Splice, tailChars, type JoinMethod } from '../../../src/engine/answer/splice';
import { propertyRuns } from '../../support/propertyRuns';

/** What a reader ends up with; `pauses`: after these pieces the time is up. */
function read(partial: string, pieces: readonly string[], how: JoinMethod, pauses: readonly number[] = []): string {
  const splice = new Splice(partial, how);
  let text = partial;
  const apply = (step: ReturnType<Splice['push']>): void => {
    if (step.type === 'another') text = step.text;
    else if (step.type !== 'hold') text += step.text;
  };
  pieces.forEach((piece, n) => {
    apply(splice.push(piece));
    if (pauses.includes(n)) apply(splice.expire());
  });
  apply(splice.end());
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

/** The slow and obvious way to find it. */
function longestOverlap(partial: string, text: string): number {
  for (let length = Math.min(partial.length, text.length); length > 0; length--) {
    if (isOverlap(partial, text.slice(0, length))) return length;
  }
  return 0;
}

/** Begins like the partial for as long as makes it another answer. */
const restarts = (partial: string, text: string): boolean => partial.startsWith(text.slice(0, 64)) && text.length >= 64;

// Repetitive, or nothing would ever be ambiguous; with characters of two UTF-16 units, which pieces cut in halves.
const words = ['a', 'b', 'sheep ', 'and ', '\n\n', '- ', '羊', '毛', '🐑', '𠮷', '👩‍👩‍👧', 'é', '```', '1'];
const repetitive = (maxLength: number) =>
  fc.array(fc.constantFrom(...words), { maxLength }).map((parts) => parts.join(''));
const varied = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength });
const passage = (maxLength: number) => fc.oneof(repetitive(maxLength), varied(maxLength));
const periodic = fc.tuple(repetitive(6), fc.nat({ max: 30 })).map(([text, times]) => text.repeat(times));
const anyPartial = fc.oneof(
  passage(300),
  periodic,
  fc.tuple(passage(100), periodic, passage(40)).map((all) => all.join('')),
);
const anyRest = passage(60);
const anySizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });
/** Over `tailChars` in a tenth of the cases. */
const anyLength = fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(40) });
const runs = { numRuns: propertyRuns };

describe('whatever a splice is given', function () {
  this.timeout(600_000);

  it('an overlap of 16 characters or more is not shown twice, and nothing after it is lost', () => {
    const given = fc.tuple(anyPartial, anyLength, anyRest, fc.nat(), anySizes);
    fc.assert(
      fc.property(given, ([some, times, rest, nth, sizes]) => {
        const partial = some.repeat(times);
        const most = Math.min(partial.length, tailChars);
        fc.pre(most >= minOverlap);
        const overlap = partial.slice(partial.length - minOverlap - (nth % (most - minOverlap + 1)));
        fc.pre(isOverlap(partial, overlap));
        const continuation = overlap + rest;
        // The rest happens to make the overlap longer, as far as anybody can tell.
        fc.pre(longestOverlap(partial, continuation) === overlap.length);
        // The whole of a longer answer again, or its beginning and then the end: a model that starts anew writes just that.
        fc.pre(!continuation.startsWith(partial) || overlap === partial);
        fc.pre(!(rest !== '' && partial.startsWith(continuation) && restarts(partial, continuation)));
        assert.equal(read(partial, inPieces(continuation, sizes), 'continue'), partial + rest);
      }),
      runs,
    );
  });

  it('an overlap is not shown twice for being late, once it is certain', () => {
    // Unlike words: no part of the overlap is at the partial's end by chance.
    const partialOf = (count: number): string => Array.from({ length: count }, (_, n) => `羊 ${n}🐑 `).join('');
    const given = fc.tuple(
      fc.integer({ min: 20, max: 400 }),
      fc.nat(),
      anyRest,
      anySizes,
      fc.array(fc.nat({ max: 200 })),
    );
    fc.assert(
      fc.property(given, ([count, nth, rest, sizes, pauses]) => {
        const partial = partialOf(count);
        const most = Math.min(partial.length, tailChars);
        const overlap = partial.slice(partial.length - 64 - (nth % (most - 63)));
        const pieces = [overlap.slice(0, 64), ...inPieces(overlap.slice(64) + rest, sizes)];
        assert.equal(read(partial, pieces, 'continue', pauses), partial + rest);
      }),
      runs,
    );
  });

  it('a replay of the whole answer is not shown twice, however long it is', () => {
    const given = fc.tuple(
      anyPartial,
      anyLength,
      anyRest,
      anySizes,
      fc.constantFrom<JoinMethod>('continue', 'prefill'),
    );
    fc.assert(
      fc.property(given, ([some, times, rest, sizes, how]) => {
        const partial = some.repeat(times);
        const sent = how === 'prefill' ? partial.trimEnd() : partial;
        // A shorter one may be chance.
        fc.pre(sent.length >= minOverlap && /[\p{L}\p{N}]/u.test(sent));
        assert.equal(read(partial, inPieces(partial + rest, sizes), how), partial + rest);
      }),
      runs,
    );
  });

  it('without an overlap nothing is lost, even when the time is up', () => {
    const given = fc.tuple(anyPartial, anyRest, anySizes, fc.array(fc.nat({ max: 20 })));
    fc.assert(
      fc.property(given, ([partial, continuation, sizes, pauses]) => {
        fc.pre(longestOverlap(partial, continuation) === 0);
        // The answer again, or another one: of these it is right to lose something.
        fc.pre(continuation !== partial && !restarts(partial, continuation));
        assert.equal(read(partial, inPieces(continuation, sizes), 'continue', pauses), partial + continuation);
      }),
      runs,
    );
  });

  it('a prefill goes on where the partial ends, white space or not', () => {
    const space = fc.array(fc.constantFrom(' ', '\n', '\t'), { maxLength: 6 }).map((parts) => parts.join(''));
    const given = fc.tuple(anyPartial, space, anyRest, fc.nat(), fc.boolean(), anySizes);
    fc.assert(
      fc.property(given, ([some, end, rest, nth, echo, sizes]) => {
        const partial = some + end;
        const sent = partial.trimEnd();
        const white = partial.slice(sent.length);
        // The model writes some of the white space that it was not sent, and then anything that is not the rest of it.
        const again = white.slice(0, nth % (white.length + 1));
        fc.pre(rest !== '' && rest.trimStart() === rest);
        fc.pre(!echo || (sent.length >= minOverlap && /[\p{L}\p{N}]/u.test(sent)));
        const continuation = (echo ? sent : '') + again + rest;
        fc.pre(echo || !(continuation.startsWith(sent) || restarts(sent, continuation)));
        assert.equal(read(partial, inPieces(continuation, sizes), 'prefill'), partial + rest);
      }),
      runs,
    );
  });

  it('is the same in whatever pieces it comes', () => {
    const given = fc.tuple(anyPartial, fc.nat(), anyRest, anySizes, fc.constantFrom<JoinMethod>('continue', 'prefill'));
    fc.assert(
      fc.property(given, ([partial, from, rest, sizes, how]) => {
        // Any passage of the partial, and something else: echoes, replays and other answers among them.
        const continuation = partial.slice(from % (partial.length + 1)) + rest;
        const pieces = inPieces(continuation, sizes);
        assert.equal(read(partial, pieces, how), read(partial, [continuation], how));
      }),
      runs,
    );
  });
});
