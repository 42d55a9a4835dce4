/** Pieces of Markdown that can change the meaning of the text around them, especially when they arrive in parts. */
const fragments: readonly string[] = [
  ...['\n', '\n', '\n', '\n', '\n\n', '\n\n\n', '\r\n', '\r', '\r\n\r\n', ' ', '  ', '   ', '    ', '\t'],
  ...[' \n', '  \n', '\\\n', 'a', 'foo', 'bar baz', '你好', '👩‍👩‍👧', '😀', 'e\u0301', '\0', '\u00a0'],
  ...['&amp;', '&#0;', '&nbsp', '1', 'x', '- ', '* ', '+ ', '-', '*', '1. ', '2) ', '10. ', '-\n', '- - '],
  ...['- [ ] ', '- [x] ', '  - ', '    - ', '- a\n- b\n', '> ', '>', '>> ', '>\n', '> - ', '- > ', '1. > '],
  ...['\n> ', '\n- ', '\n  ', '\n    ', '\n   ', '# ', '## ', '#', '####### ', ' #\n', '===', '---', '\n===\n'],
  ...['\n---\n', '***', '___', '- - -\n', '\n=', '\n-', '```', '```ts\n', '\n```\n', '~~~', '~~~ x\n', '\n~~~\n'],
  ...['````', '```\n\n', '   ```', '\t```', '``` a`b\n', '| a | b |\n', '|---|---|\n', '|:--|--:|\n', 'a|b\n'],
  ...['-|-\n', '--|--', '| x | y |\n', '|', '\\|', '\n    --|--', ':-:', '[x]', '[x]: ', '[x]: /u\n'],
  ...['[x]: <https://x.y>\n', "'t\n", "'t'", '"q', '(p)', '[x]:\n', 'https://x.y/z', '[y]', '[x][y]', '!['],
  ...['![alt](https://i.mg/a.png)', '[l](https://l.k "t")', '](', ')', '[', ']', '[]', '[y]: https://y.z\n'],
  ...['*', '**', '***', '_', '__', '~~', '~', '`', '``', '`a`', '**b**', '_e_', '~~s~~', '\\', '\\*', '!', '<', '>'],
  ...['<b>', '<!--', '-->', '<script>', '<https://a.b>', '<a@b.c>', 'mailto:a@b.c', 'http://', 'www.a.b', 'README.md'],
];

/** Returns a document of two to ten random fragments. */
export function randomDocument(random: () => number): string {
  const count = 2 + Math.floor(random() * 9);
  let text = '';
  for (let index = 0; index < count; index++) text += fragments[Math.floor(random() * fragments.length)] ?? '';
  return text;
}

/** Splits a text into pieces of 1 to `maxLength` UTF-16 units. The pieces may contain half a surrogate pair. */
export function* randomPieces(text: string, random: () => number, maxLength: number): Iterable<string> {
  for (let start = 0; start < text.length;) {
    const end = start + 1 + Math.floor(random() * maxLength);
    yield text.slice(start, end);
    start = end;
  }
}
