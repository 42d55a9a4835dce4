import assert from 'node:assert/strict';
import {
  timeOfDayOptions,
  toSupportedLocale,
  visibleText,
  withoutHiddenCharacters,
} from '../../../src/engine/gateway/visibleText';

describe('cleanup of a text for display', () => {
  for (const { name, text, expected } of [
    {
      name: 'keeps ordinary text in any language',
      text: 'Fix “füße” in 代码.ts – naïve?',
      expected: 'Fix “füße” in 代码.ts – naïve?',
    },
    {
      name: 'collapses whitespace and line ends into one space',
      text: '  a \t\r\n b\u00a0\u2028c\u2029d\ufeffe  ',
      expected: 'a b c d e',
    },
    {
      name: 'replaces control characters with a space',
      text: 'a\u0000b\u0007c\u007fd\u0085e\u009bf',
      expected: 'a b c d e f',
    },
    {
      name: 'removes the control characters of terminal escapes',
      text: '\u001b[31mred\u001b]0;t\u0007',
      expected: '[31mred ]0;t',
    },
    {
      name: 'removes characters that change the direction of text',
      text: '\u202egnp.exe\u2066\u2069\u200f\u061c',
      expected: 'gnp.exe',
    },
    { name: 'removes zero-width characters', text: 'pay\u200bp\u200ca\u200dl\u2060\u00ad\u180e', expected: 'paypal' },
    {
      name: 'removes characters that Unicode defines as ignorable by default',
      text: 'a\u3164b\u115fc\u034fd\u{e0041}e\u{e0100}f',
      expected: 'abcdef',
    },
    { name: 'removes halves of surrogate pairs', text: 'a\ud83db\ude00c', expected: 'abc' },
    {
      name: 'keeps emoji that are joined from several characters',
      text: '👩‍💻 and 🏳️‍🌈 and ❤️',
      expected: '👩‍💻 and 🏳️‍🌈 and ❤️',
    },
    {
      name: 'removes joiners and variation selectors that belong to no emoji',
      text: '👩\u200d\u200da\ufe0fb\u200d👩',
      expected: '👩ab👩',
    },
    { name: 'returns an empty text for text without visible characters', text: ' \u200b\u202e\n', expected: '' },
  ] as const) {
    it(name, () => assert.equal(visibleText(text, 100), expected));
  }

  it('truncates a long text to the maximum number of characters, including an ellipsis', () => {
    assert.equal(visibleText('🐑🐑🐑', 3), '🐑🐑🐑');
    assert.equal(visibleText('🐑🐑🐑🐑', 3), '🐑🐑…');
    assert.equal(visibleText('ab cd', 4), 'ab…');
    assert.equal(visibleText('abcdef', 3), 'ab…');
    assert.equal(visibleText('abc \u200b\n', 3), 'abc');
    assert.equal(visibleText('a👩‍💻', 3), 'a…');
    assert.equal(visibleText('🐑'.repeat(500), 300), `${'🐑'.repeat(299)}…`);
    assert.equal(visibleText('羊'.repeat(500), 300), `${'羊'.repeat(299)}…`);
  });

  it('does not truncate a text without a maximum length', () => {
    assert.equal(visibleText('word '.repeat(10_000)), 'word '.repeat(10_000).trimEnd());
  });

  it('reads only the part of a long text that is shown', () => {
    const long = `title ${'a'.repeat(50_000_000)}`;
    for (let round = 0; round < 10_000; round++) assert.equal(visibleText(long, 10), 'title aaa…');
  });
});

describe('removal of hidden characters', () => {
  const visible = 'a\r\n\t  b \n\n👩‍💻 ❤️ 代码';

  it('keeps line breaks, indentation and emoji', () => assert.equal(withoutHiddenCharacters(visible), visible));

  it('removes control characters, zero-width characters and lone surrogates', () =>
    assert.equal(withoutHiddenCharacters('a\u{e0041}\u202e\r\n\t  b\u0000\u200b \n\n👩‍💻 ❤️ \ud83d代码'), visible));
});

describe('choice of a supported locale', () => {
  for (const [tag, locale] of [
    ['de', 'de'],
    ['zh-cn', 'zh-CN'],
    ['zh-Hant-TW', 'zh-Hant-TW'],
    ['zh_CN', undefined],
    ['-en', undefined],
    ['en-', undefined],
    ['', undefined],
  ] as const) {
    it(`returns ${locale} for ${JSON.stringify(tag)}`, () => assert.equal(toSupportedLocale(tag), locale));
  }
});

it('time of day has a leading zero only in locales with a 24-hour clock', () => {
  assert.deepEqual(timeOfDayOptions('en-US'), { hour: 'numeric', minute: '2-digit' });
  assert.deepEqual(timeOfDayOptions('de'), { hour: '2-digit', minute: '2-digit' });
});
