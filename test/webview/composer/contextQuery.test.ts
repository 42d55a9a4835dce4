import assert from 'node:assert/strict';
import { contextQueryAt } from '../../../src/webview/composer/contextPopup';

/** Returns the query at the caret, which `|` marks in the text. */
const queryIn = (marked: string): ReturnType<typeof contextQueryAt> => {
  const caret = marked.indexOf('|');
  return contextQueryAt(marked.replace('|', ''), caret);
};

describe('search for a context query at the caret', () => {
  const rows: readonly (readonly [marked: string, start: number, text: string])[] = [
    ['#|', 0, ''],
    ['#sam|', 0, 'sam'],
    ['#sam|ple.ts', 0, 'sam'],
    ['explain #src/a.ts|', 8, 'src/a.ts'],
    ['a\n#b|', 2, 'b'],
    ['#a #b|', 3, 'b'],
    ['#12a|', 0, '12a'],
    [`${'x '.repeat(200)}#b|`, 400, 'b'],
    ['看看#sam|', 2, 'sam'],
    ['看看，＃sam|', 3, 'sam'],
    ['(#a|', 1, 'a'],
  ];
  for (const [marked, start, text] of rows) {
    it(`finds the query “${text}” in ${JSON.stringify(marked.slice(-20))}`, () =>
      assert.deepEqual(queryIn(marked), { start, text }));
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
