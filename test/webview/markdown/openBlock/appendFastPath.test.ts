import { assertSameTree, openAnswer } from '../streamingHarness';

function shown(pieces: readonly string[]): HTMLElement {
  const { root, markdown, runFlush: flush } = openAnswer();
  for (const piece of pieces) {
    markdown.append(piece);
    while (flush());
  }
  return root;
}

/** Each piece may look as if it only made the text before it longer. */
const growing: readonly (readonly string[])[] = [
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
];

describe('text that makes the last text longer', () => {
  for (const pieces of growing) {
    it(`looks at every moment as if it had come at once: ${JSON.stringify(pieces).slice(0, 70)}`, () => {
      for (let count = 1; count <= pieces.length; count++) {
        const soFar = pieces.slice(0, count);
        assertSameTree(shown(soFar), shown([soFar.join('')]), () => JSON.stringify(soFar));
      }
    });
  }

  it('is not what is shown when it is replaced by less', () => {
    const { root, markdown, runFlush: flush } = openAnswer();
    for (const piece of ['Some', ' words']) {
      markdown.append(piece);
      flush();
    }
    markdown.replace('Some');
    flush();
    assertSameTree(root, shown(['Some']), () => 'replaced');
  });
});
