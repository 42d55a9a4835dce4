import assert from 'node:assert/strict';
import { rankContext, type ContextCandidate } from '../../../src/host/context/rankContext';
import type { ContextSuggestion } from '../../../src/shared/protocol';

function candidate(
  kind: ContextSuggestion['kind'],
  label: string,
  detail = '',
  words: readonly string[] = [],
): ContextCandidate {
  return { suggestion: { id: `${kind}:${detail}/${label}`, kind, label, detail }, keywords: words };
}

const pick = candidate('pick', 'Choose a file…');
const atHand = [
  candidate('selection', 'sample.ts:3-9', 'Selection', ['selection']),
  candidate('problems', 'Problems in sample.ts', '2 problems', ['problems']),
  candidate('editors', 'Open editors', '3 files', ['editors']),
  candidate('file', 'sample.ts', 'src'),
  candidate('file', 'waitCard.test.ts', 'test/webview'),
  candidate('file', 'README.md'),
];
const found = (query: string, candidates = [...atHand, pick], limit = 20): readonly string[] =>
  rankContext(query, candidates, limit).map(({ label }) => label);

describe('Suggestions of context', () => {
  it('are all there without a query, in the order they came in', () => {
    assert.deepEqual(
      found(''),
      [...atHand, pick].map(({ suggestion }) => suggestion.label),
    );
  });

  const rows: readonly (readonly [query: string, what: string, labels: readonly string[]])[] = [
    [
      'sample.ts',
      'the whole name before its beginning, and that before a part',
      ['sample.ts', 'sample.ts:3-9', 'Problems in sample.ts'],
    ],
    ['SAM', 'any case', ['sample.ts:3-9', 'sample.ts', 'Problems in sample.ts']],
    ['card', 'a word within a name', ['waitCard.test.ts']],
    ['test', 'a word of a name', ['waitCard.test.ts']],
    ['itc', 'letters within a name', ['waitCard.test.ts']],
    ['test/webview/wait', 'a path', ['waitCard.test.ts']],
    ['rdm', 'letters in order', ['README.md']],
    ['prob', 'the kind', ['Problems in sample.ts']],
    ['editors', 'the kind in the words of the documentation', ['Open editors']],
    ['xyz', 'nothing', []],
  ];
  for (const [query, what, labels] of rows) {
    it(`match ${what}: ${query}`, () => {
      assert.deepEqual(found(query), [...labels, 'Choose a file…']);
    });
  }

  it('have the better match first, whatever order they came in', () => {
    const candidates = ['x/cart', 'dec-art', 'mart', 'artist', 'art'].map((label) => candidate('file', label));
    assert.deepEqual(found('art', candidates), ['art', 'artist', 'dec-art', 'x/cart', 'mart']);
  });

  it('are found by their folders, behind those found by name', () => {
    const candidates = [candidate('file', 'a.ts', 'src/host'), candidate('file', 'host.ts', 'src')];
    assert.deepEqual(found('host', candidates), ['host.ts', 'a.ts']);
  });

  it('are cut at the limit, but for the list of VS Code’s own', () => {
    assert.deepEqual(found('', [pick, ...atHand], 2), ['sample.ts:3-9', 'Problems in sample.ts', 'Choose a file…']);
  });
});
