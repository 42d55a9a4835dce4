import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { codeLimits, excerptOf, spanLabel, type Span } from '../../../src/host/code/codeExcerpt';

function documentOf(lines: readonly string[]): vscode.TextDocument {
  return {
    languageId: 'typescript',
    lineCount: lines.length,
    lineAt: (index: number) => ({ text: lines[index] ?? assert.fail(`no line ${index}`) }),
    getText: ({ start, end }: Span) =>
      lines
        .slice(start.line, end.line + 1)
        .map((line, index, lines) =>
          line.slice(index === 0 ? start.character : 0, index === lines.length - 1 ? end.character : undefined),
        )
        .join('\n'),
  } as unknown as vscode.TextDocument;
}

/** Returns a range with the properties that an excerpt reads. */
const rangeOf = (span: Span): vscode.Range => span as vscode.Range;

const lineSpan = (first: number, last: number, endCharacter: number): vscode.Range =>
  rangeOf({ start: { line: first, character: 0 }, end: { line: last, character: endCharacter } });
const numberedLines = documentOf(Array.from({ length: 200 }, (_, index) => `line ${index}`));

/** Returns whether the text has no half of a surrogate pair. */
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

describe('excerpt of the code for a prompt', () => {
  it('contains the code, a label such as a.ts:10-24, and at most thirty lines of context on each side', () => {
    const excerpt = excerptOf(numberedLines, 'src/a.ts', lineSpan(100, 102, 8), 'selection');
    assert.equal(excerpt?.code, 'line 100\nline 101\nline 102');
    assert.equal(excerpt.label, 'src/a.ts:101-103');
    const before = excerpt.before.split('\n');
    const after = excerpt.after.split('\n');
    assert.deepEqual([before.length, before[0], before.at(-1)], [30, 'line 70', 'line 99']);
    assert.deepEqual([after.length, after[0], after.at(-1)], [30, 'line 103', 'line 132']);
  });

  it('contains fewer lines of context near the start and the end of the file', () => {
    const first = excerptOf(numberedLines, 'a.ts', lineSpan(0, 0, 6), 'selection');
    assert.equal(first?.before, '');
    const last = excerptOf(numberedLines, 'a.ts', lineSpan(199, 199, 8), 'selection');
    assert.equal(last?.after, '');
  });

  it('contains the rest of a partly selected line as context', () => {
    const document = documentOf(['const a = f(x) + 1;']);
    const span = rangeOf({ start: { line: 0, character: 10 }, end: { line: 0, character: 14 } });
    const excerpt = excerptOf(document, 'a.ts', span, 'selection');
    assert.deepEqual([excerpt?.before, excerpt?.code, excerpt?.after], ['const a = ', 'f(x)', ' + 1;']);
  });

  it('does not count a line as selected if the selection ends at the start of that line', () => {
    const excerpt = excerptOf(numberedLines, 'a.ts', lineSpan(5, 6, 0), 'selection');
    assert.equal(excerpt?.label, 'a.ts:6');
    assert.equal(excerpt.after.split('\n')[0], 'line 6');
  });

  it('is undefined when the selection contains only whitespace', () => {
    assert.equal(excerptOf(documentOf(['', '  ', '\t']), 'a.ts', lineSpan(0, 2, 1), 'visible'), undefined);
  });

  it('truncates long code without splitting a surrogate pair, and marks the excerpt as truncated', () => {
    for (const lead of ['', 'x']) {
      const line = lead + '𝄞'.repeat(codeLimits.characters);
      const excerpt = excerptOf(documentOf([line]), 'a.ts', lineSpan(0, 0, line.length), 'selection');
      assert.equal(excerpt?.truncated, true);
      assert.ok(excerpt.code.length <= codeLimits.characters);
      assert.ok(isWellFormed(excerpt.code));
    }
    const fits = 'x'.repeat(codeLimits.characters);
    assert.equal(excerptOf(documentOf([fits]), 'a.ts', lineSpan(0, 0, fits.length), 'selection')?.truncated, false);
  });

  it('contains only the nearest part of a context that is too long', () => {
    const long = `start${'𝄞'.repeat(codeLimits.contextCharacters)}end`;
    const excerpt = excerptOf(documentOf([long, 'code', long]), 'a.ts', lineSpan(1, 1, 4), 'selection');
    assert.ok(excerpt);
    assert.ok(excerpt.before.endsWith('end') && isWellFormed(excerpt.before));
    assert.ok(excerpt.after.startsWith('start') && isWellFormed(excerpt.after));
    assert.ok(excerpt.before.length <= codeLimits.contextCharacters);
    assert.ok(excerpt.after.length <= codeLimits.contextCharacters);
  });
});

describe('label of a range of lines', () => {
  const span = (startLine: number, startCharacter: number, endLine: number, endCharacter: number): Span => ({
    start: { line: startLine, character: startCharacter },
    end: { line: endLine, character: endCharacter },
  });
  for (const [labelledSpan, label] of [
    [span(9, 0, 23, 5), 'a.ts:10-24'],
    [span(9, 3, 9, 8), 'a.ts:10'],
    [span(9, 0, 10, 0), 'a.ts:10'],
    [span(9, 0, 24, 0), 'a.ts:10-24'],
    [span(0, 0, 0, 0), 'a.ts:1'],
  ] as const) {
    it(`is ${label} for the range ${JSON.stringify(labelledSpan)}`, () =>
      assert.equal(spanLabel('a.ts', labelledSpan), label));
  }
});
