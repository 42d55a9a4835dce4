import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parseModelList } from '../../../src/engine/gateway/modelList';
import { knownFacts, readListedFacts } from '../../../src/engine/models/listedFacts';
import { propertyRuns } from '../../support/propertyRuns';

const facts: readonly { readonly name: string; readonly entry: Record<string, unknown>; readonly expected: unknown }[] =
  [
    {
      name: 'a complete entry of OpenRouter',
      entry: {
        context_length: 200_000,
        top_provider: { context_length: 100_000, max_completion_tokens: 64_000 },
        architecture: { input_modalities: ['text', 'image'], output_modalities: ['text'] },
        supported_parameters: ['max_tokens', 'tools', 'reasoning'],
        pricing: {
          prompt: '0.000003',
          completion: '0.000015',
          input_cache_read: '0.0000003',
          input_cache_write: '0.00000375',
        },
      },
      expected: {
        contextWindow: 200_000,
        maxOutput: 64_000,
        images: true,
        tools: true,
        reasons: true,
        takesTemperature: false,
        price: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
        writesText: true,
      },
    },
    {
      name: 'the context window of a provider',
      entry: { top_provider: { context_length: 8192 } },
      expected: { contextWindow: 8192 },
    },
    { name: 'the context window of vLLM', entry: { max_model_len: 32_768 }, expected: { contextWindow: 32_768 } },
    {
      name: 'the context window under other names',
      entry: { context_window: 4096 },
      expected: { contextWindow: 4096 },
    },
    { name: 'the context window of LM Studio', entry: { max_context_length: 4096 }, expected: { contextWindow: 4096 } },
    { name: 'the limit of the output', entry: { max_output_tokens: 1000 }, expected: { maxOutput: 1000 } },
    { name: 'another limit of the output', entry: { max_completion_tokens: 2000 }, expected: { maxOutput: 2000 } },
    {
      name: 'a description of reasoning',
      entry: { reasoning: { supports_max_tokens: true } },
      expected: { reasons: true },
    },
    {
      name: 'the levels of reasoning effort in ascending order, without unknown ones',
      entry: { reasoning: { supported_efforts: ['xhigh', 'high', 'enormous', 3, 'low'], mandatory: true } },
      expected: { reasons: true, efforts: ['low', 'high', 'xhigh'] },
    },
    {
      name: 'all levels of reasoning effort for null, without the one that the model does not take',
      entry: { reasoning: { supported_efforts: null, mandatory: true } },
      expected: { reasons: true, efforts: ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'] },
    },
    {
      name: 'that the reasoning can be switched off',
      entry: { reasoning: { supported_efforts: ['high'], mandatory: false } },
      expected: { reasons: true, efforts: ['none', 'high'] },
    },
    {
      name: 'no levels without a level above `none`',
      entry: { reasoning: { supported_efforts: ['none'] } },
      expected: { reasons: true },
    },
    {
      name: 'the levels of Hyperstack',
      entry: { supported_reasoning_efforts: ['high', 'low'] },
      expected: { efforts: ['low', 'high'] },
    },
    {
      name: 'a price of zero',
      entry: { pricing: { prompt: '0', completion: 0 } },
      expected: { price: { input: 0, output: 0, cacheRead: undefined, cacheWrite: undefined } },
    },
    {
      name: 'parameters, without a conclusion from an incomplete list',
      entry: { supported_parameters: ['tools', 7] },
      expected: { tools: true },
    },
    {
      name: 'missing parameters from a complete list, except that the model does not reason',
      entry: { supported_parameters: ['max_completion_tokens', 'temperature'] },
      expected: { tools: false, takesTemperature: true },
    },
    { name: 'that a model reasons', entry: { reasoning: true }, expected: { reasons: true } },
    { name: 'that a model does not reason', entry: { reasoning: false }, expected: { reasons: false } },
    {
      name: 'a model that creates images',
      entry: { architecture: { output_modalities: ['image'] } },
      expected: { writesText: false },
    },
    { name: 'nothing from an entry without facts', entry: { id: 'a', object: 'model' }, expected: undefined },
    {
      name: 'nothing from absurd numbers of tokens',
      entry: { context_length: -1, max_model_len: 0.5, max_output_tokens: 1e12 },
      expected: undefined,
    },
    {
      name: 'nothing from numbers of tokens that are texts',
      entry: { context_length: '8192', context_window: null },
      expected: undefined,
    },
    {
      name: 'the first number of tokens that is not absurd',
      entry: { context_length: 0, max_model_len: 4096 },
      expected: { contextWindow: 4096 },
    },
    { name: 'no price that is negative', entry: { pricing: { prompt: '-1', completion: '-1' } }, expected: undefined },
    {
      name: 'no price that is not a number',
      entry: { pricing: { prompt: 'free', completion: '0' } },
      expected: undefined,
    },
    { name: 'no price that is null', entry: { pricing: { prompt: null, completion: '0' } }, expected: undefined },
    { name: 'no price that is blank', entry: { pricing: { prompt: '0', completion: ' ' } }, expected: undefined },
    {
      name: 'no price that is too high to be meant per token',
      entry: { pricing: { prompt: 3, completion: 15 } },
      expected: undefined,
    },
    { name: 'no price without one for the output', entry: { pricing: { prompt: '0.000001' } }, expected: undefined },
    { name: 'no price without one for the input', entry: { pricing: { completion: '0.000001' } }, expected: undefined },
    {
      name: 'no modalities that are not texts',
      entry: { architecture: { input_modalities: [1], output_modalities: 'text' } },
      expected: undefined,
    },
  ];

describe('facts in a model list', () => {
  for (const { name, entry, expected } of facts) {
    it(`include ${name}`, () => assert.deepEqual(readListedFacts(entry), expected));
  }

  it('belong to the model whose ID is in the same entry', () => {
    const list = parseModelList({
      data: [{ id: 'b', context_length: 8192 }, { id: 'a' }, { id: 'b', context_length: 1 }],
    });
    assert.ok(list);
    assert.deepEqual(list.models, ['a', 'b']);
    assert.deepEqual([...(list.facts ?? [])], [['b', { contextWindow: 8192 }]]);
  });

  it('cause no error, whatever JSON the gateway sends', () => {
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

  it('override the facts of the built-in table, field by field', () => {
    const listed = new Map([['gpt-4o', { contextWindow: 8192, price: { input: 1, output: 2 } }]]);
    const { contextWindow, images, price } = knownFacts('gpt-4o', listed) ?? {};
    assert.deepEqual([contextWindow, images, price], [8192, true, { input: 1, output: 2 }]);
    assert.equal(knownFacts('gpt-4o', undefined)?.contextWindow, 128_000);
    assert.equal(knownFacts('unheard-of', listed), undefined);
  });
});
