import { randomFragment } from './fragments';

/**
 * Returns a document with one long list, table, fence or paragraph, and occasional text that ends or changes the block.
 */
export function randomOpenBlock(random: () => number): string {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const maybe = (chance: number, text: () => string): string => (random() < chance ? text() : '');
  const fragment = (): string => randomFragment(random);
  const repeat = (maxCount: number, part: () => string): string =>
    Array.from({ length: 2 + Math.floor(random() * maxCount) }, part).join('');
  const inlineText = (): string => repeat(3, () => pick(inlines));
  const blocks: readonly (() => string)[] = [
    () => {
      const marker = pick(['- ', '* ', '1. ', '2) ', ' - ', '-   ', '-\t']);
      const item = (): string => marker + inlineText() + maybe(0.1, fragment) + pick(itemEnds);
      return repeat(6, item) + maybe(0.3, () => marker.trim()) + maybe(0.4, fragment);
    },
    () => {
      const row = (): string =>
        `${pick(['| ', '', ' |'])}${inlineText()}|${inlineText()}${maybe(0.1, fragment)}${pick(rowEnds)}`;
      return `a | b\n${pick(['--|--', '|:-|-:|', ':-:|-'])}\n${repeat(6, row)}`;
    },
    () => {
      const [fence, indent] = [pick(['```', '~~~~', '```ts', '~~~ x']), pick(['', '', ' ', '   '])];
      const line = (): string => pick(['', ' ', '\t', '    ', '  ']) + pick(codeLines) + '\n';
      const end = maybe(0.7, () => `${fence.slice(0, 4).trim()}${pick(['', ' ', '`', 'x'])}\n`);
      return `${indent}${fence}\n${repeat(10, line)}${end}`;
    },
    () =>
      repeat(8, () => inlineText() + maybe(0.05, fragment) + pick([' ', ' ', ' ', '\n', '\n', '  \n', '。', '\n '])),
  ];
  const surroundings = (): string => maybe(0.3, () => repeat(1, fragment) + pick(['', '\n', '\n\n']));
  return (
    surroundings() + pick(blocks)() + pick(['', '\n', '\n\n']) + maybe(0.3, () => pick(definitions)) + surroundings()
  );
}

const inlines: readonly string[] = [
  ...[
    'word ',
    'two inlineText ',
    'snake_case ',
    '2 * 3 ',
    'x ',
    '1. ',
    '你好',
    '，世界',
    '😀 ',
    'a|b ',
    '#tag ',
    '- ',
    '= ',
  ],
  ...['**bold** ', '*em* ', '`code` ', '~~gone~~ ', '[x] ', '[y][x] ', '[l](https://a.b) ', '[ ] ', '[x] ', '![i](u) '],
  ...['https://a.b/c_d ', '<https://c.d> ', '&amp; ', '\\* ', '\\[', 'a\\_b ', '&#95;', '~ '],
  ...['**', '*', '_', '`', '``', '[', ']', '](', '(', ')', '~~', '<', '_a', 'b_', '**c'],
];

const itemEnds: readonly string[] = [
  ...[
    '\n',
    '\n',
    '\n',
    '\n',
    '\n',
    '\n\n',
    '\n  more\n',
    '\nlazy\n',
    '\n  - inner\n',
    '\n\n  more\n',
    '\n  ```\n  x\n  ```\n',
  ],
  ...[
    '\n    code\n',
    '\n  ===\n',
    '\n---\n',
    '\n-\n',
    '\n  [x]: /u\n',
    '\n> q\n',
    '\n  > q\n',
    '\na | b\n    --|--\n',
    '\n1. \n',
  ],
];

const rowEnds: readonly string[] = [
  ...['|\n', '\n', '\n', ' |\n', '|\n'],
  ...['\n\n', '|x|y|\n', '\n    ', '\n- ', '\n> '],
];

const codeLines: readonly string[] = [
  ...[
    'const a = 1;',
    'x',
    '',
    '',
    'longer line of code, and more',
    '````',
    '```',
    '~~~',
    '~~~~ ',
    '``',
    '> q',
    '- x',
    '\\`',
    '| a |',
  ],
];

const definitions: readonly string[] = ['[x]: https://x.y\n', '[X]:\n  /u\n  "t"\n', '[y]: <z>\n\n', '[x]: /u "t\n'];
