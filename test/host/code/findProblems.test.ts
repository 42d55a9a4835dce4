import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { fake } from '../../support/fake';
import { useVSCode } from '../../support/fakeVSCode';

const problemAt = (line: number, character: number, severity: number, message: string, origin: object = {}) => ({
  range: { start: { line, character, compareTo: (other: { readonly line: number }) => line - other.line } },
  severity,
  message,
  ...origin,
});

describe('problems of a file', () => {
  useVSCode({
    languages: {
      getDiagnostics: () => [
        problemAt(0, 0, 1, 'Unused.', { code: { value: 6133 } }),
        problemAt(4, 0, 0, 'Missing.'),
        problemAt(2, 4, 0, 'Not\n  assignable.', { source: 'ts', code: 2322 }),
      ],
    },
    workspace: { getWorkspaceFolder: () => ({}), asRelativePath: () => 'src/a.ts' },
  });

  it('are listed as `path:line:column severity: message`, with errors first', async () => {
    const { findProblems } = await import('../../../src/host/code/findCode');
    assert.deepEqual(findProblems(fake<vscode.Uri>({})), [
      '- src/a.ts:3:5 error: Not assignable. (ts 2322)',
      '- src/a.ts:5:1 error: Missing.',
      '- src/a.ts:1:1 warning: Unused. (6133)',
    ]);
  });
});
