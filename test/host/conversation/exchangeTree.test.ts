import assert from 'node:assert/strict';
import { ExchangeTree } from '../../../src/host/journal/exchangeTree';

const pathOf = (tree: ExchangeTree): string =>
  tree
    .path()
    .map(({ answer }) => answer.id)
    .join(' ');
const versionsOf = (tree: ExchangeTree, id: string): readonly string[] =>
  tree.shownExchange(tree.exchange(id)!).versions;

/** Builds a tree: `a` adds an exchange, `a<b` adds it after b, `a<` adds it as a first prompt, and `a!` makes it current. */
function treeOf(steps: string): ExchangeTree {
  const tree = new ExchangeTree();
  for (const step of steps.split(' ').filter(Boolean)) {
    const [id = '', parentAnswer = tree.path().at(-1)?.answer.id ?? ''] = step.split('<');
    if (id.endsWith('!')) tree.apply({ type: 'select', answer: id.slice(0, -1) });
    else tree.apply({ type: 'exchange', id, parentAnswer, prompt: id, answers: [{ id }] });
  }
  return tree;
}

describe('tree of exchanges and their answers', () => {
  for (const { name, steps, path, versions = {} } of [
    { name: 'of an empty tree', steps: '', path: '' },
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
    },
    { name: 'after the first exchange of another branch was selected', steps: 'a b c d< a!', path: 'a b c' },
    { name: 'after the last exchange of another branch was selected', steps: 'a b c d< c!', path: 'a b c' },
    {
      name: 'with the most recently current version below a prompt that was selected again',
      steps: 'a b c<a d< a!',
      path: 'a c',
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
  ] as readonly {
    readonly name: string;
    readonly steps: string;
    readonly path: string;
    readonly versions?: Readonly<Record<string, string>>;
  }[]) {
    it(`returns the exchanges of the selected branch ${name}`, () => {
      const tree = treeOf(steps);
      assert.equal(pathOf(tree), path);
      for (const [id, all] of Object.entries(versions)) assert.equal(versionsOf(tree, id).join(' '), all, id);
    });
  }

  it('shows a summary after the last answer that it summarizes', () => {
    const tree = treeOf('a b');
    tree.apply({ type: 'summary', upTo: 'a', answer: { id: 's' } });
    tree.apply({ type: 'select', answer: 's', use: true });
    assert.equal(pathOf(tree), 'a b');
    const shown = tree.page().map((item) => ('turns' in item ? `${item.answer.id}(${item.turns})` : item.id));
    assert.deepEqual(shown, ['a', 's(1)', 'b']);
    assert.deepEqual(
      tree.following([tree.answer('a')!]).map(({ id }) => id),
      ['b', 's'],
    );
  });

  it('lists the versions of an exchange, oldest first', () => {
    const tree = treeOf('a b<');
    tree.apply({ type: 'answers', exchange: 'a', answers: [{ id: 'a2' }] });
    tree.apply({ type: 'exchange', id: 'c', parentAnswer: '', prompt: 'c', answers: [{ id: 'c1' }, { id: 'c2' }] });
    assert.deepEqual(versionsOf(tree, 'a'), ['a', 'b', 'a2', 'c1']);
    tree.apply({ type: 'select', answer: 'c2', use: true });
    assert.deepEqual(versionsOf(tree, 'a'), ['a', 'b', 'a2', 'c1', 'c2']);
    assert.equal(pathOf(tree), 'c2');
  });

  it('shows the turns that follow an earlier answer when the user selects that answer', () => {
    const tree = treeOf('a b c');
    tree.apply({ type: 'answers', exchange: 'a', answers: [{ id: 'a2' }] });
    assert.deepEqual([pathOf(tree), tree.isShown('c')], ['a2', false]);
    tree.apply({ type: 'select', answer: 'a' });
    assert.deepEqual([pathOf(tree), tree.isShown('c')], ['a b c', true]);
  });

  it('returns the same JavaScript objects for unchanged answers, because callers cache results by object', () => {
    const tree = treeOf('a');
    tree.apply({ type: 'answers', exchange: 'a', answers: [{ id: 'b' }, { id: 'c' }] });
    const [first, second] = [tree.answer('a'), tree.answer('b')];
    tree.apply({ type: 'events', answer: 'c', events: [{ type: 'text', text: 'Hi', attempt: 1, at: 1 }] });
    assert.ok(tree.answer('a') === first && tree.answer('b') === second);
  });
});
