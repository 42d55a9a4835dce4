import assert from 'node:assert/strict';
import { shapeOf } from './referenceShape';
import { renderAtOnce, serialize, renderInPieces } from './streamingHarness';

const cases: readonly (readonly [name: string, text: string, shape: string])[] = [
  [
    'a table with alignment',
    '| a | b |\n|:--|--:|\n| *1* | 2 \\| 3 |\n',
    '<table ><thead ><tr ><th  left>a</><th  right>b</></></>' +
      '<tbody ><tr ><td  left><em >1</></><td  right>2 | 3</></></></>',
  ],
  [
    'a table that ends a paragraph',
    'words\na | b\n--|--\n',
    '<p >words</><table ><thead ><tr ><th >a</><th >b</></></></>',
  ],
  ['text that only resembles a table as a paragraph', 'a | b\n--|--x\n', '<p >a | b\n--|--x</>'],
  ['strikethrough', 'a ~~b~~ c', '<p >a <s >b</> c</>'],
  ['a single tilde as text', 'a ~b~ c', '<p >a ~b~ c</>'],
  ['a soft break as a line break', 'a\nb', '<p >a\nb</>'],
  ['a hard break', 'a  \nb', '<p >a<br ></>b</>'],
  ['an escaped character', '\\*a\\*', '<p >*a*</>'],
  ['a bare URL', 'see https://a.example/b_c.', '<p >see <a  https://a.example/b_c>https://a.example/b_c</>.</>'],
  ['file names as text', 'README.md and main.rs', '<p >README.md and main.rs</>'],
  ['an address without a scheme as text', 'www.a.example, a@b.example', '<p >www.a.example, a@b.example</>'],
  ['an image as a link', '![alt *x*](https://i.example/a.png)', '<p ><a  https://i.example/a.png>alt x</></>'],
  [
    'an image inside a link',
    '[![badge](https://i.example/a.svg)](https://l.example/)',
    '<p ><a  https://l.example/>badge</></>',
  ],
  ['Windows line breaks', 'a\r\n\r\n- b\r\n- c\r\n', '<p >a</><ul ><li >b</><li >c</></>'],
  ['a lone carriage return as a line break', 'a\r\rb', '<p >a</><p >b</>'],
  ['a NUL character as the replacement character U+FFFD', 'a\0b', '<p >a\uFFFDb</>'],
  ['characters outside the Basic Multilingual Plane', '😀 **👩‍👩‍👧** e\u0301', '<p >😀 <strong >👩‍👩‍👧</> e\u0301</>'],
  [
    'a code block that is indented with tabs in a list',
    '- a\n\n\t```\n\tx\n\t```\n',
    '<ul ><li ><p >a</><pre ><code >x\n</></></></>',
  ],
  ['a loose list', '- a\n\n- b\n', '<ul ><li ><p >a</></><li ><p >b</></></>'],
];

describe('Markdown renderer, beyond CommonMark', () => {
  for (const [name, text, shape] of cases) {
    it(`renders ${name}`, () => {
      assert.equal(shapeOf(renderAtOnce(text)), shape);
      assert.equal(serialize(renderInPieces(text.split(''))), serialize(renderAtOnce(text)));
    });
  }

  it('replaces the brackets of task list items with images that have an accessible name', () => {
    const items = [...renderAtOnce('- [ ] open\n- [x] done\n- [X] *done*\n- [y] none\n').querySelectorAll('li')];
    assert.deepEqual(
      items.map((item) => [item.className, item.getAttribute('data-checked'), item.textContent]),
      [
        ['task', 'false', 'open'],
        ['task', 'true', 'done'],
        ['task', 'true', 'done'],
        ['', null, '[y] none'],
      ],
    );
    const marks = items.map((item) => item.querySelector('[role=img]')?.getAttribute('aria-label'));
    assert.deepEqual(marks, ['To do', 'Done', 'Done', undefined]);
  });
});
