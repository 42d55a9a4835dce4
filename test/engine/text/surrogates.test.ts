import assert from 'node:assert/strict';
import { firstChars, lastChars } from '../../../src/engine/text/surrogates';

describe('text of limited length', () => {
  for (const { text, limit, first, last } of [
    { text: 'abc', limit: 4, first: 'abc', last: 'abc' },
    { text: 'abc', limit: 2, first: 'ab', last: 'bc' },
    { text: 'abc', limit: 0, first: '', last: '' },
    { text: 'a🐑b', limit: 3, first: 'a🐑', last: '🐑b' },
    { text: 'a🐑b', limit: 2, first: 'a', last: 'b' },
  ] as const) {
    it(`shortens "${text}" to its start "${first}" and to its end "${last}" for a limit of ${limit}`, () =>
      assert.deepEqual([firstChars(text, limit), lastChars(text, limit)], [first, last]));
  }
});
