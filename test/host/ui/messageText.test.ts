import assert from 'node:assert/strict';
import { panelStrings } from '../../../src/shared/panelStrings';
import { trimTrailingPeriod } from '../../../src/host/ui/messageText';
import { joinSentences } from '../../../src/shared/describe';

describe('sentences joined into one text', () => {
  it('are separated by a space or, in Chinese, by nothing', () => {
    const joined = (separator: string): string =>
      joinSentences({ ...panelStrings, sentences: `{0}${separator}{1}` }, ['One.', undefined, 'Two.', 'Three.']);
    assert.equal(joined(' '), 'One. Two. Three.');
    assert.equal(joined(''), 'One.Two.Three.');
  });

  it('end with a period, which is added if it is missing', () => {
    const chinese = { ...panelStrings, sentences: '{0}{1}', sentenceWithoutPeriod: '{0}。{1}' };
    assert.equal(joinSentences(panelStrings, ['Offline', 'Click to retry.']), 'Offline. Click to retry.');
    assert.equal(joinSentences(chinese, ['离线', '点击可重试。']), '离线。点击可重试。');
    assert.equal(
      joinSentences(panelStrings, ['It said “Busy.”', 'Wait (5 s.)', 'Done']),
      'It said “Busy.” Wait (5 s.) Done',
    );
    assert.equal(joinSentences(chinese, ['正在回答…', '点击可显示对话。']), '正在回答…点击可显示对话。');
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
        ? `remains unchanged: ${JSON.stringify(text)}`
        : `loses its final period: ${JSON.stringify(text)}`,
      () => assert.equal(trimTrailingPeriod(text), expected),
    );
  }
});
