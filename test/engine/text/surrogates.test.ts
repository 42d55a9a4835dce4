import assert from 'node:assert/strict';
import { firstChars, lastChars } from '../../../src/engine/text/surrogates';

describe('text of limited length', () => {
  for (const [text, limit, first, last] of [
    ['abc', 4, 'abc', 'abc'],
    ['abc', 2, 'ab', 'bc'],
    ['abc', 0, '', ''],
    ['a🐑b', 3, 'a🐑', '🐑b'],
    ['a🐑b', 2, 'a', 'b'],
  ] as const) {
    it(`shortens "${text}" to its start "${first}" and to its end "${last}" for a limit of ${limit}`, () =>
      assert.deepEqual([firstChars(text, limit), lastChars(text, limit)], [first, last]));
  }
});
