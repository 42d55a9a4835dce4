import assert from 'node:assert/strict';
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import type * as vscode from 'vscode';
import type { CodeExcerpt } from '../../../src/host/code/codeExcerpt';
import { codeFence, codePrompts, codePromptText } from '../../../src/host/code/codePrompts';
import { fake } from '../../support/fake';
import { rowsOf } from '../../support/valuesOf';

const excerpt: CodeExcerpt = {
  origin: 'selection',
  uri: fake<vscode.Uri>({}),
  path: 'src/a.ts',
  languageId: 'typescript',
  span: { start: { line: 9, character: 0 }, end: { line: 11, character: 1 } } as vscode.Range,
  label: 'src/a.ts:10-12',
  code: 'function f() {\n  return 1;\n}',
  truncated: false,
  before: 'const before = 1;',
  after: 'const after = 1;',
};
const problem = "- src/a.ts:11:1 error: Type 'x' is wrong";
const { explainSelection: explain, fixSelection: fix } = codePrompts;

describe('prompt about code', () => {
  for (const [id, prompt] of Object.entries(codePrompts)) {
    it(`contains the instruction, file, language, lines, code and context for ${id}`, () => {
      const text = codePromptText(prompt, excerpt, [], 'en');
      assert.ok(text.startsWith(prompt.instruction));
      assert.match(text, /File: src\/a\.ts\nLanguage: typescript\nLines: 10-12/);
      const code = text.indexOf(excerpt.code);
      const before = text.indexOf(excerpt.before);
      const after = text.indexOf(excerpt.after);
      assert.ok(code > 0 && before > code && after > before);
      assert.equal(text.match(/Context only/g)?.length, 2);
    });
  }

  it('contains the problems that the editor reports when the user chose *Fix Selection*', () => {
    assert.match(codePromptText(fix, excerpt, [problem], 'en'), /- src\/a\.ts:11:1 error: Type 'x' is wrong/);
    assert.doesNotMatch(codePromptText(fix, excerpt, [], 'en'), /Problems/);
  });

  it('contains no problems when the user chose *Explain Selection*', () => {
    assert.doesNotMatch(codePromptText(explain, excerpt, [problem], 'en'), /a\.ts:11:1/);
  });

  it('has no section for surrounding code if there is no surrounding code', () => {
    assert.doesNotMatch(codePromptText(explain, { ...excerpt, before: '', after: '' }, [], 'en'), /Context/);
  });

  it('says that the code was truncated', () => {
    assert.match(codePromptText(explain, { ...excerpt, truncated: true }, [], 'en'), /only its first 60000 characters/);
  });

  for (const [locale, isRequested] of [
    ['en', false],
    ['en-GB', false],
    ['zh-cn', true],
    ['eng', true],
  ] as const) {
    it(`${isRequested ? 'requests' : 'does not request'} an answer in the display language ${locale}`, () => {
      const text = codePromptText(explain, excerpt, [], locale);
      assert.equal(text.includes(`the tag ${locale}.`), isRequested);
    });
  }

  it('shows a path with line breaks on one line', () => {
    assert.match(codePromptText(explain, { ...excerpt, path: 'a\n\nb.ts' }, [], 'en'), /File: a b\.ts\nLanguage/);
  });
});

describe('code fence in a prompt', () => {
  it("is longer than any fence in the code, so that the code can't close it", () => {
    const markdown = new MarkdownIt();
    const line = fc.oneof(fc.constantFrom('```', '````', '`````js', '~~~', ' ```', '`', 'x'), fc.string());
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (lines) => {
        // The Markdown parser changes carriage returns and NUL characters.
        const code = lines
          .join('\n')
          .replace(/[\r\0]/g, '')
          .replace(/\n+$/, '');
        const tokens = markdown.parse(codeFence(code, 'typescript'), {});
        assert.deepEqual(rowsOf(tokens, 'type', 'content'), [['fence', `${code}\n`]]);
      }),
    );
  });

  it('adds no empty line between the code and the closing fence', () => {
    assert.equal(codeFence('a\r\n', 'c'), '```c\na\n```');
    assert.equal(codeFence('a', 'c'), '```c\na\n```');
  });
});
