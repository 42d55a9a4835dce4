import assert from 'node:assert/strict';
import { panelStrings } from '../../../src/shared/panelStrings';
import { trimTrailingPeriod } from '../../../src/host/ui/messageText';
import { joinSentences } from '../../../src/shared/describe';

describe('sentences joined into one text', () => {
  it('are separated as the language requires, without undefined sentences', () => {
    const joined = (separator: string): string =>
      joinSentences({ ...panelStrings, sentences: `{0}${separator}{1}` }, ['One.', undefined, 'Two.', 'Three.']);
    assert.equal(joined(' '), 'One. Two. Three.');
    assert.equal(joined(''), 'One.Two.Three.');
  });
});

describe('text that is quoted within a sentence', () => {
  for (const [text, expected] of [
    ['Incorrect API key provided.', 'Incorrect API key provided'],
    ['密钥无效。', '密钥无效'],
    ['No. 5 is gone', 'No. 5 is gone'],
    ['Is it yours?', 'Is it yours?'],
    ['And so on...', 'And so on...'],
    ['', ''],
  ] as const) {
    it(
      text === expected
        ? `stays unchanged: ${JSON.stringify(text)}`
        : `loses its final period: ${JSON.stringify(text)}`,
      () => assert.equal(trimTrailingPeriod(text), expected),
    );
  }
});
