import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { useVSCode } from '../../support/fakeVSCode';

class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

/** A range with the part of VS Code's API that the search for the innermost symbol uses. */
class Range {
  constructor(
    readonly start: Position,
    readonly end: Position,
  ) {}

  contains(inner: Position | Range): boolean {
    const { start, end } = inner instanceof Range ? inner : { start: inner, end: inner };
    return !isBefore(start, this.start) && !isBefore(this.end, end);
  }
}

const isBefore = (a: Position, b: Position): boolean =>
  a.line < b.line || (a.line === b.line && a.character < b.character);

const SymbolKind = { Namespace: 2, Class: 4, Method: 5, Constructor: 8, Function: 11, Variable: 12 };

const span = (startLine: number, startCharacter: number, endLine: number, endCharacter: number): Range =>
  new Range(new Position(startLine, startCharacter), new Position(endLine, endCharacter));
/** Returns a symbol as VS Code returns it: with a location as in a flat list, and with children as in a tree. */
const nested = (range: Range, children: readonly object[] = [], kind = SymbolKind.Function) => ({
  location: { range },
  range,
  children,
  kind,
});

describe('innermost function or class at the cursor', () => {
  useVSCode({ SymbolKind });
  const find = async (symbols: readonly object[], line: number, character: number): Promise<unknown> => {
    const { innermostUnit } = await import('../../../src/host/code/findCode');
    return innermostUnit(symbols as vscode.DocumentSymbol[], new Position(line, character) as vscode.Position);
  };
  const inner = span(4, 2, 6, 3);
  const variable = span(5, 4, 5, 20);
  const outer = span(2, 0, 10, 1);
  const ofVariable = nested(variable, [], SymbolKind.Variable);
  const tree = [nested(span(0, 0, 1, 0)), nested(outer, [nested(inner, [ofVariable])], SymbolKind.Class)];
  for (const { where, line, character, expected } of [
    { where: 'inside a function in a class', line: 5, character: 6, expected: inner },
    { where: 'at the first character of the function', line: 4, character: 2, expected: inner },
    { where: 'at the end of the function', line: 6, character: 3, expected: inner },
    { where: 'just before the function', line: 4, character: 1, expected: outer },
    { where: 'just after the function', line: 6, character: 4, expected: outer },
    { where: 'outside of all symbols', line: 11, character: 0, expected: undefined },
  ] as const) {
    it(`is ${expected === inner ? 'the function' : expected === outer ? 'the class' : 'undefined'} for a cursor ${where}`, async () => {
      assert.equal(await find(tree, line, character), expected);
    });
  }

  it('can be a function in a namespace, but not the namespace itself', async () => {
    const namespace = nested(span(0, 0, 9, 0), [nested(inner)], SymbolKind.Namespace);
    assert.equal(await find([namespace], 5, 0), inner);
    assert.equal(await find([namespace], 1, 0), undefined);
  });
});
