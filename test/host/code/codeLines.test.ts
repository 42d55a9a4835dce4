import assert from 'node:assert/strict';
import fc from 'fast-check';
import { indentInsertion, locateCode, type CodeSearchResult, fitReplacement } from '../../../src/host/code/codeLines';

describe('text insertion after the indentation of a line', () => {
  for (const { behavior, linePrefix, text, inserted } of [
    {
      behavior: 'indents the other lines in the same way',
      linePrefix: '  ',
      text: 'a {\n  b\n}',
      inserted: 'a {\n    b\n  }',
    },
    { behavior: 'indents with tabs', linePrefix: '\t', text: 'a {\n\tb\n}\n', inserted: 'a {\n\t\tb\n\t}\n' },
    {
      behavior: 'replaces the indentation of the inserted block',
      linePrefix: '  ',
      text: '      a {\n        b\n      }',
      inserted: 'a {\n    b\n  }',
    },
    { behavior: 'adds no whitespace to empty lines', linePrefix: '  ', text: 'a\n\nb', inserted: 'a\n\n  b' },
    {
      behavior: 'leaves the text unchanged at the start of a line',
      linePrefix: '',
      text: '  a\n  b',
      inserted: '  a\n  b',
    },
    {
      behavior: 'leaves the text unchanged when other text precedes the cursor',
      linePrefix: 'x = ',
      text: 'a\nb',
      inserted: 'a\nb',
    },
    { behavior: 'leaves a single line unchanged', linePrefix: '  ', text: '  a', inserted: '  a' },
    {
      behavior: 'leaves the text unchanged when its first line is indented more than another line',
      linePrefix: '  ',
      text: '  a\nb',
      inserted: '  a\nb',
    },
    {
      behavior: 'leaves the text unchanged when its first line is empty',
      linePrefix: '  ',
      text: '\na',
      inserted: '\na',
    },
    { behavior: 'inserts nothing for an empty text', linePrefix: '  ', text: '', inserted: '' },
  ] as const) {
    it(behavior, () => assert.equal(indentInsertion(text, linePrefix), inserted));
  }
});

const foundAt = (start: number, end: number): CodeSearchResult => ({ type: 'found', start, end });

describe('search in a document for the code of a prompt', () => {
  for (const { behavior, text, original, offset, result } of [
    {
      behavior: 'finds code at its original position',
      text: 'a\nb\nc',
      original: 'b',
      offset: 2,
      result: foundAt(2, 3),
    },
    {
      behavior: 'prefers the original position when the code occurs more than once',
      text: 'b\nb\nb',
      original: 'b',
      offset: 2,
      result: foundAt(2, 3),
    },
    { behavior: 'finds code that has moved', text: 'x\na\nb\nc', original: 'b', offset: 2, result: foundAt(4, 5) },
    {
      behavior: 'finds code when the document has become shorter than the original position',
      text: 'b',
      original: 'b',
      offset: 40,
      result: foundAt(0, 1),
    },
    {
      behavior: 'finds code in a document with CRLF line ends',
      text: 'x\r\na\r\nb',
      original: 'a\nb',
      offset: 0,
      result: foundAt(3, 7),
    },
    {
      behavior: 'finds code whose CRLF line ends were changed to LF',
      text: 'x\na\nb',
      original: 'a\r\nb',
      offset: 0,
      result: foundAt(2, 5),
    },
    {
      behavior: 'reports code that has changed',
      text: 'a\nB\nc',
      original: 'b',
      offset: 2,
      result: { type: 'changed' },
    },
    {
      behavior: 'reports ambiguous code when it occurs more than once elsewhere',
      text: 'b\na\nb',
      original: 'b',
      offset: 2,
      result: { type: 'ambiguous' },
    },
    {
      behavior: 'reports ambiguous code when its occurrences overlap',
      text: 'xaaa',
      original: 'aa',
      offset: 0,
      result: { type: 'ambiguous' },
    },
  ] as const) {
    it(behavior, () => assert.deepEqual(locateCode(text, original, offset), result));
  }
});

describe('replacement of a selection', () => {
  for (const { behavior, original, replacement, fitted } of [
    {
      behavior: 'removes the final line break of the new text when the selection has none',
      original: 'a',
      replacement: 'b\n',
      fitted: 'b',
    },
    {
      behavior: 'adds a final line break to the new text when the selection has one',
      original: 'a\n',
      replacement: 'b',
      fitted: 'b\n',
    },
    {
      behavior: 'keeps one final line break when the selection and the new text have one',
      original: 'a\r\n',
      replacement: 'b\r\n',
      fitted: 'b\n',
    },
    { behavior: 'accepts an empty text', original: 'a', replacement: '', fitted: '' },
    {
      behavior: 'does not change the indentation or empty lines of the new text',
      original: '  a',
      replacement: '  b\n\n  c\n',
      fitted: '  b\n\n  c',
    },
  ] as const) {
    it(behavior, () => assert.equal(fitReplacement(original, replacement), fitted));
  }
});

describe('replacement text with a million blank lines', () => {
  // Work that grows with the square of the number of lines would take hours.
  const blank = '\n'.repeat(500_000);

  it('keeps its blank lines, except for the blank lines at its end', () => {
    for (const lineEnd of ['\n', '\r\n']) {
      const replacement = `a\n${blank}b\n${blank}`.replaceAll('\n', lineEnd);
      assert.ok(fitReplacement('c\n', replacement) === `a\n${blank}b\n`);
    }
  });
});

describe('search in a random document for random code', () => {
  it('finds code that occurs exactly once, and no other code', () => {
    const word = fc.stringMatching(/^[ab]{1,6}$/);
    fc.assert(
      fc.property(fc.stringMatching(/^[ab]{0,40}$/), word, (text, code) => {
        const first = text.indexOf(code);
        const isUnique = first === text.lastIndexOf(code);
        const found = isUnique ? foundAt(first, first + code.length) : { type: 'ambiguous' };
        assert.deepEqual(locateCode(text, code, text.length), first < 0 ? { type: 'changed' } : found);
      }),
    );
  });
});

describe('replacement of complete lines', () => {
  const original = '    def f():\n        return 1\n';
  for (const { behavior, replacement, fitted } of [
    {
      behavior: 'is indented when the model left out the indentation',
      replacement: 'def f():\n    return 2',
      fitted: '    def f():\n        return 2\n',
    },
    {
      behavior: 'is indented when the model left out a part of the indentation',
      replacement: '  def f():\n    return 2',
      fitted: '    def f():\n      return 2\n',
    },
    { behavior: 'adds no whitespace to empty lines', replacement: 'a\n\nb', fitted: '    a\n\n    b\n' },
    {
      behavior: 'stays unchanged when it has the same indentation',
      replacement: '    def f():\n        return 2',
      fitted: '    def f():\n        return 2\n',
    },
    {
      behavior: 'stays unchanged when it is indented more',
      replacement: '      a\n      b',
      fitted: '      a\n      b\n',
    },
    {
      behavior: 'stays unchanged when a line of a multi-line string is indented less',
      replacement: '    x = """\ntext\n"""',
      fitted: '    x = """\ntext\n"""\n',
    },
    {
      behavior: 'stays unchanged when it is indented with tabs instead of spaces',
      replacement: '\tdef f():\n\t\treturn 2',
      fitted: '\tdef f():\n\t\treturn 2\n',
    },
  ] as const) {
    it(behavior, () => assert.equal(fitReplacement(original, replacement), fitted));
  }

  it('leaves the new text unchanged when the original lines have no indentation', () => {
    assert.equal(fitReplacement('a\n  b', 'c\nd'), 'c\nd');
  });
  it('ignores blank lines of the original when it determines the indentation', () => {
    assert.equal(fitReplacement('\r\n  a\r\n\r\n  b\r\n', 'c'), '  c\n');
  });
});

describe('replacement of a selection after the indentation of a line', () => {
  const braces = 'f() {\n      a;\n    }';
  for (const { behavior, original, replacement, fitted } of [
    {
      behavior: 'is indented when the model left out the indentation',
      original: braces,
      replacement: 'f() {\n  b;\n}',
      fitted: 'f() {\n      b;\n    }',
    },
    {
      behavior: 'stays unchanged when its other lines have the same indentation',
      original: braces,
      replacement: 'f() {\n      b;\n    }',
      fitted: 'f() {\n      b;\n    }',
    },
    {
      behavior: 'removes the indentation that the model added to the first line',
      original: braces,
      replacement: '    f() {\n    }',
      fitted: 'f() {\n    }',
    },
    {
      behavior: 'is indented in a language without block ends',
      original: 'if a:\n        b',
      replacement: 'if a:\n    c',
      fitted: 'if a:\n        c',
    },
    {
      behavior: 'is indented when several lines replace one line',
      original: 'a;',
      replacement: 'if (b) {\n  a;\n}',
      fitted: 'if (b) {\n      a;\n    }',
    },
    {
      behavior: 'stays unchanged when several lines replace one line and their indentation may be intended',
      original: 'a',
      replacement: 'if b:\n    a',
      fitted: 'if b:\n    a',
    },
    { behavior: 'stays unchanged when it is a single line', original: braces, replacement: 'g();', fitted: 'g();' },
  ] as const) {
    it(behavior, () => assert.equal(fitReplacement(original, replacement, '    '), fitted));
  }
});
