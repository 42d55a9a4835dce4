import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ExchangeTree } from '../../../src/host/conversation/exchanges';
import { propertyRuns } from '../../support/propertyRuns';

/** `a` is asked; `a<b` is asked after b, `a<` as a first one; `a!` is shown. */
function treeOf(steps: string): ExchangeTree {
  const tree = new ExchangeTree();
  for (const step of steps.split(' ').filter(Boolean)) {
    const [id = '', after] = step.split('<');
    if (id.endsWith('!')) tree.show(id.slice(0, -1));
    else tree.add(id, after);
  }
  return tree;
}

describe('ExchangeTree', () => {
  for (const { name, steps, path, versions } of [
    { name: 'nothing', steps: '', path: '', versions: {} },
    { name: 'one after the other', steps: 'a b c', path: 'a b c', versions: { a: 'a', b: 'b', c: 'c' } },
    { name: 'an edited last prompt', steps: 'a b c<a', path: 'a c', versions: { b: 'b c', c: 'b c' } },
    { name: 'an edited first prompt', steps: 'a b c< d', path: 'c d', versions: { a: 'a c', d: 'd' } },
    { name: 'an edited one in the middle', steps: 'a b c d<a e', path: 'a d e', versions: { b: 'b d', c: 'c' } },
    { name: 'the first version again, with what followed', steps: 'a b c d<a b!', path: 'a b c', versions: {} },
    { name: 'a version in the middle of its path', steps: 'a b c d< a!', path: 'a b c', versions: {} },
    { name: 'a version below another one', steps: 'a b c d< c!', path: 'a b c', versions: {} },
    { name: 'what was last shown further down', steps: 'a b c<a d< a!', path: 'a c', versions: {} },
    { name: 'a version of a version', steps: 'a b<a c<a d e<c', path: 'a c e', versions: { b: 'b c', d: 'd e' } },
    { name: 'a prompt behind a chosen version', steps: 'a b c<a b! d', path: 'a b d', versions: { d: 'd' } },
  ] as const) {
    it(`has a path through ${name}`, () => {
      const tree = treeOf(steps);
      assert.equal(tree.path().join(' '), path);
      for (const [id, all] of Object.entries(versions)) assert.equal(tree.versions(id).join(' '), all, id);
    });
  }

  it('knows what came before an exchange that is not shown', () => {
    const tree = treeOf('a b c d<a e');
    assert.deepEqual(tree.ancestors('c'), ['a', 'b']);
    assert.deepEqual(tree.ancestors('a'), []);
    assert.deepEqual([tree.parent('c'), tree.parent('a')], ['b', '']);
  });

  it('shows exactly what is on the path, which no version is left out of, and keeps what came before', () => {
    const step = fc.oneof(
      fc.record({ what: fc.constant('ask' as const) }),
      fc.record({ what: fc.constantFrom('edit' as const, 'show' as const), which: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const tree = new ExchangeTree();
        const before = new Map<string, readonly string[]>();
        for (const each of steps) {
          const ids = [...before.keys()];
          const id = `${ids.length}`;
          const chosen = each.what === 'ask' ? undefined : ids[each.which % ids.length];
          if (each.what === 'show') {
            if (chosen !== undefined) tree.show(chosen);
          } else if (chosen === undefined) {
            before.set(id, tree.path());
            tree.add(id);
          } else {
            before.set(id, before.get(chosen)!);
            tree.add(id, tree.parent(chosen));
          }
          const path = tree.path();
          const through = each.what === 'show' ? chosen : id;
          assert.ok(through === undefined || path.includes(through));
          for (const [known, ancestors] of before) {
            assert.deepEqual(tree.ancestors(known), ancestors);
            assert.equal(tree.isOnPath(known), path.includes(known));
            assert.ok(tree.versions(known).includes(known));
            for (const other of before.keys()) {
              assert.equal(tree.isSameOrDescendant(known, other), known === other || ancestors.includes(other));
            }
          }
          path.forEach((shown, index) => assert.deepEqual(tree.ancestors(shown), path.slice(0, index)));
        }
      }),
      { numRuns: Math.min(propertyRuns, 300) },
    );
  });
});
