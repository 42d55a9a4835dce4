import assert from 'node:assert/strict';
import { fitReplacement } from '../../../src/host/code/codeLines';

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
