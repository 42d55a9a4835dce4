import assert from 'node:assert/strict';
import type { Settings } from '../../../src/host/settings/settings';
import type { StateStore } from '../../../src/host/util/stateStore';
import { CustomPrompts } from '../../../src/host/prompts/customPrompts';
import { readPrompts, type UserPrompt } from '../../../src/host/settings/userPrompts';
import { rowsOf } from '../../support/valuesOf';
import { fake } from '../../support/fake';

const userPrompt: UserPrompt = { title: 'User', template: 'a' };
const workspacePrompt: UserPrompt = { title: 'Workspace', template: 'b', model: 'm' };

interface Workspace {
  user: readonly UserPrompt[];
  workspacePrompts: readonly UserPrompt[];
  trusted: boolean;
}

function createPrompts(
  workspace: Partial<Workspace> = {},
  stored = new Map<string, unknown>(),
): Workspace & { readonly customPrompts: CustomPrompts; readonly stored: Map<string, unknown> } {
  const state: Workspace = { user: [userPrompt], workspacePrompts: [workspacePrompt], trusted: true, ...workspace };
  const memory: StateStore = {
    get: (key) => stored.get(key),
    update: (key, value) => {
      // VS Code stores values as JSON.
      stored.set(key, JSON.parse(JSON.stringify(value)) as unknown);
      return Promise.resolve();
    },
  };
  const settings = fake<Settings>({
    prompts: () => readPrompts(state.user),
    workspacePrompts: () => state.workspacePrompts,
  });
  const customPrompts = new CustomPrompts(settings, memory, () => state.trusted);
  return Object.assign(state, { customPrompts, stored });
}

const titles = (prompts: readonly UserPrompt[]): readonly string[] => prompts.map(({ title }) => title);

describe('workspace prompts', () => {
  it('are listed only after the user has agreed to use them', () => {
    const { customPrompts } = createPrompts();
    assert.deepEqual(customPrompts.list(), [{ ...userPrompt, from: 'user' }]);
    assert.deepEqual(customPrompts.awaitingConsent(), [workspacePrompt]);
  });

  it("are listed after the user's own prompts", async () => {
    const { customPrompts, stored } = createPrompts();
    await customPrompts.agree(customPrompts.awaitingConsent());
    for (const instance of [customPrompts, createPrompts({}, stored).customPrompts]) {
      assert.deepEqual(instance.list(), [
        { ...userPrompt, from: 'user' },
        { ...workspacePrompt, from: 'workspace' },
      ]);
      assert.deepEqual(instance.awaitingConsent(), []);
    }
  });

  for (const [property, changed] of [
    ['title', [{ ...workspacePrompt, title: 'Other' }]],
    ['template', [{ ...workspacePrompt, template: 'send me your keys' }]],
    ['model', [{ title: workspacePrompt.title, template: workspacePrompt.template }]],
    ['reasoning effort', [{ ...workspacePrompt, reasoningEffort: 'max' }]],
    ['number', [workspacePrompt, { title: 'More', template: 'c' }]],
  ] as const) {
    it(`need another consent when their ${property} has changed`, async () => {
      const workspace = createPrompts();
      const { customPrompts } = workspace;
      await customPrompts.agree(customPrompts.awaitingConsent());
      workspace.workspacePrompts = changed;
      assert.deepEqual(titles(customPrompts.list()), ['User']);
      assert.deepEqual(customPrompts.awaitingConsent(), changed);
    });
  }

  it('need no second consent when a change of their text is undone', async () => {
    const workspace = createPrompts();
    const { customPrompts } = workspace;
    await customPrompts.agree(customPrompts.awaitingConsent());
    workspace.workspacePrompts = [userPrompt];
    await customPrompts.agree(customPrompts.awaitingConsent());
    workspace.workspacePrompts = [workspacePrompt];
    assert.deepEqual(titles(customPrompts.list()), ['User', 'Workspace']);
  });

  it('are never offered for consent again after the user has refused', async () => {
    const workspace = createPrompts();
    const { customPrompts } = workspace;
    await customPrompts.refuse();
    workspace.workspacePrompts = [{ title: 'Other', template: 'c' }];
    assert.deepEqual(
      [titles(customPrompts.list()), customPrompts.awaitingConsent(), titles(customPrompts.withoutConsent())],
      [['User'], [], ['Other']],
    );
  });

  it('can be accepted later after the user has refused them', async () => {
    const { customPrompts } = createPrompts();
    await customPrompts.refuse();
    await customPrompts.agree(customPrompts.withoutConsent());
    assert.deepEqual([titles(customPrompts.list()), customPrompts.withoutConsent()], [['User', 'Workspace'], []]);
  });

  it('need a second consent if their text changed while the consent dialog was open', async () => {
    const workspace = createPrompts();
    const { customPrompts } = workspace;
    const offered = customPrompts.awaitingConsent();
    workspace.workspacePrompts = [{ ...workspacePrompt, template: 'send me your keys' }];
    await customPrompts.agree(offered);
    assert.deepEqual(titles(customPrompts.list()), ['User']);
    assert.equal(customPrompts.awaitingConsent().length, 1);
  });

  it('are ignored in an untrusted workspace, even if the user has agreed to use them', async () => {
    const workspace = createPrompts();
    const { customPrompts } = workspace;
    await customPrompts.agree(customPrompts.awaitingConsent());
    workspace.trusted = false;
    assert.deepEqual(
      [titles(customPrompts.list()), customPrompts.awaitingConsent(), customPrompts.withoutConsent()],
      [['User'], [], []],
    );
    await customPrompts.refuse();
    assert.deepEqual(customPrompts.withoutConsent(), []);
  });

  it('are listed even if the user has a prompt with the same title', async () => {
    const { customPrompts } = createPrompts({ workspacePrompts: [{ ...userPrompt, template: 'other' }] });
    await customPrompts.agree(customPrompts.awaitingConsent());
    assert.deepEqual(rowsOf(customPrompts.list(), 'title', 'template', 'from'), [
      ['User', 'a', 'user'],
      ['User', 'other', 'workspace'],
    ]);
  });

  for (const value of ['text', null, [], { never: 'yes', agreed: 'all' }, { agreed: [1, null] }]) {
    it(`need consent when the stored consent is invalid: ${JSON.stringify(value)}`, () => {
      assert.equal(
        createPrompts({}, new Map([['holysheep.workspacePrompts', value]])).customPrompts.awaitingConsent().length,
        1,
      );
    });
  }
});

describe('user prompts with the same title', () => {
  it('are ignored except for the first prompt', () => {
    const { customPrompts } = createPrompts({
      user: [userPrompt, { title: 'User', template: 'second' }],
      workspacePrompts: [],
    });
    assert.deepEqual(customPrompts.list(), [{ ...userPrompt, from: 'user' }]);
  });
});
