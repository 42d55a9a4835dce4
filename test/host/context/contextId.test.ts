import assert from 'node:assert/strict';
import { contextId, parseContextId, type ContextReference } from '../../../src/host/context/contextId';

const span = { start: { line: 2, character: 0 }, end: { line: 8, character: 4 } };

describe('context id', () => {
  const rows: readonly (readonly [reference: ContextReference, id: string])[] = [
    [{ kind: 'selection', uri: 'file:///a.ts', span }, 'selection:file:///a.ts#2.0-8.4'],
    [{ kind: 'selection', uri: 'x:/a#1.0-2.0', span }, 'selection:x:/a#1.0-2.0#2.0-8.4'],
    [{ kind: 'file', uri: 'untitled:Untitled-1' }, 'file:untitled:Untitled-1'],
    [{ kind: 'problems', uri: 'file:///c%23/a.ts' }, 'problems:file:///c%23/a.ts'],
    [{ kind: 'editors' }, 'editors'],
  ];
  for (const [reference, id] of rows) {
    it(`formats and parses ${id}`, () => {
      assert.equal(contextId(reference), id);
      assert.deepEqual(parseContextId(id), reference);
    });
  }

  for (const id of [
    '',
    'file:',
    'folder:file:///a',
    'selection:file:///a.ts',
    'selection:file:///a.ts#1-2',
    'editors:x',
  ]) {
    it(`rejects “${id}” as an id`, () => {
      assert.equal(parseContextId(id), undefined);
    });
  }
});
