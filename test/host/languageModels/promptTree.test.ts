import assert from 'node:assert/strict';
import { promptTreeText } from '../../../src/host/languageModels/promptTree';

const cases: readonly (readonly [what: string, tree: unknown, text: string])[] = [
  ['one text', { node: { type: 1, children: [{ type: 2, text: 'a' }] } }, 'a'],
  [
    'texts of a line together, and others on lines of their own',
    {
      node: {
        children: [
          { children: [{ text: 'a' }, { text: 'b', lineBreakBefore: false }] },
          { children: [{ text: 'c', lineBreakBefore: true }] },
          { text: 'd', lineBreakBefore: 1 },
        ],
      },
    },
    'ab\nc\nd',
  ],
  ['nothing of what is no tree', 'a', ''],
  ['nothing of an empty one', { node: {} }, ''],
];

describe('the text of a tree of prompts', () => {
  for (const [what, tree, text] of cases) it(`is ${what}`, () => assert.equal(promptTreeText(tree), text));
});
