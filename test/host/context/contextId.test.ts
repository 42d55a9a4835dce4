import assert from 'node:assert/strict';
import { contextId, parseContextId, type ContextReference } from '../../../src/host/context/contextId';

const span = { start: { line: 2, character: 0 }, end: { line: 8, character: 4 } };

describe('id of a context item', () => {
  const references: readonly ContextReference[] = [
    { kind: 'selection', uri: 'file:///a.ts', span },
    { kind: 'file', uri: 'untitled:Untitled-1' },
    { kind: 'problems', uri: 'file:///c%23/a.ts' },
    { kind: 'editors' },
  ];
  for (const reference of references) {
    it(`can be decoded for an item of the kind ${reference.kind}`, () => {
      assert.deepEqual(parseContextId(contextId(reference)), reference);
    });
  }

  it('is the same for a forward and a backward selection of the same text', () => {
    const reversed = { ...span, active: span.start };
    const idOf = (selection: typeof span): string =>
      contextId({ kind: 'selection', uri: 'file:///a', span: selection });
    assert.equal(idOf(reversed), idOf(span));
  });

  for (const id of [
    '',
    'file:///a',
    '{"kind":"file"}',
    '{"kind":"folder","uri":"file:///a"}',
    '{"kind":"selection","uri":"file:///a"}',
    '{"kind":"selection","uri":"file:///a","span":{"start":{"line":-1,"character":0},"end":{"line":1,"character":2}}}',
  ]) {
    it(`can't be “${id}”`, () => {
      assert.equal(parseContextId(id), undefined);
    });
  }
});
