import assert from 'node:assert/strict';
import { areSameModel, nearestModels } from '../../../src/engine/models/nearestModels';

describe('proposed name of a model at a gateway', () => {
  for (const { here, list, expected } of [
    {
      here: 'claude-sonnet-4',
      list: ['openai/gpt-4o', 'anthropic/claude-sonnet-4', 'anthropic/claude-sonnet-4.6'],
      expected: 'same anthropic/claude-sonnet-4',
    },
    {
      here: 'claude-sonnet-4-6',
      list: ['anthropic/claude-sonnet-4', 'anthropic/claude-sonnet-4.6'],
      expected: 'same anthropic/claude-sonnet-4.6',
    },
    { here: 'claude-sonnet-4', list: ['anthropic/claude-sonnet-4.6'], expected: 'other anthropic/claude-sonnet-4.6' },
    { here: 'gpt-4o', list: ['gpt-4o-mini', 'gpt-4o-2024-08-06'], expected: 'same gpt-4o-2024-08-06' },
    { here: 'gemini-3-pro', list: ['models/gemini-3-pro-preview'], expected: 'same models/gemini-3-pro-preview' },
    {
      here: 'deepseek-r1',
      list: ['deepseek-ai/DeepSeek-V3', 'deepseek-ai/DeepSeek-R1'],
      expected: 'same deepseek-ai/DeepSeek-R1',
    },
    { here: 'claude-sonnet-4', list: ['llama3.2:3b', 'nomic-embed-text'], expected: undefined },
    { here: '__proto__', list: ['constructor', 'claude-sonnet-4'], expected: undefined },
  ] as const) {
    it(`is ${expected ?? 'undefined'} for the model ${here} at a gateway with ${list.join(', ')}`, () => {
      const [there] = nearestModels(here, list);
      assert.equal(there && `${areSameModel(here, there) ? 'same' : 'other'} ${there}`, expected);
    });
  }
});
