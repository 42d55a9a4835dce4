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

describe('Markdown filter for links that VS Code opens without asking', () => {
  for (const link of commandLinks) {
    it(`escapes the command link in ${JSON.stringify(link)}`, () => {
      const written = escapeUnconfirmedLinks(link);
      assert.notEqual(written, link);
      assert.equal(written.replace('\\', ''), link);
    });
  }

  it('escapes links that open other programs', () =>
    assert.equal(escapeUnconfirmedLinks('[a](ms-msdt:/id)\n[b]: vscode:x'), '[a](ms-msdt\\:/id)\n[b]: vscode\\:x'));

  it('leaves web links, e-mail links, file links, heading links and code unchanged', () => {
    const text =
      '[a](https://a.test) [b](<mailto:b@b.test>) [c](./c.md#d) [d](#e)\n[f]: HTTP://f.test\n<https://g.test>\n' +
      '`std::vector<std::string>` <xs:schema> command: `npm run x` <a href="https://h.test/?a=1&b=2">h</a>\nconst a = &command;';
    assert.equal(escapeUnconfirmedLinks(text), text);
  });
});

describe("language of a new document with a model's text", () => {
  for (const id of ['markdown', 'prompt', 'instructions', 'chatagent', 'skill']) {
    it(`is plaintext instead of ${id} if the text has a command link`, () =>
      assert.equal(languageWithoutCommands(id, '# A\n\n[a](command:run)'), 'plaintext'));
  }

  it("is Markdown if VS Code asks before it opens the text's links", () =>
    assert.equal(languageWithoutCommands('markdown', '[a](https://a.test)'), 'markdown'));

  it('is the language of the code if files of that language have no clickable command links', () =>
    assert.equal(languageWithoutCommands('typescript', "hover('[a](command:run)')"), 'typescript'));
});
