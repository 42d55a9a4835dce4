import assert from 'node:assert/strict';
import { shapeOf } from './referenceShape';
import { renderAtOnce, serialize, renderInPieces } from './streamingHarness';

const cases = [
  {
    name: 'a table with alignment',
    text: '| a | b |\n|:--|--:|\n| *1* | 2 \\| 3 |\n',
    shape:
      '<table ><thead ><tr ><th  left>a</><th  right>b</></></>' +
      '<tbody ><tr ><td  left><em >1</></><td  right>2 | 3</></></></>',
  },
  {
    name: 'a table that ends a paragraph',
    text: 'words\na | b\n--|--\n',
    shape: '<p >words</><table ><thead ><tr ><th >a</><th >b</></></></>',
  },
  { name: 'text that only resembles a table as a paragraph', text: 'a | b\n--|--x\n', shape: '<p >a | b\n--|--x</>' },
  { name: 'strikethrough', text: 'a ~~b~~ c', shape: '<p >a <s >b</> c</>' },
  { name: 'a single tilde as text', text: 'a ~b~ c', shape: '<p >a ~b~ c</>' },
  { name: 'a soft break as a line break', text: 'a\nb', shape: '<p >a\nb</>' },
  { name: 'a hard break', text: 'a  \nb', shape: '<p >a<br ></>b</>' },
  { name: 'an escaped character', text: '\\*a\\*', shape: '<p >*a*</>' },
  {
    name: 'a bare URL',
    text: 'see https://a.example/b_c.',
    shape: '<p >see <a  https://a.example/b_c>https://a.example/b_c</>.</>',
  },
  { name: 'file names as text', text: 'README.md and main.rs', shape: '<p >README.md and main.rs</>' },
  {
    name: 'an address without a scheme as text',
    text: 'www.a.example, a@b.example',
    shape: '<p >www.a.example, a@b.example</>',
  },
  {
    name: 'an image as a link',
    text: '![alt *x*](https://i.example/a.png)',
    shape: '<p ><a  https://i.example/a.png>alt x</></>',
  },
  {
    name: 'an image inside a link',
    text: '[![badge](https://i.example/a.svg)](https://l.example/)',
    shape: '<p ><a  https://l.example/>badge</></>',
  },
  { name: 'Windows line breaks', text: 'a\r\n\r\n- b\r\n- c\r\n', shape: '<p >a</><ul ><li >b</><li >c</></>' },
  { name: 'a lone carriage return as a line break', text: 'a\r\rb', shape: '<p >a</><p >b</>' },
  { name: 'a NUL character as the replacement character U+FFFD', text: 'a\0b', shape: '<p >a\uFFFDb</>' },
  {
    name: 'characters outside the Basic Multilingual Plane',
    text: '😀 **👩‍👩‍👧** e\u0301',
    shape: '<p >😀 <strong >👩‍👩‍👧</> e\u0301</>',
  },
  {
    name: 'a code block that is indented with tabs in a list',
    text: '- a\n\n\t```\n\tx\n\t```\n',
    shape: '<ul ><li ><p >a</><pre ><code >x\n</></></></>',
  },
  { name: 'a loose list', text: '- a\n\n- b\n', shape: '<ul ><li ><p >a</></><li ><p >b</></></>' },
];

describe('Markdown renderer beyond CommonMark', () => {
  for (const { name, text, shape } of cases) {
    it(`renders ${name}`, () => {
      assert.equal(shapeOf(renderAtOnce(text)), shape);
      assert.equal(serialize(renderInPieces(text.split(''))), serialize(renderAtOnce(text)));
    });
  }

  it('lets the first letter of each block and list item decide on its direction', () => {
    const text = '# a\n\nb\n\n- c\n\n  d\n- [x] e\n\n> f\n\n| g |\n|---|\n| h |\n\n1. i\n3. j\n';
    const directed = renderAtOnce(text).querySelectorAll('[dir]');
    assert.deepEqual(
      [...directed].map((element) => `${element.localName} ${element.getAttribute('dir')}`),
      ['h1', 'p', 'ul', 'li', 'li', 'blockquote', 'div', 'ol', 'li', 'li'].map((name) => `${name} auto`),
    );
  });

  it('sets code from left to right', () => {
    const directed = renderAtOnce('`a`\n\n```\nb\n```\n').querySelectorAll('[dir="ltr"]');
    assert.deepEqual(
      [...directed].map(({ className, localName }) => className || localName),
      ['code', 'code-block'],
    );
  });

  it('marks short table headers, which are not wrapped', () => {
    const long = 'A header that is longer than the others';
    const headers = renderAtOnce(`| Column 0 | ${long} |\n|:--|---|\n| a | b |\n`).querySelectorAll('th');
    assert.deepEqual(
      [...headers].map((header) => header.hasAttribute('data-short')),
      [true, false],
    );
    assert.equal(headers[0]?.className, 'align-left');
  });

  it('replaces the brackets of task list items with marks that have an accessible name', () => {
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
