import assert from 'node:assert/strict';
import { innermostSpan, spanLabel, type CodeSymbol, type Span } from '../../../src/host/code/codeGeometry';

const span = (startLine: number, startCharacter: number, endLine: number, endCharacter: number): Span => ({
  start: { line: startLine, character: startCharacter },
  end: { line: endLine, character: endCharacter },
});
const symbol = (of: Span, children: readonly CodeSymbol[] = [], whole = true): CodeSymbol => ({
  span: of,
  isUnit: whole,
  children,
});

describe('innermost', () => {
  const inner = span(4, 2, 6, 3);
  const variable = span(5, 4, 5, 20);
  const outer = span(2, 0, 10, 1);
  const tree = [symbol(span(0, 0, 1, 0)), symbol(outer, [symbol(inner, [symbol(variable, [], false)])])];
  const flat = [symbol(outer), symbol(variable, [], false), symbol(inner)];
  for (const [what, line, character, expected] of [
    ['inside a function in a class', 5, 6, inner],
    ['at its first character', 4, 2, inner],
    ['at its end', 6, 3, inner],
    ['just before it', 4, 1, outer],
    ['just after it', 6, 4, outer],
    ['outside everything', 11, 0, undefined],
  ] as const) {
    it(`finds what is around a cursor ${what}, in a tree and in a list`, () => {
      assert.deepEqual(innermostSpan(tree, { line, character }), expected);
      assert.deepEqual(innermostSpan(flat, { line, character }), expected);
    });
  }

  it('looks through symbols that are not worth working on', () => {
    const namespace = symbol(span(0, 0, 9, 0), [symbol(inner)], false);
    assert.deepEqual(innermostSpan([namespace], { line: 5, character: 0 }), inner);
    assert.equal(innermostSpan([namespace], { line: 1, character: 0 }), undefined);
  });
});

describe('spanLabel', () => {
  for (const [of, label] of [
    [span(9, 0, 23, 5), 'a.ts:10-24'],
    [span(9, 3, 9, 8), 'a.ts:10'],
    [span(9, 0, 10, 0), 'a.ts:10'],
    [span(9, 0, 24, 0), 'a.ts:10-24'],
    [span(0, 0, 0, 0), 'a.ts:1'],
  ] as const) {
    it(`is ${label} for ${JSON.stringify(of)}`, () => assert.equal(spanLabel('a.ts', of), label));
  }
});
