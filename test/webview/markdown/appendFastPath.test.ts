import { Answer, assertSameTree } from './streamingHarness';

function renderWithFlushes(pieces: readonly string[]): HTMLElement {
  const answer = new Answer();
  for (const piece of pieces) answer.show(piece);
  return answer.root;
}

/**
 * Texts in pieces. Each piece looks like plain text that continues the text before it, but some pieces are markup.
 */
const continuedTexts: readonly (readonly string[])[] = [
  ['Some', ' words', ' and', ' more. ', 'And more, ', '  ', 'again'],
  ['# Title ', 'and', ' #', ' more'],
  ['- item', ' more', '\n- next', ' one'],
  ['- [x] done', ' and', ' more'],
  ['> quote', ' more', '\nlazy', ' line'],
  ['1', '. ', 'item'],
  ['12', ' words'],
  ['-', ' item'],
  ['a\n=', ' b'],
  ['a\n-', '- ', 'b'],
  ['See https://a.b/c, and', ' so on'],
  ['See https://a.b/c', 'd, ', 'e'],
  ['a &am', 'p', '; b'],
  ['a \\', 'b'],
  ['a **b', ' c', '** d', ' e'],
  ['a *', 'b c', '*'],
  ['[a]( foo', ' b', ')'],
  ['[a](foo ', "'b", "') c"],
  ['[x]: /u', ' more'],
  ['[x]:\nu', ' more'],
  ['a | b\n--|--\nc', ' d', ' | e', ' f'],
  ['a | b', ' c\n--|--', '\n'],
  ['```\ncode', ' more\n', '\n\n  x', '\n``', '`\n', 'after'],
  ['```ts', ' x\n', 'code', '\n```', ' x\n', 'code'],
  ['~~~\ncode', '\n```\n', 'more', '\n~~~', '\nafter'],
  ['  ```\n  code', '\n  more', '\n ', ' x'],
  ['- ```\n  code', '\n  more', '\nout'],
  [`\`\`\`\n${'line\n'.repeat(790)}`, 'line\n'.repeat(20), 'line\n'.repeat(20)],
  ['words\n```\ncode', '\nmore', '\n```\n', 'after'],
  ['foo,', 'https', '://a.b', ' c'],
];

describe('fast path that appends text without parsing', () => {
  for (const pieces of continuedTexts) {
    it(`gives the same result as complete parsing after each of the pieces ${JSON.stringify(pieces).slice(0, 70)}`, () => {
      for (let count = 1; count <= pieces.length; count++) {
        const received = pieces.slice(0, count);
        assertSameTree(renderWithFlushes(received), renderWithFlushes([received.join('')]), () =>
          JSON.stringify(received),
        );
      }
    });
  }

  it('removes the text that the fast path has appended when a shorter text replaces the answer', () => {
    const answer = new Answer();
    for (const piece of ['Some', ' words']) answer.show(piece);
    answer.markdown.replace('Some');
    assertSameTree(answer.root, renderWithFlushes(['Some']), () => 'replaced');
  });
});
