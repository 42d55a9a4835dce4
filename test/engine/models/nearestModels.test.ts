import assert from 'node:assert/strict';
import { nearestModels } from '../../../src/engine/models/nearestModels';

/** The names of the lists are separated by spaces. */
const cases: readonly (readonly [behavior: string, missing: string, list: string, nearest: string])[] = [
  [
    'the same model under the name of the gateway first',
    'claude-sonnet-4',
    'anthropic/claude-opus-4.8 anthropic/claude-sonnet-4.6 anthropic/claude-sonnet-4 openai/gpt-4o',
    'anthropic/claude-sonnet-4 anthropic/claude-sonnet-4.6 anthropic/claude-opus-4.8',
  ],
  [
    'models of the same family, the nearest number first, before others of the vendor',
    'claude-sonnet-4',
    'claude-haiku-4-5 claude-opus-4-8 claude-sonnet-4-6 claude-sonnet-4-5 gpt-4o',
    'claude-sonnet-4-5 claude-sonnet-4-6 claude-haiku-4-5',
  ],
  ['a model once, whatever its names', 'gpt-4o', 'openai/gpt-4.1 azure/gpt-4.1 gpt-4.1 gpt-5', 'gpt-4.1 gpt-5'],
  [
    'a model once, although one of its names has a date, and other models in its place',
    'claude-sonnet-4',
    'anthropic/claude-sonnet-4.5 claude-sonnet-4-5-20250929 claude-opus-4 claude-haiku-4-5 gpt-4o',
    'anthropic/claude-sonnet-4.5 claude-opus-4 claude-haiku-4-5',
  ],
  ['an unknown model without its date', 'acme-7', 'acme-8-20250929 vendor/acme-8 acme-9', 'vendor/acme-8 acme-9'],
  [
    'neither embeddings nor models for images or audio',
    'gpt-4o',
    'text-embedding-3-large gpt-image-1-mini gpt-4o-transcribe gpt-4o-mini',
    'gpt-4o-mini',
  ],
  ['unknown models by their words and numbers', 'acme-7', 'acme-9 acme-8 acme-8-pro b', 'acme-8 acme-9 acme-8-pro'],
  ['the newer of two models at the same distance', 'acme-8', 'acme-7 acme-9', 'acme-9 acme-7'],
  [
    'no sizes and dates as numbers',
    'acme-3-20250101',
    'acme-70b acme-4-8b acme-2-20250101',
    'acme-4-8b acme-2-20250101 acme-70b',
  ],
  ['no model without any relation', 'acme-v7', 'gpt-4o deepseek-v3 x', ''],
  ['the same model under a shorter name', 'acme-7-preview', 'acme-8-preview acme-7', 'acme-7 acme-8-preview'],
  ['a model once, whatever the effort in its name', 'o3', 'o3-mini o3-mini-high o4-mini', 'o3-mini o4-mini'],
  ['models with the same words in any order', 'acme-pro-7', 'acme-7 pro-acme-9', 'pro-acme-9 acme-7'],
  ['versions of several digits', 'acme-12', 'acme-1 acme-13', 'acme-13 acme-1'],
  ['other models of the vendor', 'gpt-4o', 'o3 deepseek-v3', 'o3'],
  ['the newest models for a name without a version', 'acme-chat', 'acme-7 acme-9', 'acme-9 acme-7'],
  ['the most similar name without a version', 'acme-chat', 'acme-big-pro acme-pro', 'acme-pro acme-big-pro'],
  ['names with more common words', 'acme-chat-pro', 'acme-mini acme-chat', 'acme-chat acme-mini'],
  ['nothing from an empty list', 'gpt-4o', '', ''],
  ['at most three, without the missing one', 'acme-1', 'acme-1 acme-2 acme-3 acme-4 acme-5', 'acme-2 acme-3 acme-4'],
];

describe('nearest models', () => {
  for (const [behavior, missing, list, nearest] of cases) {
    it(`are ${behavior}`, () => assert.equal(nearestModels(missing, list.split(' ')).join(' '), nearest));
  }

  it('are found for the default models in a current model list', () => {
    const list = 'claude-sonnet-4-6 claude-opus-4-8 gpt-5.5 gemini-3.1-pro-preview deepseek-v3.2 qwen3-max';
    const first = (model: string) => nearestModels(model, list.split(' '))[0];
    assert.deepEqual(
      ['claude-sonnet-4', 'claude-opus-4', 'gpt-4o', 'gemini-3-pro', 'deepseek-r1', 'deepseek-v3'].map(first),
      ['claude-sonnet-4-6', 'claude-opus-4-8', 'gpt-5.5', 'gemini-3.1-pro-preview', 'deepseek-v3.2', 'deepseek-v3.2'],
    );
  });

  it('exclude models that cannot write text according to their gateway', () => {
    const listed = new Map([['acme-2', { writesText: false }]]);
    assert.deepEqual(nearestModels('acme-1', ['acme-2', 'acme-3'], listed), ['acme-3']);
  });
});
