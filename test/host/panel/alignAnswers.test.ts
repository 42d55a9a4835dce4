import assert from 'node:assert/strict';
import { alignAnswers } from '../../../src/host/panel/alignAnswers';

const linesOf = (left: string, right: string) => alignAnswers(left, right).map((text) => text.split('\n'));

describe('line breaking for a comparison of two answers', () => {
  for (const { name, left, right, expected } of [
    {
      name: 'puts each sentence on a line',
      left: 'One fox. Two dogs! Three?',
      right: 'One fox. Two cats! Three?',
      expected: [
        ['One fox.', 'Two dogs!', 'Three?'],
        ['One fox.', 'Two cats!', 'Three?'],
      ],
    },
    {
      name: 'starts a line of both answers where the same words follow',
      left: 'A closure is a function. It remembers the variables. So B is fast.',
      right: 'A closure is a function, and it remembers the variables. Fine.',
      expected: [
        ['A closure is a function.', 'It remembers the variables.', 'So B is fast.'],
        ['A closure is a function, and', 'it remembers the variables.', 'Fine.'],
      ],
    },
    {
      name: 'starts no line where only a few words are the same',
      left: 'It is red. The end is near.',
      right: 'It ended. Beyond the end was light.',
      expected: [
        ['It is red.', 'The end is near.'],
        ['It ended.', 'Beyond the end was light.'],
      ],
    },
    {
      name: 'indents the further lines of list items and quotes, and keeps marks and brackets with their sentence',
      left: '1. **Note.** Keep. Then go (e.g. now).\n> Said he. Quoted.',
      right: 'x',
      expected: [['1. **Note.** Keep.', '   Then go (e.g. now).', '> Said he.', '> Quoted.'], ['x']],
    },
    {
      name: 'knows the sentences and words of Chinese',
      left: '闭包是一个函数。它记住创建它时的变量！很有用。',
      right: '闭包是函数，它记住创建它时的变量。',
      expected: [
        ['闭包是一个函数。', '它记住创建它时的变量！', '很有用。'],
        ['闭包是函数，', '它记住创建它时的变量。'],
      ],
    },
    {
      name: 'breaks a line of one answer where the other has a line of its own',
      left: 'Use the following steps: open the door, and go.',
      right: 'Use the following steps:\nopen the door, and go.',
      expected: [
        ['Use the following steps:', 'open the door, and go.'],
        ['Use the following steps:', 'open the door, and go.'],
      ],
    },
  ] as const) {
    it(name, () => assert.deepEqual(linesOf(left, right), expected));
  }

  it('leaves code blocks, indented code and tables unchanged', () => {
    const code = [
      '```js',
      'a(); // One. Two. Three.',
      '',
      '```',
      '- item',
      '  ~~~',
      '  One. Two.  ',
      '  ~~~',
      '',
      '    x = 1. Then. Y',
      '| One. Two. | Three. Four. |',
      '```',
      'open. Until. The end.',
    ];
    const [left] = linesOf(code.join('\n'), 'Something. One. Two. Three.');
    assert.deepEqual(left, code);
  });

  it('leaves very long answers unchanged', () => {
    const answers = ['One. Two. '.repeat(5001), 'One. Three. '.repeat(5001)] as const;
    assert.deepEqual(alignAnswers(...answers), answers);
  });

  it('changes only whitespace, even in answers without a common line', () => {
    const long = (word: string) => Array.from({ length: 3000 }, (_, index) => `${word}${index} and. So`).join(' ');
    const words = (text: string) => text.replace(/\s+/g, '');
    for (const [left, right] of [
      [long('a'), long('b')],
      ['', '\r\n\r\n'],
      ['- \n\n> \n1. ', '\ud83d\ude00\ud83d. \u2028 A. **'],
    ] as const) {
      const aligned = alignAnswers(left, right);
      assert.deepEqual(aligned.map(words), [left, right].map(words));
    }
  });
});
