import assert from 'node:assert/strict';
import { indentInsertion, locateCode, type CodeSearchResult, fitReplacement } from '../../../src/host/code/codeLines';

describe('an insertion behind white space', () => {
  for (const [what, lead, text, inserted] of [
    ['has its other lines as far in', '  ', 'a {\n  b\n}', 'a {\n    b\n  }'],
    ['goes with tabs', '\t', 'a {\n\tb\n}\n', 'a {\n\t\tb\n\t}\n'],
    ['loses the indentation it came with', '  ', '      a {\n        b\n      }', 'a {\n    b\n  }'],
    ['gets no white space into empty lines', '  ', 'a\n\nb', 'a\n\n  b'],
    ['is the same at the start of a line', '', '  a\n  b', '  a\n  b'],
    ['is the same behind other text', 'x = ', 'a\nb', 'a\nb'],
    ['is the same when it is a single line', '  ', '  a', '  a'],
    ['is the same when its first line is not the outermost', '  ', '  a\nb', '  a\nb'],
    ['is the same when its first line is empty', '  ', '\na', '\na'],
    ['is nothing when there is nothing', '  ', '', ''],
  ] as const) {
    it(what, () => assert.equal(indentInsertion(text, lead), inserted));
  }
});

const there = (start: number, end: number): CodeSearchResult => ({ type: 'found', start, end });

describe('code that was asked about', () => {
  for (const [what, text, original, at, place] of [
    ['is where it was', 'a\nb\nc', 'b', 2, there(2, 3)],
    ['is where it was, also when it is elsewhere too', 'b\nb\nb', 'b', 2, there(2, 3)],
    ['has moved when it is at one other place', 'x\na\nb\nc', 'b', 2, there(4, 5)],
    ['has moved, also when the document is shorter now', 'b', 'b', 40, there(0, 1)],
    ['is found under other line ends', 'x\r\na\r\nb', 'a\nb', 0, there(3, 7)],
    ['is found without the line ends it had', 'x\na\nb', 'a\r\nb', 0, there(2, 5)],
    ['has changed when it is nowhere', 'a\nB\nc', 'b', 2, { type: 'changed' }],
    ['is ambiguous when it is at several other places', 'b\na\nb', 'b', 2, { type: 'ambiguous' }],
    ['is ambiguous when its places overlap', 'xaaa', 'aa', 0, { type: 'ambiguous' }],
  ] as const) {
    it(what, () => assert.deepEqual(locateCode(text, original, at), place));
  }
});

describe('the replacement of a selection', () => {
  for (const [what, original, replacement, fitted] of [
    ['has no final line break where the selection has none', 'a', 'b\n', 'b'],
    ['has one where the selection has one', 'a\n', 'b', 'b\n'],
    ['has one where both have one', 'a\r\n', 'b\r\n', 'b\n'],
    ['may be nothing', 'a', '', ''],
    ['keeps its indentation and inner breaks', '  a', '  b\n\n  c\n', '  b\n\n  c'],
  ] as const) {
    it(what, () => assert.equal(fitReplacement(original, replacement), fitted));
  }
});

describe('the replacement of whole lines', () => {
  const original = '    def f():\n        return 1\n';
  for (const [what, replacement, fitted] of [
    [
      'is shifted when the model left their indentation out',
      'def f():\n    return 2',
      '    def f():\n        return 2\n',
    ],
    ['is shifted by what is missing', '  def f():\n    return 2', '    def f():\n      return 2\n'],
    ['gets no white space into empty lines', 'a\n\nb', '    a\n\n    b\n'],
    ['stays when it is as far in', '    def f():\n        return 2', '    def f():\n        return 2\n'],
    ['stays when it is further in', '      a\n      b', '      a\n      b\n'],
    ['stays when an inner line alone is further out', '    x = """\ntext\n"""', '    x = """\ntext\n"""\n'],
    ['stays when it is indented by other means', '\tdef f():\n\t\treturn 2', '\tdef f():\n\t\treturn 2\n'],
  ] as const) {
    it(what, () => assert.equal(fitReplacement(original, replacement), fitted));
  }

  it('stays when the lines have no indentation', () => {
    assert.equal(fitReplacement('a\n  b', 'c\nd'), 'c\nd');
  });
  it('is measured by the lines with something in them', () => {
    assert.equal(fitReplacement('\r\n  a\r\n\r\n  b\r\n', 'c'), '  c\n');
  });
});

describe('the replacement of what stands behind the indentation of its line', () => {
  const braces = 'f() {\n      a;\n    }';
  for (const [what, original, replacement, fitted] of [
    ['is shifted when the model left it out', braces, 'f() {\n  b;\n}', 'f() {\n      b;\n    }'],
    ['stays when its other lines are as far in', braces, 'f() {\n      b;\n    }', 'f() {\n      b;\n    }'],
    ['has it once when the model put it before the first line', braces, '    f() {\n    }', 'f() {\n    }'],
    ['is shifted where blocks have no end', 'if a:\n        b', 'if a:\n    c', 'if a:\n        c'],
    ['is shifted when one line becomes several', 'a;', 'if (b) {\n  a;\n}', 'if (b) {\n      a;\n    }'],
    ['stays when one line becomes several that may be in place', 'a', 'if b:\n    a', 'if b:\n    a'],
    ['stays when it is a single line', braces, 'g();', 'g();'],
  ] as const) {
    it(what, () => assert.equal(fitReplacement(original, replacement, '    '), fitted));
  }
});
