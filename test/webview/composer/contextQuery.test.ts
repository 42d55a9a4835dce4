import assert from 'node:assert/strict';
import { contextQueryAt } from '../../../src/webview/composer/suggestionPopup';

/** Returns the query at the caret, which `|` marks in the text. */
const queryIn = (marked: string): ReturnType<typeof contextQueryAt> => {
  const caret = marked.indexOf('|');
  return contextQueryAt(marked.replace('|', ''), caret);
};

describe('search for the context query at the caret (|)', () => {
  const rows = [
    { marked: '#|', start: 0, text: '' },
    { marked: '#sam|', start: 0, text: 'sam' },
    { marked: '#sam|ple.ts', start: 0, text: 'sam' },
    { marked: 'explain #src/a.ts|', start: 8, text: 'src/a.ts' },
    { marked: 'a\n#b|', start: 2, text: 'b' },
    { marked: '#a #b|', start: 3, text: 'b' },
    { marked: '#12a|', start: 0, text: '12a' },
    { marked: `${'x '.repeat(200)}#b|`, start: 400, text: 'b' },
    { marked: '看看#sam|', start: 2, text: 'sam' },
    { marked: '看看，＃sam|', start: 3, text: 'sam' },
    { marked: '(#a|', start: 1, text: 'a' },
  ];
  for (const { marked, start, text } of rows) {
    it(`finds the query “${text}” in ${JSON.stringify(marked.slice(-20))}`, () =>
      assert.deepEqual(queryIn(marked), { prefix: '#', start, text }));
  }

  for (const [what, marked] of [
    ['before the #', '|#'],
    ['without a #', 'sam|'],
    ['after a # and a space', '# Title|'],
    ['in a heading', '##|'],
    ['in a word', 'C#|'],
    ['in a link', 'https://a.example/#part|'],
    ['in an issue number', 'see #12|'],
    ['far after the #', `#${'x'.repeat(400)}|`],
    ['when the text before the # is beyond the searched range', `C#${'x'.repeat(259)}|`],
  ] as const) {
    it(`finds no query ${what}`, () => assert.equal(queryIn(marked), undefined));
  }
});
