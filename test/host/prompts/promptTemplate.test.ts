import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CodeExcerpt } from '../../../src/host/code/codeExcerpt';
import {
  expandTemplate,
  templateVariables,
  unknownVariables,
  briefTitles,
  customPromptText,
} from '../../../src/host/prompts/promptTemplate';

const values = { selection: 'let a;', language: 'ts', file: 'src/a.ts', problems: 'none' };

describe('a prompt template', () => {
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
    it(`${template} becomes ${text}`, () => {
      assert.equal(expandTemplate(template, values).text, text);
    });
  }

  it('takes what a variable brings as text, whatever it looks like', () => {
    const hostile = { ...values, selection: "${file} $& $1 $' $${language} ${problems}" };
    assert.equal(expandTemplate('<${selection}>', hostile).text, `<${hostile.selection}>`);
  });

  it('says which variables it has used', () => {
    assert.deepEqual([...expandTemplate('${file} $${selection} ${nothing} ${file}', values).used], ['file']);
  });

  it('names what is no variable once, and nothing that was escaped', () => {
    assert.deepEqual(unknownVariables('${x} ${selection} ${x} $${y} ${Selection}'), ['${x}', '${Selection}']);
    assert.deepEqual(unknownVariables(templateVariables.map((name) => `\${${name}}`).join('')), []);
  });

  it('keeps any text without a dollar sign as it is', () => {
    fc.assert(
      fc.property(fc.string(), (any) => {
        const text = any.replaceAll('$', '');
        assert.equal(expandTemplate(text, values).text, text);
      }),
    );
  });

  it('says any text again whose `${` are all escaped', () => {
    const piece = fc.oneof(fc.constantFrom('${', '}', '${selection}', '{', '\\', '\n'), fc.string());
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        // A dollar before an escape would be read with it.
        const text = pieces.join('').replace(/\$(?!\{)/g, '');
        assert.equal(
          expandTemplate(
            text.replaceAll('${', () => '$${'),
            values,
          ).text,
          text,
        );
      }),
    );
  });
});

const titled = (...titles: readonly string[]): string => briefTitles(titles.map((title) => ({ title, template: 'a' })));

describe('the titles of prompts in a question', () => {
  it('are quoted', () => {
    assert.equal(titled('A', 'B'), '“A”, “B”');
  });

  it('are five at most', () => {
    assert.equal(titled('1', '2', '3', '4', '5', '6'), '“1”, “2”, “3”, “4”, “5”, …');
  });

  it('are short, and one line each, without what turns or hides text', () => {
    assert.equal(titled(`Yes.\n\nEverything\u202e is\u200b fine`), '“Yes. Everything is fine”');
    assert.equal(titled('x'.repeat(1000)), `“${'x'.repeat(39)}…”`);
    assert.equal(titled('pay\u200bpal\u3164'), '“paypal”');
  });
});

const excerpt: CodeExcerpt = {
  origin: 'selection',
  path: 'src/a.ts',
  languageId: 'typescript',
  span: { start: { line: 9, character: 0 }, end: { line: 11, character: 1 } },
  label: 'src/a.ts:10-12',
  code: 'return `${file}`;',
  truncated: false,
  before: 'const before = 1;',
  after: 'const after = 1;',
};
const problem = { line: 11, severity: 'error', message: "Type 'x'\nis wrong" } as const;

describe('what is sent for a prompt of the user’s own', () => {
  it('is the template and nothing else where it places the code', () => {
    const text = customPromptText('In ${language}, ${file}:\n${selection}\nWhy?', excerpt, [problem], 'zh-cn');
    assert.equal(text, 'In typescript, src/a.ts:\nreturn `${file}`;\nWhy?');
  });

  it('has the code, what is around it and the problems after a template that does not place it', () => {
    const text = customPromptText('Translate $${selection}.', excerpt, [problem], 'en');
    assert.ok(text.startsWith('Translate ${selection}.\n\nFile: src/a.ts\n'));
    for (const part of ['```typescript\nreturn `${file}`;\n```', 'const before', 'const after', "Type 'x' is wrong"]) {
      assert.ok(text.includes(part), part);
    }
  });

  it('lists the problems where the template places them, and not once more', () => {
    const text = customPromptText('Fix:\n${problems}', excerpt, [problem], 'en');
    assert.ok(text.startsWith("Fix:\n- line 11, error: Type 'x' is wrong\n\nFile:"));
    assert.equal(text.match(/line 11/g)?.length, 1);
  });

  it('says that there are none', () => {
    assert.equal(customPromptText('${problems} ${selection}', excerpt, [], 'en'), 'none return `${file}`;');
  });

  it('says that the code was cut', () => {
    const text = customPromptText('${selection}', { ...excerpt, truncated: true }, [], 'en');
    assert.match(text, /;\n\nThe code was too long: only its first 60000 characters/);
  });

  it('lets no path break out of its line', () => {
    assert.equal(customPromptText('${file}${selection}', { ...excerpt, path: 'a\n\nb', code: '' }, [], 'en'), 'a b');
  });
});
