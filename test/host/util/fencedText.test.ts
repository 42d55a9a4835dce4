import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FencedText } from '../../../src/host/util/fencedText';

const piece = fc.constantFrom('```', '~~~~', '`', '``', 'ts', '\n', '\r\n', '  ', '- ', '> ', '1. ', 'a', 'b c', '🐑');

describe('text with code blocks, in pieces', () => {
  it('is all there in the end, however it is split', () => {
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const fenced = new FencedText();
        const shown = pieces.map((each) => fenced.push(each)).join('') + fenced.rest();
        assert.equal(shown, pieces.join(''));
      }),
    );
  });

  it('never shows a part of a line of code', () => {
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const fenced = new FencedText();
        let shown = '';
        for (const each of pieces) {
          shown += fenced.push(each);
          if (fenced.seam) assert.ok(shown.endsWith('\n'), JSON.stringify(shown));
        }
      }),
    );
  });

  for (const [what, text, seam] of [
    ['nothing in prose', 'a `b` ```c``` d\n', undefined],
    ['nothing behind the end of a block', '```\na\n```\n', undefined],
    ['a block with its language', '```ts\na\n', { close: '```\n', open: '```ts\n' }],
    ['a longer fence than the one in it', '````md\n```\na\n```\n', { close: '````\n', open: '````md\n' }],
    ['a block in a list', '- one\n\n  ```sh\n  a\n', { close: '  ```\n', open: '```sh\n' }],
    ['a block that begins a list item', '1. ```sh\n   a\n', { close: '   ```\n', open: '```sh\n' }],
    ['tildes with backticks behind them', '~~~ a`b\n', { close: '~~~\n', open: '~~~ a`b\n' }],
    ['lines that end as in Windows', '```ts\r\na\r\n```\r\n', undefined],
  ] as const) {
    it(`knows ${what}`, () => {
      const fenced = new FencedText();
      fenced.push(text);
      assert.deepEqual(fenced.seam, seam);
    });
  }

  for (const [what, unit] of [
    ['backticks', '`'],
    ['tildes', '~'],
    ['spaces', ' '],
    ['quote marks', '> '],
    ['list markers', '- '],
    ['list numbers', '1. '],
    ['words', 'word '],
  ] as const) {
    it(`reads one line of a million ${what} in linear time`, () => {
      const fenced = new FencedText();
      let shown = 0;
      for (let piece = 0; piece < 1_000_000; piece++) shown += fenced.push(unit).length;
      assert.equal(shown + fenced.rest().length, unit.length * 1_000_000);
    });
  }

  it('shows prose before its line is complete, and a possible fence only once it is certain', () => {
    const fenced = new FencedText();
    const shown = ['some ', 'text', '\n', '  ', '``', '`t', 's', ' `', 'x', '\n', '- ', '~', 'a'].map((each) =>
      fenced.push(each),
    );
    assert.deepEqual(shown, ['some ', 'text', '\n', '  ', '', '', '', '```ts `', 'x', '\n', '- ', '', '~a']);
  });
});
