import assert from 'node:assert/strict';
import { briefTitles } from '../../../src/host/prompts/promptTemplate';

const titled = (...titles: readonly string[]): string => briefTitles(titles.map((title) => ({ title, template: 'a' })));

describe('the titles of prompts in a question', () => {
  it('are quoted', () => {
    assert.equal(titled('A', 'B'), '“A”, “B”');
  });

  it('are five at most', () => {
    assert.equal(titled('1', '2', '3', '4', '5', '6'), '“1”, “2”, “3”, “4”, “5”, …');
  });

  it('are short, and one line each, without what turns or hides text', () => {
    assert.equal(titled(`Yes.\n\nEverything\u202e is\u200b fine`), '“Yes. Everything is fine”');
    assert.equal(titled('x'.repeat(1000)), `“${'x'.repeat(39)}…”`);
    assert.equal(titled('pay\u200bpal\u3164'), '“paypal”');
  });
});
