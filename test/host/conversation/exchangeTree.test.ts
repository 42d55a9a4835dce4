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
  for (const { name, steps, path, versions } of [
    { name: 'of an empty tree', steps: '', path: '', versions: {} },
    { name: 'of consecutive prompts', steps: 'a b c', path: 'a b c', versions: { a: 'a', b: 'b', c: 'c' } },
    { name: 'after the last prompt was edited', steps: 'a b c<a', path: 'a c', versions: { b: 'b c', c: 'b c' } },
    { name: 'after the first prompt was edited', steps: 'a b c< d', path: 'c d', versions: { a: 'a c', d: 'd' } },
    {
      name: 'after a prompt in the middle was edited',
      steps: 'a b c d<a e',
      path: 'a d e',
      versions: { b: 'b d', c: 'c' },
    },
    {
      name: 'after the original version, which an exchange follows, was selected again',
      steps: 'a b c d<a b!',
      path: 'a b c',
      versions: {},
    },
    {
      name: 'after the first exchange of another branch was selected',
      steps: 'a b c d< a!',
      path: 'a b c',
      versions: {},
    },
    {
      name: 'after the last exchange of another branch was selected',
      steps: 'a b c d< c!',
      path: 'a b c',
      versions: {},
    },
    {
      name: 'with the most recently current version below a prompt that was selected again',
      steps: 'a b c<a d< a!',
      path: 'a c',
      versions: {},
    },
    {
      name: 'after a prompt below an edited prompt was edited',
      steps: 'a b<a c<a d e<c',
      path: 'a c e',
      versions: { b: 'b c', d: 'd e' },
    },
    {
      name: 'after a prompt was sent below a version that was selected again',
      steps: 'a b c<a b! d',
      path: 'a b d',
      versions: { d: 'd' },
    },
  ] as const) {
    it(`returns the selected branch ${name}`, () => {
      const tree = treeOf(steps);
      assert.equal(ids(tree.path()).join(' '), path);
      for (const [id, all] of Object.entries(versions)) assert.equal(versionsOf(tree, id).join(' '), all, id);
    });
  }
});
