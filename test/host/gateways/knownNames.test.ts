import assert from 'node:assert/strict';
import { areSameModel, nearestModels } from '../../../src/engine/models/nearestModels';

describe('proposed name of a model at a gateway', () => {
  for (const [here, list, expected] of [
    [
      'claude-sonnet-4',
      ['openai/gpt-4o', 'anthropic/claude-sonnet-4', 'anthropic/claude-sonnet-4.6'],
      'same anthropic/claude-sonnet-4',
    ],
    [
      'claude-sonnet-4-6',
      ['anthropic/claude-sonnet-4', 'anthropic/claude-sonnet-4.6'],
      'same anthropic/claude-sonnet-4.6',
    ],
    ['claude-sonnet-4', ['anthropic/claude-sonnet-4.6'], 'other anthropic/claude-sonnet-4.6'],
    ['gpt-4o', ['gpt-4o-mini', 'gpt-4o-2024-08-06'], 'same gpt-4o-2024-08-06'],
    ['gemini-3-pro', ['models/gemini-3-pro-preview'], 'same models/gemini-3-pro-preview'],
    ['deepseek-r1', ['deepseek-ai/DeepSeek-V3', 'deepseek-ai/DeepSeek-R1'], 'same deepseek-ai/DeepSeek-R1'],
    ['claude-sonnet-4', ['llama3.2:3b', 'nomic-embed-text'], undefined],
    ['__proto__', ['constructor', 'claude-sonnet-4'], undefined],
  ] as const) {
    it(`is ${expected ?? 'undefined'} for the model ${here} at a gateway with ${list.join(', ')}`, () => {
      const [there] = nearestModels(here, list);
      assert.equal(there && `${areSameModel(here, there) ? 'same' : 'other'} ${there}`, expected);
    });
  }
});
