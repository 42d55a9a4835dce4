import assert from 'node:assert/strict';
import { originalPlace, type OriginalPlace } from '../../../src/host/code/codeLines';

const there = (start: number, end: number): OriginalPlace => ({ type: 'there', start, end });

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
    it(what, () => assert.deepEqual(originalPlace(text, original, at), place));
  }
});
