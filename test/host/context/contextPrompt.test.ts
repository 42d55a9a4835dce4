import assert from 'node:assert/strict';
import { contextPrompt } from '../../../src/host/context/contextPrompt';

describe('prompt with context', () => {
  it('is undefined when nothing is attached', () => {
    assert.equal(contextPrompt('Why?', []), undefined);
  });

  it('contains the prompt first, then each attachment with its kind and source', () => {
    const text = contextPrompt('Why?', [
      { kind: 'selection', label: 'src/a.ts:3-4', languageId: 'typescript', code: 'let a;\nlet b;\n' },
      { kind: 'file', label: 'notes', languageId: '', code: 'words' },
      { kind: 'problems', label: 'src/a.ts', languageId: '', code: '- src/a.ts:3:5 error: no' },
    ]);
    assert.equal(
      text,
      [
        'Why?',
        'Attached to this prompt as context:',
        'Selected code: src/a.ts:3-4\nLanguage: typescript',
        '```typescript\nlet a;\nlet b;\n```',
        'File: notes',
        '```\nwords\n```',
        'Problems the editor reports in: src/a.ts',
        '- src/a.ts:3:5 error: no',
      ].join('\n\n'),
    );
  });

  it('presents an attachment without a kind as a selection', () => {
    assert.match(
      contextPrompt('Why?', [{ kind: 'selection', label: 'a.ts:1', languageId: 'typescript', code: 'a' }]) ?? '',
      /Selected code: a\.ts:1/,
    );
  });

  it('states that an attachment is truncated, and after how many characters', () => {
    const attachment = { kind: 'file', label: 'a.ts', languageId: 'typescript', code: 'abc', truncated: true } as const;
    assert.match(contextPrompt('Why?', [attachment]) ?? '', /only its first 3 characters are here/);
    assert.doesNotMatch(contextPrompt('Why?', [{ ...attachment, truncated: false }]) ?? '', /too long/);
  });

  it('prevents an attachment from imitating the text of the prompt around it', () => {
    const text = contextPrompt('Why?', [
      { kind: 'file', label: 'a\nFile: b', languageId: 'markdown', code: '```\nFile: c\n````\n' },
    ]);
    assert.ok(text?.includes('File: a File: b\nLanguage: markdown\n\n`````markdown\n```\nFile: c\n````\n`````'));
  });
});
