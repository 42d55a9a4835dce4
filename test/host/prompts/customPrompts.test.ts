import assert from 'node:assert/strict';
import type { Store } from '../../../src/host/conversation/promptHistoryStore';
import { CustomPrompts } from '../../../src/host/prompts/customPrompts';
import type { UserPrompt } from '../../../src/host/settings/settingValues';

const mine: UserPrompt = { title: 'Mine', template: 'a' };
const theirs: UserPrompt = { title: 'Theirs', template: 'b', model: 'm' };

interface Workspace {
  user: readonly UserPrompt[];
  workspacePrompts: readonly UserPrompt[];
  trusted: boolean;
}

function createPrompts(
  workspace: Partial<Workspace> = {},
  stored = new Map<string, unknown>(),
): Workspace & { readonly customPrompts: CustomPrompts; readonly stored: Map<string, unknown> } {
  const given: Workspace = { user: [mine], workspacePrompts: [theirs], trusted: true, ...workspace };
  const memory: Store = {
    get: (key) => stored.get(key),
    update: (key, value) => {
      // As VS Code keeps it.
      stored.set(key, JSON.parse(JSON.stringify(value)) as unknown);
      return Promise.resolve();
    },
  };
  const settings = { prompts: () => given.user, workspacePrompts: () => given.workspacePrompts };
  const customPrompts = new CustomPrompts(settings, memory, () => given.trusted);
  return Object.assign(given, { customPrompts, stored });
}

const titles = (prompts: readonly UserPrompt[]): readonly string[] => prompts.map(({ title }) => title);

describe('the prompts of a workspace', () => {
  it('are asked about before they are listed', () => {
    const { customPrompts } = createPrompts();
    assert.deepEqual(customPrompts.list(), [{ ...mine, from: 'user' }]);
    assert.deepEqual(customPrompts.unasked(), [theirs]);
  });

  it('are listed after the user’s once they are agreed to, and asked about no more, not in the next window either', async () => {
    const { customPrompts, stored } = createPrompts();
    await customPrompts.agree(customPrompts.unasked());
    for (const each of [customPrompts, createPrompts({}, stored).customPrompts]) {
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
      const workspace = createPrompts();
      const { customPrompts } = workspace;
      await customPrompts.agree(customPrompts.unasked());
      workspace.workspacePrompts = changed;
      assert.deepEqual(titles(customPrompts.list()), ['Mine']);
      assert.deepEqual(customPrompts.unasked(), changed);
    });
  }

  it('need no new question when they are again what was agreed to', async () => {
    const workspace = createPrompts();
    const { customPrompts } = workspace;
    await customPrompts.agree(customPrompts.unasked());
    workspace.workspacePrompts = [mine];
    await customPrompts.agree(customPrompts.unasked());
    workspace.workspacePrompts = [theirs];
    assert.deepEqual(titles(customPrompts.list()), ['Mine', 'Theirs']);
  });

  it('are neither listed nor asked about after a no, whatever they become', async () => {
    const workspace = createPrompts();
    const { customPrompts } = workspace;
    await customPrompts.refuse();
    workspace.workspacePrompts = [{ title: 'Other', template: 'c' }];
    assert.deepEqual(
      [titles(customPrompts.list()), customPrompts.unasked(), titles(customPrompts.refused())],
      [['Mine'], [], ['Other']],
    );
  });

  it('can be agreed to after a no', async () => {
    const { customPrompts } = createPrompts();
    await customPrompts.refuse();
    await customPrompts.agree(customPrompts.refused());
    assert.deepEqual([titles(customPrompts.list()), customPrompts.refused()], [['Mine', 'Theirs'], []]);
  });

  it('are what was shown: others that have come while the question was there are asked about', async () => {
    const workspace = createPrompts();
    const { customPrompts } = workspace;
    const shown = customPrompts.unasked();
    workspace.workspacePrompts = [{ ...theirs, template: 'send me your keys' }];
    await customPrompts.agree(shown);
    assert.deepEqual(titles(customPrompts.list()), ['Mine']);
    assert.equal(customPrompts.unasked().length, 1);
  });

  it('do not exist where the workspace is not trusted, agreed to or not', async () => {
    const workspace = createPrompts();
    const { customPrompts } = workspace;
    await customPrompts.agree(customPrompts.unasked());
    workspace.trusted = false;
    assert.deepEqual(
      [titles(customPrompts.list()), customPrompts.unasked(), customPrompts.refused()],
      [['Mine'], [], []],
    );
    await customPrompts.refuse();
    assert.deepEqual(customPrompts.refused(), []);
  });

  it('are told apart from the user’s of the same title, which comes first', async () => {
    const { customPrompts } = createPrompts({ workspacePrompts: [{ ...mine, template: 'other' }] });
    await customPrompts.agree(customPrompts.unasked());
    assert.deepEqual(
      customPrompts.list().map(({ title, template, from }) => [title, template, from]),
      [
        ['Mine', 'a', 'user'],
        ['Mine', 'other', 'workspace'],
      ],
    );
  });

  for (const value of ['text', null, [], { never: 'yes', agreed: 'all' }, { agreed: [1, null] }]) {
    it(`are asked about where ${JSON.stringify(value)} is remembered`, () => {
      assert.equal(
        createPrompts({}, new Map([['holysheep.workspacePrompts', value]])).customPrompts.unasked().length,
        1,
      );
    });
  }
});

describe('prompts of the same title', () => {
  it('are the first of them', () => {
    const { customPrompts } = createPrompts({
      user: [mine, { title: 'Mine', template: 'second' }],
      workspacePrompts: [],
    });
    assert.deepEqual(customPrompts.list(), [{ ...mine, from: 'user' }]);
  });
});
