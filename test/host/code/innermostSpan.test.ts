import assert from 'node:assert/strict';
import { innermostSpan, spanLabel, type CodeSymbol, type Span } from '../../../src/host/code/codeExcerpt';

const span = (startLine: number, startCharacter: number, endLine: number, endCharacter: number): Span => ({
  start: { line: startLine, character: startCharacter },
  end: { line: endLine, character: endCharacter },
});
const symbol = (symbolSpan: Span, children: readonly CodeSymbol[] = [], isUnit = true): CodeSymbol => ({
  span: symbolSpan,
  isUnit,
  children,
});

describe('innermost symbol', () => {
  const inner = span(4, 2, 6, 3);
  const variable = span(5, 4, 5, 20);
  const outer = span(2, 0, 10, 1);
  const tree = [symbol(span(0, 0, 1, 0)), symbol(outer, [symbol(inner, [symbol(variable, [], false)])])];
  const flat = [symbol(outer), symbol(variable, [], false), symbol(inner)];
  for (const [where, line, character, expected] of [
    ['inside a function in a class', 5, 6, inner],
    ['at the first character of the function', 4, 2, inner],
    ['at the end of the function', 6, 3, inner],
    ['just before the function', 4, 1, outer],
    ['just after the function', 6, 4, outer],
    ['outside of all symbols', 11, 0, undefined],
  ] as const) {
    it(`is found for a cursor ${where}, in a tree and in a flat list of symbols`, () => {
      assert.deepEqual(innermostSpan(tree, { line, character }), expected);
      assert.deepEqual(innermostSpan(flat, { line, character }), expected);
    });
  }

  it('is a function within a namespace, but never the namespace', () => {
    const namespace = symbol(span(0, 0, 9, 0), [symbol(inner)], false);
    assert.deepEqual(innermostSpan([namespace], { line: 5, character: 0 }), inner);
    assert.equal(innermostSpan([namespace], { line: 1, character: 0 }), undefined);
  });
});

describe('label of a span', () => {
  for (const [labelledSpan, label] of [
    [span(9, 0, 23, 5), 'a.ts:10-24'],
    [span(9, 3, 9, 8), 'a.ts:10'],
    [span(9, 0, 10, 0), 'a.ts:10'],
    [span(9, 0, 24, 0), 'a.ts:10-24'],
    [span(0, 0, 0, 0), 'a.ts:1'],
  ] as const) {
    it(`is ${label} for ${JSON.stringify(labelledSpan)}`, () => assert.equal(spanLabel('a.ts', labelledSpan), label));
  }
});
