import assert from 'node:assert/strict';
import fc from 'fast-check';
import { indentInsertion, locateCode, type CodeSearchResult, fitReplacement } from '../../../src/host/code/codeLines';

describe('text insertion after the indentation of a line', () => {
  for (const [behavior, linePrefix, text, inserted] of [
    ['indents the other lines in the same way', '  ', 'a {\n  b\n}', 'a {\n    b\n  }'],
    ['indents with tabs', '\t', 'a {\n\tb\n}\n', 'a {\n\t\tb\n\t}\n'],
    ['replaces the indentation of the inserted block', '  ', '      a {\n        b\n      }', 'a {\n    b\n  }'],
    ['adds no whitespace to empty lines', '  ', 'a\n\nb', 'a\n\n  b'],
    ['leaves the text unchanged at the start of a line', '', '  a\n  b', '  a\n  b'],
    ['leaves the text unchanged when other text precedes the cursor', 'x = ', 'a\nb', 'a\nb'],
    ['leaves a single line unchanged', '  ', '  a', '  a'],
    ['leaves the text unchanged when its first line is indented more than another line', '  ', '  a\nb', '  a\nb'],
    ['leaves the text unchanged when its first line is empty', '  ', '\na', '\na'],
    ['inserts nothing for an empty text', '  ', '', ''],
  ] as const) {
    it(behavior, () => assert.equal(indentInsertion(text, linePrefix), inserted));
  }
});

const foundAt = (start: number, end: number): CodeSearchResult => ({ type: 'found', start, end });

describe('search in a document for the code of a prompt', () => {
  for (const [behavior, text, original, offset, result] of [
    ['finds code at its original position', 'a\nb\nc', 'b', 2, foundAt(2, 3)],
    ['prefers the original position when the code occurs more than once', 'b\nb\nb', 'b', 2, foundAt(2, 3)],
    ['finds code that has moved', 'x\na\nb\nc', 'b', 2, foundAt(4, 5)],
    ['finds code when the document has become shorter than the original position', 'b', 'b', 40, foundAt(0, 1)],
    ['finds code in a document with CRLF line ends', 'x\r\na\r\nb', 'a\nb', 0, foundAt(3, 7)],
    ['finds code whose CRLF line ends were changed to LF', 'x\na\nb', 'a\r\nb', 0, foundAt(2, 5)],
    ['reports code that has changed', 'a\nB\nc', 'b', 2, { type: 'changed' }],
    ['reports ambiguous code when it occurs more than once elsewhere', 'b\na\nb', 'b', 2, { type: 'ambiguous' }],
    ['reports ambiguous code when its occurrences overlap', 'xaaa', 'aa', 0, { type: 'ambiguous' }],
  ] as const) {
    it(behavior, () => assert.deepEqual(locateCode(text, original, offset), result));
  }
});

describe('replacement of a selection', () => {
  for (const [behavior, original, replacement, fitted] of [
    ['removes the final line break of the new text when the selection has none', 'a', 'b\n', 'b'],
    ['adds a final line break to the new text when the selection has one', 'a\n', 'b', 'b\n'],
    ['keeps one final line break when the selection and the new text have one', 'a\r\n', 'b\r\n', 'b\n'],
    ['accepts an empty text', 'a', '', ''],
    ['does not change the indentation or empty lines of the new text', '  a', '  b\n\n  c\n', '  b\n\n  c'],
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
  it('finds the code if it occurs exactly once, and otherwise reports that it is ambiguous or has changed', () => {
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
  for (const [behavior, replacement, fitted] of [
    [
      'is indented when the model left out the indentation',
      'def f():\n    return 2',
      '    def f():\n        return 2\n',
    ],
    [
      'is indented when the model left out a part of the indentation',
      '  def f():\n    return 2',
      '    def f():\n      return 2\n',
    ],
    ['adds no whitespace to empty lines', 'a\n\nb', '    a\n\n    b\n'],
    [
      'stays unchanged when it has the same indentation',
      '    def f():\n        return 2',
      '    def f():\n        return 2\n',
    ],
    ['stays unchanged when it is indented more', '      a\n      b', '      a\n      b\n'],
    [
      'stays unchanged when a line of a multi-line string is indented less',
      '    x = """\ntext\n"""',
      '    x = """\ntext\n"""\n',
    ],
    [
      'stays unchanged when it is indented with tabs instead of spaces',
      '\tdef f():\n\t\treturn 2',
      '\tdef f():\n\t\treturn 2\n',
    ],
  ] as const) {
    it(behavior, () => assert.equal(fitReplacement(original, replacement), fitted));
  }

  it('leaves the new text unchanged when the original lines have no indentation', () => {
    assert.equal(fitReplacement('a\n  b', 'c\nd'), 'c\nd');
  });
  it('ignores blank lines when it determines the indentation', () => {
    assert.equal(fitReplacement('\r\n  a\r\n\r\n  b\r\n', 'c'), '  c\n');
  });
});

describe('replacement of a selection after the indentation of a line', () => {
  const braces = 'f() {\n      a;\n    }';
  for (const [behavior, original, replacement, fitted] of [
    ['is indented when the model left out the indentation', braces, 'f() {\n  b;\n}', 'f() {\n      b;\n    }'],
    [
      'stays unchanged when its other lines have the same indentation',
      braces,
      'f() {\n      b;\n    }',
      'f() {\n      b;\n    }',
    ],
    ['removes the indentation that the model added to the first line', braces, '    f() {\n    }', 'f() {\n    }'],
    ['is indented in a language without block ends', 'if a:\n        b', 'if a:\n    c', 'if a:\n        c'],
    ['is indented when several lines replace one line', 'a;', 'if (b) {\n  a;\n}', 'if (b) {\n      a;\n    }'],
    [
      'stays unchanged when several lines replace one line and their indentation may be intended',
      'a',
      'if b:\n    a',
      'if b:\n    a',
    ],
    ['stays unchanged when it is a single line', braces, 'g();', 'g();'],
  ] as const) {
    it(behavior, () => assert.equal(fitReplacement(original, replacement, '    '), fitted));
  }
});
