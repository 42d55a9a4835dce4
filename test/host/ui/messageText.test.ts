import assert from 'node:assert/strict';
import { insertInFirstSentence, joinSentences, trimTrailingPeriod } from '../../../src/host/ui/messageText';

describe('sentences joined into one text', () => {
  it('are separated as the language requires, without undefined sentences', () => {
    const joined = (separator: string): string =>
      joinSentences((_, args) => `${args?.[0]}${separator}${args?.[1]}`, ['One.', undefined, 'Two.', 'Three.']);
    assert.equal(joined(' '), 'One. Two. Three.');
    assert.equal(joined(''), 'One.Two.Three.');
  });
});

describe('error code in a message', () => {
  for (const [message, expected] of [
    ['api.example.com is not accepting connections.', 'api.example.com is not accepting connections (EX).'],
    ["Can't find the host a.b. Check the base URL.", "Can't find the host a.b (EX). Check the base URL."],
    ['找不到主机 a.b。请检查基础 URL。', '找不到主机 a.b（EX）。请检查基础 URL。'],
    ['No period', 'No period (EX)'],
  ] as const) {
    it(`is part of the first sentence: ${message}`, () => assert.equal(insertInFirstSentence(message, 'EX'), expected));
  }
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
