import assert from 'node:assert/strict';
import { panelStrings } from '../../../src/shared/panelStrings';

describe('panel strings', () => {
  it('have placeholders in ascending order', () => {
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
