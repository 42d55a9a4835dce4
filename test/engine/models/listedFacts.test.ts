import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parseModelList } from '../../../src/engine/gateway/modelList';
import { knownFacts, readListedFacts } from '../../../src/engine/models/listedFacts';
import { propertyRuns } from '../../support/propertyRuns';

const facts: readonly (readonly [name: string, entry: Record<string, unknown>, expected: unknown])[] = [
  [
    'a complete entry of OpenRouter',
    {
      context_length: 200_000,
      top_provider: { context_length: 100_000, max_completion_tokens: 64_000 },
      architecture: { input_modalities: ['text', 'image'], output_modalities: ['text'] },
      supported_parameters: ['max_tokens', 'tools', 'reasoning'],
      pricing: { prompt: '0.000003', completion: '0.000015', input_cache_read: '0.0000003' },
    },
    {
      contextWindow: 200_000,
      maxOutput: 64_000,
      images: true,
      tools: true,
      reasons: true,
      takesTemperature: false,
      price: { input: 3, output: 15, cacheRead: 0.3 },
      writesText: true,
    },
  ],
  ['the context window of a provider', { top_provider: { context_length: 8192 } }, { contextWindow: 8192 }],
  ['the context window of vLLM', { max_model_len: 32_768 }, { contextWindow: 32_768 }],
  ['the context window under other names', { context_window: 4096 }, { contextWindow: 4096 }],
  ['the context window of LM Studio', { max_context_length: 4096 }, { contextWindow: 4096 }],
  ['the limit of the output', { max_output_tokens: 1000 }, { maxOutput: 1000 }],
  ['another limit of the output', { max_completion_tokens: 2000 }, { maxOutput: 2000 }],
  ['a description of reasoning', { reasoning: { supports_max_tokens: true } }, { reasons: true }],
  [
    'the levels of reasoning effort in ascending order, without unknown ones',
    { reasoning: { supported_efforts: ['xhigh', 'high', 'enormous', 3, 'low'], mandatory: true } },
    { reasons: true, efforts: ['low', 'high', 'xhigh'] },
  ],
  [
    'all levels of reasoning effort for null, without the one that the model does not take',
    { reasoning: { supported_efforts: null, mandatory: true } },
    { reasons: true, efforts: ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'] },
  ],
  [
    'that the reasoning can be switched off',
    { reasoning: { supported_efforts: ['high'], mandatory: false } },
    { reasons: true, efforts: ['none', 'high'] },
  ],
  ['no levels without a level above `none`', { reasoning: { supported_efforts: ['none'] } }, { reasons: true }],
  ['the levels of Hyperstack', { supported_reasoning_efforts: ['high', 'low'] }, { efforts: ['low', 'high'] }],
  ['a price of zero', { pricing: { prompt: '0', completion: 0 } }, { price: { input: 0, output: 0 } }],
  ['parameters, without a conclusion from an incomplete list', { supported_parameters: ['tools', 7] }, { tools: true }],
  [
    'missing parameters from a complete list, except that the model does not reason',
    { supported_parameters: ['max_completion_tokens', 'temperature'] },
    { tools: false, takesTemperature: true },
  ],
  ['that a model reasons', { reasoning: true }, { reasons: true }],
  ['that a model does not reason', { reasoning: false }, { reasons: false }],
  ['a model that creates images', { architecture: { output_modalities: ['image'] } }, { writesText: false }],
  ['nothing from an entry without facts', { id: 'a', object: 'model' }, undefined],
  [
    'nothing from absurd numbers of tokens',
    { context_length: -1, max_model_len: 0.5, max_output_tokens: 1e12 },
    undefined,
  ],
  ['nothing from numbers of tokens that are texts', { context_length: '8192', context_window: null }, undefined],
  [
    'the first number of tokens that is not absurd',
    { context_length: 0, max_model_len: 4096 },
    { contextWindow: 4096 },
  ],
  ['no price that is negative', { pricing: { prompt: '-1', completion: '-1' } }, undefined],
  ['no price that is not a number', { pricing: { prompt: 'free', completion: '0' } }, undefined],
  ['no price that is null', { pricing: { prompt: null, completion: '0' } }, undefined],
  ['no price that is blank', { pricing: { prompt: '0', completion: ' ' } }, undefined],
  ['no price that is too high to be meant per token', { pricing: { prompt: 3, completion: 15 } }, undefined],
  ['no price without one for the output', { pricing: { prompt: '0.000001' } }, undefined],
  ['no price without one for the input', { pricing: { completion: '0.000001' } }, undefined],
  [
    'no modalities that are not texts',
    { architecture: { input_modalities: [1], output_modalities: 'text' } },
    undefined,
  ],
];

describe('facts in a model list', () => {
  for (const [name, entry, expected] of facts) {
    it(`include ${name}`, () => assert.deepEqual(readListedFacts(entry), expected));
  }

  it('are assigned to the model whose ID is in the same entry', () => {
    const list = parseModelList({
      data: [{ id: 'b', context_length: 8192 }, { id: 'a' }, { id: 'b', context_length: 1 }],
    });
    assert.ok(list);
    assert.deepEqual(list.models, ['a', 'b']);
    assert.deepEqual([...(list.facts ?? [])], [['b', { contextWindow: 8192 }]]);
  });

  it('never prevent the list from being read, whatever the JSON', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('pricing', 'architecture', 'top_provider'), fc.jsonValue()),
        (entry) => {
          assert.deepEqual(parseModelList([{ ...entry, id: 'a' }])?.models, ['a']);
        },
      ),
      { numRuns: propertyRuns },
    );
  });

  it('take precedence over the facts in the built-in table, field by field', () => {
    const listed = new Map([['gpt-4o', { contextWindow: 8192, price: { input: 1, output: 2 } }]]);
    const { contextWindow, images, price } = knownFacts('gpt-4o', listed) ?? {};
    assert.deepEqual([contextWindow, images, price], [8192, true, { input: 1, output: 2 }]);
    assert.equal(knownFacts('gpt-4o', undefined)?.contextWindow, 128_000);
    assert.equal(knownFacts('unheard-of', listed), undefined);
  });
});
