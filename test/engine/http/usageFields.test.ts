import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { readUsage, usageInHeaders } from '../../../src/engine/http/usageFields';

const counts = { prompt_tokens: 16, completion_tokens: 300, total_tokens: 316 };
const usage = { promptTokens: 16, completionTokens: 300, totalTokens: 316 };

describe('reading of usage', () => {
  for (const { name, fields, expected } of [
    {
      name: 'prompt_tokens_details.cached_tokens',
      fields: { prompt_tokens_details: { cached_tokens: 8 } },
      expected: { cachedTokens: 8 },
    },
    {
      name: 'input_tokens_details.cached_tokens',
      fields: { input_tokens_details: { cached_tokens: 8 } },
      expected: { cachedTokens: 8 },
    },
    { name: 'prompt_cache_hit_tokens', fields: { prompt_cache_hit_tokens: 8 }, expected: { cachedTokens: 8 } },
    { name: 'cache_read_input_tokens', fields: { cache_read_input_tokens: 8 }, expected: { cachedTokens: 8 } },
    ...[
      { prompt_tokens_details: { cache_write_tokens: 8 } },
      { input_tokens_details: { cache_write_tokens: 8 } },
      { prompt_tokens_details: { cached_creation_tokens: 8 } },
      { cache_creation_input_tokens: 8 },
    ].map((fields) => ({
      name: `the tokens that were written to the cache in ${JSON.stringify(fields)}`,
      fields,
      expected: { cacheWriteTokens: 8 },
    })),
    {
      name: 'cached tokens of zero',
      fields: { prompt_tokens_details: { cached_tokens: 0 } },
      expected: { cachedTokens: 0 },
    },
    {
      name: 'completion_tokens_details.reasoning_tokens',
      fields: { completion_tokens_details: { reasoning_tokens: 9 } },
      expected: { reasoningTokens: 9 },
    },
    {
      name: 'output_tokens_details.reasoning_tokens',
      fields: { output_tokens_details: { reasoning_tokens: 9 } },
      expected: { reasoningTokens: 9 },
    },
    { name: 'cost', fields: { cost: 0.0125 }, expected: { cost: 0.0125 } },
    { name: 'cost_usd', fields: { cost_usd: 2 }, expected: { cost: 2 } },
    { name: 'a cost of zero', fields: { cost: 0 }, expected: { cost: 0 } },
    { name: 'a cost as text', fields: { cost: '0.0123' }, expected: { cost: 0.0123 } },
    { name: 'a cost as text with an exponent', fields: { cost_usd: '1.2e-05' }, expected: { cost: 1.2e-5 } },
    {
      name: 'the parts of a cost (Perplexity)',
      fields: { cost: { request_cost: 0.005, total_cost: 0.006 } },
      expected: { cost: 0.006 },
    },
    {
      name: 'details that are null',
      fields: { prompt_tokens_details: null, completion_tokens_details: null, cost: null },
      expected: {},
    },
    { name: 'no details', fields: {}, expected: {} },
  ] as const) {
    it(`reads ${name}`, () => assert.deepEqual(readUsage({ ...counts, ...fields }, {}), { ...usage, ...expected }));
  }

  for (const { name, received, expected } of [
    {
      name: 'tokens that the cache has read and stored (Anthropic)',
      received: { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 100, cache_creation_input_tokens: 20 },
      expected: {
        promptTokens: 130,
        completionTokens: 5,
        totalTokens: 135,
        cachedTokens: 100,
        cacheWriteTokens: 20,
      },
    },
    {
      name: 'the fields of Google',
      received: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
      expected: { promptTokens: 10, completionTokens: 5, totalTokens: 15 },
    },
    {
      name: 'tokens that the cache has stored but not read (Anthropic)',
      received: {
        input_tokens: 10,
        output_tokens: 5,
        cache_read_input_tokens: null,
        cache_creation_input_tokens: 2000,
      },
      expected: { promptTokens: 2010, completionTokens: 5, totalTokens: 2015, cacheWriteTokens: 2000 },
    },
    {
      name: 'tokens that were read from and written to the cache only once if the prompt contains them (LiteLLM)',
      received: {
        prompt_tokens: 130,
        completion_tokens: 5,
        total_tokens: 135,
        prompt_tokens_details: { cached_tokens: 100 },
        cache_read_input_tokens: 100,
        cache_creation_input_tokens: 20,
      },
      expected: {
        promptTokens: 130,
        completionTokens: 5,
        totalTokens: 135,
        cachedTokens: 100,
        cacheWriteTokens: 20,
      },
    },
    {
      name: 'tokens that were written to the cache if the prompt does not contain them',
      received: {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        prompt_tokens_details: { cached_tokens: 0, cached_creation_tokens: 2000 },
      },
      expected: {
        promptTokens: 2010,
        completionTokens: 5,
        totalTokens: 2015,
        cachedTokens: 0,
        cacheWriteTokens: 2000,
      },
    },
    {
      name: 'a token only once if it was both read from and written to the cache (OpenAI)',
      received: {
        prompt_tokens: 3619,
        completion_tokens: 36,
        total_tokens: 3655,
        prompt_tokens_details: { cached_tokens: 2921, cache_write_tokens: 3616 },
      },
      expected: {
        promptTokens: 3619,
        completionTokens: 36,
        totalTokens: 3655,
        cachedTokens: 2921,
        cacheWriteTokens: 3616,
      },
    },
    {
      name: 'reasoning if neither the prompt nor the total contains the cached tokens',
      received: {
        prompt_tokens: 10,
        completion_tokens: 10,
        total_tokens: 420,
        cached_tokens: 80,
        reasoning_tokens: 400,
      },
      expected: { promptTokens: 90, completionTokens: 410, totalTokens: 500, cachedTokens: 80, reasoningTokens: 400 },
    },
    {
      name: 'cached tokens that the prompt does not contain',
      received: {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        prompt_tokens_details: { cached_tokens: 100 },
      },
      expected: { promptTokens: 110, completionTokens: 5, totalTokens: 115, cachedTokens: 100 },
    },
    {
      name: 'cached tokens that the prompt contains (Responses API)',
      received: { input_tokens: 130, output_tokens: 5, input_tokens_details: { cached_tokens: 100 } },
      expected: { promptTokens: 130, completionTokens: 5, totalTokens: 135, cachedTokens: 100 },
    },
    {
      name: 'reasoning that the completion does not contain (Google, xAI)',
      received: { ...counts, total_tokens: 1316, completion_tokens_details: { reasoning_tokens: 1000 } },
      expected: { promptTokens: 16, completionTokens: 1300, totalTokens: 1316, reasoningTokens: 1000 },
    },
    {
      name: 'reasoning that only the total contains (Google)',
      received: { ...counts, total_tokens: 1316 },
      expected: { promptTokens: 16, completionTokens: 1300, totalTokens: 1316, reasoningTokens: 1000 },
    },
    {
      name: 'the cost at the provider if the user brings its key (OpenRouter)',
      received: { ...counts, cost: 0.001, is_byok: true, cost_details: { upstream_inference_cost: 0.02 } },
      expected: { ...usage, cost: 0.021 },
    },
    {
      name: 'the cost at the provider if both costs are texts (OpenRouter)',
      received: { ...counts, cost: '0.001', is_byok: true, cost_details: { upstream_inference_cost: '0.02' } },
      expected: { ...usage, cost: 0.021 },
    },
    {
      name: 'the cost at the provider only once if OpenRouter pays it',
      received: { ...counts, cost: 0.02, is_byok: false, cost_details: { upstream_inference_cost: 0.02 } },
      expected: { ...usage, cost: 0.02 },
    },
  ] as const)
    it(`counts ${name}`, () => assert.deepEqual(readUsage(received, {}), expected));

  it('reads a cost outside the usage object', () => {
    assert.deepEqual(readUsage(counts, { usage: counts, cost: 0.5 }), { ...usage, cost: 0.5 });
  });

  for (const absurd of [-1, 1.5, 1e9 + 1, 1e300, '300', NaN, Infinity, null, true, {}, [3]]) {
    it(`leaves out the count ${inspect(absurd)} and keeps the other counts`, () => {
      const details = { cached_tokens: absurd, cache_write_tokens: absurd, reasoning_tokens: absurd };
      const received = { prompt_tokens_details: details, completion_tokens_details: details };
      assert.deepEqual(readUsage({ prompt_tokens: 16, completion_tokens: absurd, ...received }, {}), {
        promptTokens: 16,
        completionTokens: 0,
        totalTokens: 16,
      });
      assert.deepEqual(readUsage({ ...counts, prompt_tokens: absurd }, {}), { ...usage, promptTokens: 0 });
      assert.deepEqual(readUsage({ ...counts, total_tokens: absurd }, {}), usage);
    });
  }

  for (const absurd of [-0.1, 1e6 + 1, '', '-0.1', '1e400', '0x10', '0.1 USD', 'free', NaN, Infinity, null, {}])
    it(`leaves out the cost ${inspect(absurd)}`, () => {
      assert.deepEqual(readUsage({ ...counts, cost: absurd }, {}), usage);
    });

  it('reads a token count from a second field if the first field has an impossible value', () => {
    const fields = { prompt_tokens_details: { cached_tokens: -1 }, prompt_cache_hit_tokens: 8 };
    assert.equal(readUsage({ ...counts, ...fields }, {})?.cachedTokens, 8);
  });

  it('reads a cost even without token counts', () => {
    assert.deepEqual(readUsage({ cost: 0.5 }, {}), { promptTokens: 0, completionTokens: 0, totalTokens: 0, cost: 0.5 });
  });

  for (const name of ['cost', 'cost_usd'])
    it(`reads ${name} of a chunk without usage`, () => {
      assert.equal(readUsage(undefined, { [name]: 0.5 })?.cost, 0.5);
      assert.equal(readUsage(null, { [name]: 0 }), undefined);
    });

  it('returns no usage if the gateway has not counted any tokens yet', () => {
    assert.equal(readUsage({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, cost: 0 }, {}), undefined);
    assert.equal(readUsage({ completion_tokens: 1.5 }, {}), undefined);
  });

  for (const [value, cost] of [
    ['0.00123', 0.00123],
    ['1.2e-05', 1.2e-5],
    ['0', undefined],
    ['0.0', undefined],
    ['-1', undefined],
    ['None', undefined],
    ['', undefined],
    ['1e400', undefined],
    ['0.1 USD', undefined],
  ] as const)
    it(`reads the header x-litellm-response-cost: ${value}`, () => {
      assert.equal(usageInHeaders(new Headers({ 'x-litellm-response-cost': value }))?.cost, cost);
    });
});
