import assert from 'node:assert/strict';
import { nearestModels } from '../../../src/engine/models/nearestModels';

/** The names of the lists are separated by spaces. */
const cases: readonly {
  readonly behavior: string;
  readonly missing: string;
  readonly list: string;
  readonly nearest: string;
}[] = [
  {
    behavior: 'the same model under the name of the gateway first',
    missing: 'claude-sonnet-4',
    list: 'anthropic/claude-opus-4.8 anthropic/claude-sonnet-4.6 anthropic/claude-sonnet-4 openai/gpt-4o',
    nearest: 'anthropic/claude-sonnet-4 anthropic/claude-sonnet-4.6 anthropic/claude-opus-4.8',
  },
  {
    behavior: 'models of the same family, the nearest number first, before others of the vendor',
    missing: 'claude-sonnet-4',
    list: 'claude-haiku-4-5 claude-opus-4-8 claude-sonnet-4-6 claude-sonnet-4-5 gpt-4o',
    nearest: 'claude-sonnet-4-5 claude-sonnet-4-6 claude-haiku-4-5',
  },
  {
    behavior: 'a model once, whatever its names',
    missing: 'gpt-4o',
    list: 'openai/gpt-4.1 azure/gpt-4.1 gpt-4.1 gpt-5',
    nearest: 'gpt-4.1 gpt-5',
  },
  {
    behavior: 'a model once, although one of its names has a date, and other models in its place',
    missing: 'claude-sonnet-4',
    list: 'anthropic/claude-sonnet-4.5 claude-sonnet-4-5-20250929 claude-opus-4 claude-haiku-4-5 gpt-4o',
    nearest: 'anthropic/claude-sonnet-4.5 claude-opus-4 claude-haiku-4-5',
  },
  {
    behavior: 'an unknown model without its date',
    missing: 'acme-7',
    list: 'acme-8-20250929 vendor/acme-8 acme-9',
    nearest: 'vendor/acme-8 acme-9',
  },
  {
    behavior: 'neither embeddings nor models for images or audio',
    missing: 'gpt-4o',
    list: 'text-embedding-3-large gpt-image-1-mini gpt-4o-transcribe gpt-4o-mini',
    nearest: 'gpt-4o-mini',
  },
  {
    behavior: 'unknown models by their words and numbers',
    missing: 'acme-7',
    list: 'acme-9 acme-8 acme-8-pro b',
    nearest: 'acme-8 acme-9 acme-8-pro',
  },
  {
    behavior: 'the newer of two models at the same distance',
    missing: 'acme-8',
    list: 'acme-7 acme-9',
    nearest: 'acme-9 acme-7',
  },
  {
    behavior: 'no sizes and dates as numbers',
    missing: 'acme-3-20250101',
    list: 'acme-70b acme-4-8b acme-2-20250101',
    nearest: 'acme-4-8b acme-2-20250101 acme-70b',
  },
  { behavior: 'no model without any relation', missing: 'acme-v7', list: 'gpt-4o deepseek-v3 x', nearest: '' },
  {
    behavior: 'the same model under a shorter name',
    missing: 'acme-7-preview',
    list: 'acme-8-preview acme-7',
    nearest: 'acme-7 acme-8-preview',
  },
  {
    behavior: 'a model once, whatever the effort in its name',
    missing: 'o3',
    list: 'o3-mini o3-mini-high o4-mini',
    nearest: 'o3-mini o4-mini',
  },
  {
    behavior: 'models with the same words in any order',
    missing: 'acme-pro-7',
    list: 'acme-7 pro-acme-9',
    nearest: 'pro-acme-9 acme-7',
  },
  { behavior: 'versions of several digits', missing: 'acme-12', list: 'acme-1 acme-13', nearest: 'acme-13 acme-1' },
  { behavior: 'other models of the vendor', missing: 'gpt-4o', list: 'o3 deepseek-v3', nearest: 'o3' },
  {
    behavior: 'the newest models for a name without a version',
    missing: 'acme-chat',
    list: 'acme-7 acme-9',
    nearest: 'acme-9 acme-7',
  },
  {
    behavior: 'the most similar name without a version',
    missing: 'acme-chat',
    list: 'acme-big-pro acme-pro',
    nearest: 'acme-pro acme-big-pro',
  },
  {
    behavior: 'names with more common words',
    missing: 'acme-chat-pro',
    list: 'acme-mini acme-chat',
    nearest: 'acme-chat acme-mini',
  },
  { behavior: 'nothing from an empty list', missing: 'gpt-4o', list: '', nearest: '' },
  {
    behavior: 'at most three, without the missing one',
    missing: 'acme-1',
    list: 'acme-1 acme-2 acme-3 acme-4 acme-5',
    nearest: 'acme-2 acme-3 acme-4',
  },
];

describe('nearest models', () => {
  for (const { behavior, missing, list, nearest } of cases) {
    it(`are ${behavior}`, () => assert.equal(nearestModels(missing, list.split(' ')).join(' '), nearest));
  }

  it('start with a current model of the same vendor for each default model', () => {
    const list = 'claude-sonnet-4-6 claude-opus-4-8 gpt-5.5 gemini-3.1-pro-preview deepseek-v3.2 qwen3-max';
    const first = (model: string) => nearestModels(model, list.split(' '))[0];
    assert.deepEqual(
      ['claude-sonnet-4', 'claude-opus-4', 'gpt-4o', 'gemini-3-pro', 'deepseek-r1', 'deepseek-v3'].map(first),
      ['claude-sonnet-4-6', 'claude-opus-4-8', 'gpt-5.5', 'gemini-3.1-pro-preview', 'deepseek-v3.2', 'deepseek-v3.2'],
    );
  });

  it("exclude models that can't write text according to their gateway", () => {
    const listed = new Map([['acme-2', { writesText: false }]]);
    assert.deepEqual(nearestModels('acme-1', ['acme-2', 'acme-3'], listed), ['acme-3']);
  });
});
