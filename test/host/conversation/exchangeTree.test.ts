import assert from 'node:assert/strict';
import { initialTurn } from '../../../src/engine/state/turnState';
import type { Exchange } from '../../../src/host/journal/exchange';
import { ExchangeTree } from '../../../src/host/journal/exchangeTree';

const exchange = (id: string): Exchange => ({ id, prompt: id, state: initialTurn, queued: false });
const ids = (exchanges: readonly Exchange[]): readonly string[] => exchanges.map(({ id }) => id);
const versionsOf = (tree: ExchangeTree, id: string): readonly string[] => tree.snapshot(tree.get(id)!).versions ?? [id];

/** Builds a tree: `a` adds an exchange, `a<b` adds it after b, `a<` adds it as a first prompt, and `a!` makes it current. */
function treeOf(steps: string): ExchangeTree {
  const tree = new ExchangeTree();
  for (const step of steps.split(' ').filter(Boolean)) {
    const [id = '', after] = step.split('<');
    if (id.endsWith('!')) tree.show(id.slice(0, -1));
    else tree.add(exchange(id), after);
  }
  return tree;
}

describe('exchange tree', () => {
  for (const [name, steps, path, versions = {}] of [
    ['of an empty tree', '', ''],
    ['of consecutive prompts', 'a b c', 'a b c', { a: 'a', b: 'b', c: 'c' }],
    ['after the last prompt was edited', 'a b c<a', 'a c', { b: 'b c', c: 'b c' }],
    ['after the first prompt was edited', 'a b c< d', 'c d', { a: 'a c', d: 'd' }],
    ['after a prompt in the middle was edited', 'a b c d<a e', 'a d e', { b: 'b d', c: 'c' }],
    ['after the original version, which an exchange follows, was selected again', 'a b c d<a b!', 'a b c'],
    ['after the first exchange of another branch was selected', 'a b c d< a!', 'a b c'],
    ['after the last exchange of another branch was selected', 'a b c d< c!', 'a b c'],
    ['with the most recently current version below a prompt that was selected again', 'a b c<a d< a!', 'a c'],
    ['after a prompt below an edited prompt was edited', 'a b<a c<a d e<c', 'a c e', { b: 'b c', d: 'd e' }],
    ['after a prompt was sent below a version that was selected again', 'a b c<a b! d', 'a b d', { d: 'd' }],
  ] as readonly (readonly [string, string, string, Readonly<Record<string, string>>?])[]) {
    it(`returns the selected branch ${name}`, () => {
      const tree = treeOf(steps);
      assert.equal(ids(tree.path()).join(' '), path);
      for (const [id, all] of Object.entries(versions)) assert.equal(versionsOf(tree, id).join(' '), all, id);
    });
  }

  it('never shows a summary as a version', () => {
    const tree = treeOf('a b');
    tree.add({ ...exchange('s'), summarizes: 'a' });
    tree.show('s', true);
    assert.deepEqual(
      [ids(tree.path()), ids(tree.onPage())],
      [
        ['a', 'b'],
        ['a', 's', 'b'],
      ],
    );
    assert.deepEqual(ids(tree.descendants('a')), ['a', 'b', 's']);
  });
});
