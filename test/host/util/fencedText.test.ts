import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FencedText } from '../../../src/host/util/fencedText';

const piece = fc.constantFrom('```', '~~~~', '`', '``', 'ts', '\n', '\r\n', '  ', '- ', '> ', '1. ', 'a', 'b c', '🐑');

describe('buffer for streamed text with code blocks', () => {
  it('loses no text, regardless of how the text is split into pieces', () => {
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const fenced = new FencedText();
        const output = pieces.map((text) => fenced.push(text)).join('') + fenced.flush();
        assert.equal(output, pieces.join(''));
      }),
    );
  });

  it('releases a line of a code block only when the line is complete', () => {
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const fenced = new FencedText();
        let output = '';
        for (const text of pieces) {
          output += fenced.push(text);
          if (fenced.interruption) assert.ok(output.endsWith('\n'), JSON.stringify(output));
        }
      }),
    );
  });

  for (const { name, text, resumePoint } of [
    { name: 'prose', text: 'a `b` ```c``` d\n', resumePoint: undefined },
    { name: 'a closed block', text: '```\na\n```\n', resumePoint: undefined },
    { name: 'a block with its language', text: '```ts\na\n', resumePoint: { close: '```\n', open: '```ts\n' } },
    {
      name: 'a fence that is longer than a fence within it',
      text: '````md\n```\na\n```\n',
      resumePoint: { close: '````\n', open: '````md\n' },
    },
    { name: 'a block in a list', text: '- one\n\n  ```sh\n  a\n', resumePoint: { close: '  ```\n', open: '```sh\n' } },
    {
      name: 'a block at the start of a list item',
      text: '1. ```sh\n   a\n',
      resumePoint: { close: '   ```\n', open: '```sh\n' },
    },
    {
      name: 'a fence of tildes with backticks in its info string',
      text: '~~~ a`b\n',
      resumePoint: { close: '~~~\n', open: '~~~ a`b\n' },
    },
    { name: 'a closed block with Windows line endings', text: '```ts\r\na\r\n```\r\n', resumePoint: undefined },
  ] as const) {
    it(`${resumePoint ? 'closes and reopens the code block' : 'leaves the text unchanged'} when other text is inserted after ${name}`, () => {
      const fenced = new FencedText();
      fenced.push(text);
      assert.deepEqual(fenced.interruption, resumePoint);
    });
  }

  it('takes linear time for a very long line', () => {
    for (const unit of ['`', ' ', '1. ', 'word ']) {
      const fenced = new FencedText();
      let length = 0;
      for (let count = 0; count < 200_000; count++) length += fenced.push(unit).length;
      assert.equal(length + fenced.flush().length, unit.length * 200_000);
    }
  });

  it('releases incomplete lines outside code blocks at once, unless they could begin a code block', () => {
    const fenced = new FencedText();
    const outputs = ['some ', 'text', '\n', '  ', '``', '`t', 's', ' `', 'x', '\n', '- ', '~', 'a'].map((text) =>
      fenced.push(text),
    );
    assert.deepEqual(outputs, ['some ', 'text', '\n', '  ', '', '', '', '```ts `', 'x', '\n', '- ', '', '~a']);
  });
});
