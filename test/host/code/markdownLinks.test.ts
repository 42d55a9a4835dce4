import assert from 'node:assert/strict';
import { escapeUnconfirmedLinks, languageWithoutCommands } from '../../../src/host/code/markdownLinks';

const commandLinks = [
  '[a](command:run)',
  '[a]( <COMMAND:run>)',
  '![a](command:run "title")',
  '[a](\ncommand:run)',
  '[a]: command:run',
  '> [a]:\t<command:run>',
  '<command:run>',
  '<a href="command:run">a</a>',
  "<img src='c&#111;mmand:run'>",
];

describe('links of a Markdown document that VS Code opens without asking', () => {
  for (const link of commandLinks) {
    it(`are escaped, as in ${JSON.stringify(link)}`, () => {
      const written = escapeUnconfirmedLinks(link);
      assert.notEqual(written, link);
      assert.equal(written.replace('\\', ''), link);
    });
  }

  it('include links that open other programs', () =>
    assert.equal(escapeUnconfirmedLinks('[a](ms-msdt:/id)\n[b]: vscode:x'), '[a](ms-msdt\\:/id)\n[b]: vscode\\:x'));

  it('do not include web pages, e-mails, files, headings and code', () => {
    const text =
      '[a](https://a.test) [b](<mailto:b@b.test>) [c](./c.md#d) [d](#e)\n[f]: HTTP://f.test\n<https://g.test>\n' +
      '`std::vector<std::string>` <xs:schema> command: `npm run x` <a href="https://h.test/?a=1&b=2">h</a>\nconst a = &command;';
    assert.equal(escapeUnconfirmedLinks(text), text);
  });
});

describe('language of a document with text of a model', () => {
  for (const id of ['markdown', 'prompt', 'instructions', 'chatagent', 'skill']) {
    it(`is plaintext instead of ${id} if the text has a command link`, () =>
      assert.equal(languageWithoutCommands(id, '# A\n\n[a](command:run)'), 'plaintext'));
  }

  it('is markdown if all links open after a confirmation', () =>
    assert.equal(languageWithoutCommands('markdown', '[a](https://a.test)'), 'markdown'));

  it('is the language of the code if VS Code would not make command links in it clickable', () =>
    assert.equal(languageWithoutCommands('typescript', "hover('[a](command:run)')"), 'typescript'));
});
