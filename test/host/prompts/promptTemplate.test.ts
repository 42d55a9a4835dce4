import assert from 'node:assert/strict';
import fc from 'fast-check';
import type * as vscode from 'vscode';
import type { CodeExcerpt } from '../../../src/host/code/codeExcerpt';
import {
  expandTemplate,
  variablesIn,
  templateVariables,
  unknownVariables,
  quotedTitles,
  customPromptText,
} from '../../../src/host/prompts/promptTemplate';
import { englishWords } from '../../support/englishWords';
import { fake } from '../../support/fake';

const values = { selection: 'let a;', language: 'ts', file: 'src/a.ts', problems: 'none' };

describe('prompt template', () => {
  for (const [template, text] of [
    ['Explain ${selection} in ${language} of ${file}: ${problems}', 'Explain let a; in ts of src/a.ts: none'],
    ['${language}${language}', 'tsts'],
    ['no variables, $5 and {braces}', 'no variables, $5 and {braces}'],
    ['$${selection}', '${selection}'],
    ['$$${selection}', '$${selection}'],
    ['$${ ${language} $${', '${ ts ${'],
    ['${code} ${Selection} ${ selection } ${}', '${code} ${Selection} ${ selection } ${}'],
    ['${a${language}}', '${ats}'],
    ['${selection', '${selection'],
    ['$selection', '$selection'],
  ] as const) {
    it(template === text ? `keeps "${template}"` : `expands "${template}" to "${text}"`, () => {
      assert.equal(expandTemplate(template, values), text);
    });
  }

  it('does not expand a variable inside the value of another variable', () => {
    const hostile = { ...values, selection: "${file} $& $1 $' $${language} ${problems}" };
    assert.equal(expandTemplate('<${selection}>', hostile), `<${hostile.selection}>`);
  });

  it('returns the names of the variables that it contains', () => {
    assert.deepEqual([...variablesIn('${file} $${selection} ${nothing} ${file}')], ['file', 'nothing']);
  });

  it('returns each unknown variable once, and ignores escaped variables', () => {
    assert.deepEqual(unknownVariables('${x} ${selection} ${x} $${y} ${Selection}'), ['${x}', '${Selection}']);
    assert.deepEqual(unknownVariables(templateVariables.map((name) => `\${${name}}`).join('')), []);
  });

  it('expands to the original text if every `${` of the text was escaped', () => {
    const piece = fc.oneof(fc.constantFrom('${', '}', '${selection}', '{', '\\', '\n'), fc.string());
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        // Removes all other dollar signs, because one directly before an escape would become part of the escape.
        const text = pieces.join('').replace(/\$(?!\{)/g, '');
        assert.equal(
          expandTemplate(
            text.replaceAll('${', () => '$${'),
            values,
          ),
          text,
        );
      }),
    );
  });
});

const quoted = (...titles: readonly string[]): string =>
  quotedTitles(
    titles.map((title) => ({ title, template: 'a' })),
    englishWords.format,
  );

describe('titles of custom prompts in a dialog', () => {
  it('are quoted', () => {
    assert.equal(quoted('A', 'B'), '“A”, “B”');
  });

  it('are limited to the first five', () => {
    assert.equal(quoted('1', '2', '3', '4', '5', '6'), '“1”, “2”, “3”, “4”, “5”, …');
  });

  it('are short, on one line, and without characters that hide or reverse text', () => {
    assert.equal(quoted(`Yes.\n\nEverything\u202e is\u200b fine`), '“Yes. Everything is fine”');
    assert.equal(quoted('x'.repeat(1000)), `“${'x'.repeat(39)}…”`);
    assert.equal(quoted('pay\u200bpal\u3164'), '“paypal”');
  });
});

const excerpt: CodeExcerpt = {
  origin: 'selection',
  uri: fake<vscode.Uri>({}),
  path: 'src/a.ts',
  languageId: 'typescript',
  span: { start: { line: 9, character: 0 }, end: { line: 11, character: 1 } } as vscode.Range,
  label: 'src/a.ts:10-12',
  code: 'return `${file}`;',
  truncated: false,
  before: 'const before = 1;',
  after: 'const after = 1;',
};
const problem = "- src/a.ts:11:1 error: Type 'x' is wrong";

describe('text of a custom prompt', () => {
  it('is only the template if the template contains the code', () => {
    const text = customPromptText('In ${language}, ${file}:\n${selection}\nWhy?', excerpt, [problem], 'zh-cn');
    assert.equal(text, 'In typescript, src/a.ts:\nreturn `${file}`;\nWhy?');
  });

  it('ends with the code and its problems if the template does not contain the code', () => {
    const text = customPromptText('Translate $${selection}.', excerpt, [problem], 'en');
    assert.ok(text.startsWith('Translate ${selection}.\n\nFile: src/a.ts\n'));
    for (const part of ['```typescript\nreturn `${file}`;\n```', 'const before', 'const after', "Type 'x' is wrong"]) {
      assert.ok(text.includes(part), part);
    }
  });

  it('lists the problems only where the template has the variable ${problems}', () => {
    const text = customPromptText('Fix:\n${problems}', excerpt, [problem], 'en');
    assert.ok(text.startsWith("Fix:\n- src/a.ts:11:1 error: Type 'x' is wrong\n\nFile:"));
    assert.equal(text.match(/a\.ts:11:1/g)?.length, 1);
  });

  it('contains "none" in place of the problems if there are no problems', () => {
    assert.equal(customPromptText('${problems} ${selection}', excerpt, [], 'en'), 'none return `${file}`;');
  });

  it('says that the code was truncated', () => {
    const text = customPromptText('${selection}', { ...excerpt, truncated: true }, [], 'en');
    assert.match(text, /;\n\nThe code was too long: only its first 60000 characters/);
  });

  it('keeps a path with line breaks on one line', () => {
    assert.equal(customPromptText('${file}${selection}', { ...excerpt, path: 'a\n\nb', code: '' }, [], 'en'), 'a b');
  });
});
