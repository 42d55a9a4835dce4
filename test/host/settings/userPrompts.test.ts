import assert from 'node:assert/strict';
import type { Settings } from '../../../src/host/settings/settings';
import { CustomPrompts } from '../../../src/host/prompts/customPrompts';
import { readPrompts } from '../../../src/host/settings/userPrompts';
import { fake } from '../../support/fake';

const usablePrompt = { title: 'Good', template: 'a', model: 5 };

describe('unusable custom prompts in the settings', () => {
  for (const { defect, entry, expected } of [
    { defect: 'no title', entry: { template: 'a' }, expected: { title: '', reason: 'no-title' } },
    { defect: 'a blank title', entry: { title: ' ', template: 'a' }, expected: { title: '', reason: 'no-title' } },
    {
      defect: 'a title that is not a string',
      entry: { title: 7, template: 'a' },
      expected: { title: '', reason: 'no-title' },
    },
    { defect: 'no template', entry: { title: ' Other ' }, expected: { title: 'Other', reason: 'no-template' } },
    {
      defect: 'a template that is not a string',
      entry: { title: 'Other', template: [] },
      expected: { title: 'Other', reason: 'no-template' },
    },
    {
      defect: 'an unknown reasoning effort',
      entry: { title: 'Other', template: 'a', reasoningEffort: 'huge' },
      expected: { title: 'Other', reason: 'no-effort' },
    },
    {
      defect: 'a title that is already used',
      entry: { title: ' Good', template: 'b' },
      expected: { title: 'Good', reason: 'title-taken' },
    },
    { defect: 'no fields', entry: 'Other', expected: { title: '', reason: 'no-prompt' } },
    { defect: 'no value', entry: null, expected: { title: '', reason: 'no-prompt' } },
  ] as const) {
    it(`include an entry with ${defect}, which the list of prompts omits`, () => {
      const value = [usablePrompt, entry];
      assert.deepEqual(readPrompts(value).unusablePrompts, [{ number: 2, ...expected }]);
      const settings = fake<Settings>({ prompts: () => readPrompts(value), workspacePrompts: () => [] });
      const memory = { get: () => undefined, update: () => Promise.resolve() };
      const customPrompts = new CustomPrompts(settings, memory, () => true);
      assert.deepEqual(customPrompts.list(), [{ title: 'Good', template: 'a', from: 'user' }]);
    });
  }

  it('are an empty list if every prompt is usable', () => {
    for (const value of [[usablePrompt], [], undefined, null]) assert.deepEqual(readPrompts(value).unusablePrompts, []);
  });

  it('do not include a prompt with a valid reasoning effort', () => {
    const prompt = { title: 'Good', template: 'a', reasoningEffort: 'high' } as const;
    assert.deepEqual(readPrompts([prompt]), { usablePrompts: [prompt], unusablePrompts: [] });
  });

  it('include one entry if the setting is not a list', () => {
    assert.deepEqual(readPrompts(usablePrompt).unusablePrompts, [{ number: 1, title: '', reason: 'no-prompt' }]);
  });

  it('do not prevent the use of a valid prompt with the same title', () => {
    assert.deepEqual(readPrompts([{ title: 'Good' }, usablePrompt]).unusablePrompts, [
      { number: 1, title: 'Good', reason: 'no-template' },
    ]);
  });
});
