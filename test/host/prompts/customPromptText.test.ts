import assert from 'node:assert/strict';
import type { CodeExcerpt } from '../../../src/host/code/codeExcerpt';
import { customPromptText } from '../../../src/host/prompts/promptTemplate';

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
