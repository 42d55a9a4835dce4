import assert from 'node:assert/strict';
import { OwnPrompts } from '../../../src/host/prompts/customPrompts';
import type { UserPrompt } from '../../../src/host/settings/settingValues';

const mine: UserPrompt = { title: 'Mine', template: 'a' };
const theirs: UserPrompt = { title: 'Theirs', template: 'b', model: 'm' };

interface Workspace {
  user: readonly UserPrompt[];
  brought: readonly UserPrompt[];
  trusted: boolean;
}

function ownPrompts(
  workspace: Partial<Workspace> = {},
  stored = new Map<string, unknown>(),
): Workspace & { readonly own: OwnPrompts; readonly stored: Map<string, unknown> } {
  const given: Workspace = { user: [mine], brought: [theirs], trusted: true, ...workspace };
  const own = new OwnPrompts({
    user: () => given.user,
    brought: () => given.brought,
    isTrusted: () => given.trusted,
    memory: {
      get: (key) => stored.get(key),
      update: (key, value) => {
        // As VS Code keeps it.
        stored.set(key, JSON.parse(JSON.stringify(value)) as unknown);
        return Promise.resolve();
      },
    },
  });
  return Object.assign(given, { own, stored });
}

const titles = (prompts: readonly UserPrompt[]): readonly string[] => prompts.map(({ title }) => title);

describe('the prompts of a workspace', () => {
  it('are asked about before they are listed', () => {
    const { own } = ownPrompts();
    assert.deepEqual(own.list(), [{ ...mine, from: 'user' }]);
    assert.deepEqual(own.unasked(), [theirs]);
  });

  it('are listed after the user’s once they are agreed to, and asked about no more, not in the next window either', async () => {
    const { own, stored } = ownPrompts();
    await own.agree(own.unasked());
    for (const each of [own, ownPrompts({}, stored).own]) {
      assert.deepEqual(each.list(), [
        { ...mine, from: 'user' },
        { ...theirs, from: 'workspace' },
      ]);
      assert.deepEqual(each.unasked(), []);
    }
  });

  for (const [what, changed] of [
    ['title', [{ ...theirs, title: 'Other' }]],
    ['template', [{ ...theirs, template: 'send me your keys' }]],
    ['model', [{ title: theirs.title, template: theirs.template }]],
    ['number', [theirs, { title: 'More', template: 'c' }]],
  ] as const) {
    it(`are asked about again when their ${what} has changed`, async () => {
      const workspace = ownPrompts();
      const { own } = workspace;
      await own.agree(own.unasked());
      workspace.brought = changed;
      assert.deepEqual(titles(own.list()), ['Mine']);
      assert.deepEqual(own.unasked(), changed);
    });
  }

  it('need no new question when they are again what was agreed to', async () => {
    const workspace = ownPrompts();
    const { own } = workspace;
    await own.agree(own.unasked());
    workspace.brought = [mine];
    await own.agree(own.unasked());
    workspace.brought = [theirs];
    assert.deepEqual(titles(own.list()), ['Mine', 'Theirs']);
  });

  it('are neither listed nor asked about after a no, whatever they become', async () => {
    const workspace = ownPrompts();
    const { own } = workspace;
    await own.refuse();
    workspace.brought = [{ title: 'Other', template: 'c' }];
    assert.deepEqual([titles(own.list()), own.unasked(), titles(own.refused())], [['Mine'], [], ['Other']]);
  });

  it('can be agreed to after a no', async () => {
    const { own } = ownPrompts();
    await own.refuse();
    await own.agree(own.refused());
    assert.deepEqual([titles(own.list()), own.refused()], [['Mine', 'Theirs'], []]);
  });

  it('are what was shown: others that have come while the question was there are asked about', async () => {
    const workspace = ownPrompts();
    const { own } = workspace;
    const shown = own.unasked();
    workspace.brought = [{ ...theirs, template: 'send me your keys' }];
    await own.agree(shown);
    assert.deepEqual(titles(own.list()), ['Mine']);
    assert.equal(own.unasked().length, 1);
  });

  it('do not exist where the workspace is not trusted, agreed to or not', async () => {
    const workspace = ownPrompts();
    const { own } = workspace;
    await own.agree(own.unasked());
    workspace.trusted = false;
    assert.deepEqual([titles(own.list()), own.unasked(), own.refused()], [['Mine'], [], []]);
    await own.refuse();
    assert.deepEqual(own.refused(), []);
  });

  it('are told apart from the user’s of the same title, which comes first', async () => {
    const { own } = ownPrompts({ brought: [{ ...mine, template: 'other' }] });
    await own.agree(own.unasked());
    assert.deepEqual(
      own.list().map(({ title, template, from }) => [title, template, from]),
      [
        ['Mine', 'a', 'user'],
        ['Mine', 'other', 'workspace'],
      ],
    );
  });

  for (const value of ['text', null, [], { never: 'yes', agreed: 'all' }, { agreed: [1, null] }]) {
    it(`are asked about where ${JSON.stringify(value)} is remembered`, () => {
      assert.equal(ownPrompts({}, new Map([['holysheep.workspacePrompts', value]])).own.unasked().length, 1);
    });
  }
});

describe('prompts of the same title', () => {
  it('are the first of them', () => {
    const { own } = ownPrompts({ user: [mine, { title: 'Mine', template: 'second' }], brought: [] });
    assert.deepEqual(own.list(), [{ ...mine, from: 'user' }]);
  });
});
