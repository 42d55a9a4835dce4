import assert from 'node:assert/strict';
import { indentInsertion } from '../../../src/host/code/codeLines';

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
