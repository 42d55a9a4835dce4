import assert from 'node:assert/strict';
import { panelStrings } from '../../../src/shared/panelStrings';

describe('panel strings', () => {
  it('number their placeholders from 0 in ascending order', () => {
    for (const [key, text] of Object.entries(panelStrings)) {
      const numbers = [...text.matchAll(/\{(\d+)\}/g)].map((match) => Number(match[1]));
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => index),
        key,
      );
    }
  });
});
