import assert from 'node:assert/strict';
import { rankContext } from '../../../src/host/context/rankContext';
import type { ComposerSuggestion } from '../../../src/shared/protocol';
import { valuesOf } from '../../support/valuesOf';

function candidate(kind: ComposerSuggestion['kind'], label: string, detail = ''): ComposerSuggestion {
  return { id: `${kind}:${detail}/${label}`, kind, label, detail };
}

const candidates = [
  candidate('selection', 'Selection', 'sample.ts:3-9'),
  candidate('problems', 'Problems', 'sample.ts · 2 problems'),
  candidate('editors', 'Open editors', '3 files'),
  candidate('file', 'sample.ts', 'src'),
  candidate('file', 'waitCard.test.ts', 'test/webview'),
  candidate('file', 'README.md'),
];
const findLabels = (query: string, among = candidates, limit = 20): readonly string[] =>
  valuesOf(rankContext(query, among, limit), 'label');

describe('ranking of context suggestions', () => {
  it('keeps all suggestions in their original order when the query is empty', () => {
    assert.deepEqual(findLabels(''), valuesOf(candidates, 'label'));
  });

  const rows: readonly { readonly query: string; readonly matched: string; readonly labels: readonly string[] }[] = [
    {
      query: 'sample.ts',
      matched: 'the complete name first, then the start of a name, then a part',
      labels: ['sample.ts', 'Selection', 'Problems'],
    },
    { query: 'SAM', matched: 'letters in any case', labels: ['Selection', 'Problems', 'sample.ts'] },
    { query: 'card', matched: 'a word within a name', labels: ['waitCard.test.ts'] },
    { query: 'test', matched: 'a word of a name', labels: ['waitCard.test.ts'] },
    { query: 'itc', matched: 'adjacent letters within a name', labels: ['waitCard.test.ts'] },
    { query: 'test/webview/wait', matched: 'a path', labels: ['waitCard.test.ts'] },
    { query: 'rdm', matched: 'letters in order with gaps', labels: ['README.md'] },
    { query: 'prob', matched: 'the kind of an item', labels: ['Problems'] },
    { query: 'editors', matched: 'the English name of a kind', labels: ['Open editors'] },
    { query: 'xyz', matched: 'no item', labels: [] },
  ];
  for (const { query, matched, labels } of rows) {
    it(`matches ${matched}: ${query}`, () => {
      assert.deepEqual(findLabels(query), labels);
    });
  }

  it('puts exact matches first, then names that begin with the query, then names that contain the query', () => {
    const files = ['x/cart', 'dec-art', 'mart', 'artist', 'art'].map((label) => candidate('file', label));
    assert.deepEqual(findLabels('art', files), ['art', 'artist', 'dec-art', 'x/cart', 'mart']);
  });

  it('puts files with a matching name before files with a matching folder', () => {
    const files = [candidate('file', 'a.ts', 'src/host'), candidate('file', 'host.ts', 'src')];
    assert.deepEqual(findLabels('host', files), ['host.ts', 'a.ts']);
  });

  it('includes unavailable items only when the query is empty', () => {
    const among = [{ ...candidate('selection', 'Selection'), unavailable: true } as const];
    assert.deepEqual([findLabels('', among), findLabels('sel', among)], [['Selection'], []]);
  });

  it('returns only the first two suggestions when the limit is two', () => {
    assert.deepEqual(findLabels('', candidates, 2), ['Selection', 'Problems']);
  });
});
