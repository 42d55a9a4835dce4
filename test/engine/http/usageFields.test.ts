import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { readUsage, usageInHeaders } from '../../../src/engine/http/usageFields';

const counts = { prompt_tokens: 16, completion_tokens: 300, total_tokens: 316 };
const usage = { promptTokens: 16, completionTokens: 300, totalTokens: 316 };

describe('reading of usage', () => {
  for (const [name, fields, expected] of [
    ['prompt_tokens_details.cached_tokens', { prompt_tokens_details: { cached_tokens: 8 } }, { cachedTokens: 8 }],
    ['input_tokens_details.cached_tokens', { input_tokens_details: { cached_tokens: 8 } }, { cachedTokens: 8 }],
    ['prompt_cache_hit_tokens', { prompt_cache_hit_tokens: 8 }, { cachedTokens: 8 }],
    ['cache_read_input_tokens', { cache_read_input_tokens: 8 }, { cachedTokens: 8 }],
    ['cached tokens of zero', { prompt_tokens_details: { cached_tokens: 0 } }, { cachedTokens: 0 }],
    [
      'completion_tokens_details.reasoning_tokens',
      { completion_tokens_details: { reasoning_tokens: 9 } },
      { reasoningTokens: 9 },
    ],
    [
      'output_tokens_details.reasoning_tokens',
      { output_tokens_details: { reasoning_tokens: 9 } },
      { reasoningTokens: 9 },
    ],
    ['cost', { cost: 0.0125 }, { cost: 0.0125 }],
    ['cost_usd', { cost_usd: 2 }, { cost: 2 }],
    ['a cost of zero', { cost: 0 }, { cost: 0 }],
    ['a cost as text', { cost: '0.0123' }, { cost: 0.0123 }],
    ['a cost as text with an exponent', { cost_usd: '1.2e-05' }, { cost: 1.2e-5 }],
    ['the parts of a cost (Perplexity)', { cost: { request_cost: 0.005, total_cost: 0.006 } }, { cost: 0.006 }],
    ['details that are null', { prompt_tokens_details: null, completion_tokens_details: null, cost: null }, {}],
    ['no details', {}, {}],
  ] as const) {
    it(`reads ${name}`, () => assert.deepEqual(readUsage({ ...counts, ...fields }, {}), { ...usage, ...expected }));
  }

  for (const [name, received, expected] of [
    [
      'tokens that the cache has read and stored (Anthropic)',
      { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 100, cache_creation_input_tokens: 20 },
      { promptTokens: 130, completionTokens: 5, totalTokens: 135, cachedTokens: 100 },
    ],
    [
      'the fields of Google',
      { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
      { promptTokens: 10, completionTokens: 5, totalTokens: 15 },
    ],
    [
      'tokens that the cache has stored but not read (Anthropic)',
      { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: null, cache_creation_input_tokens: 2000 },
      { promptTokens: 2010, completionTokens: 5, totalTokens: 2015 },
    ],
    [
      'reasoning if neither the prompt nor the total contains the cached tokens',
      {
        prompt_tokens: 10,
        completion_tokens: 10,
        total_tokens: 420,
        cached_tokens: 80,
        reasoning_tokens: 400,
      },
      { promptTokens: 90, completionTokens: 410, totalTokens: 500, cachedTokens: 80, reasoningTokens: 400 },
    ],
    [
      'cached tokens that the prompt does not contain',
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, prompt_tokens_details: { cached_tokens: 100 } },
      { promptTokens: 110, completionTokens: 5, totalTokens: 115, cachedTokens: 100 },
    ],
    [
      'cached tokens that the prompt contains (Responses API)',
      { input_tokens: 130, output_tokens: 5, input_tokens_details: { cached_tokens: 100 } },
      { promptTokens: 130, completionTokens: 5, totalTokens: 135, cachedTokens: 100 },
    ],
    [
      'reasoning that the completion does not contain (Google, xAI)',
      { ...counts, total_tokens: 1316, completion_tokens_details: { reasoning_tokens: 1000 } },
      { promptTokens: 16, completionTokens: 1300, totalTokens: 1316, reasoningTokens: 1000 },
    ],
    [
      'reasoning that only the total contains (Google)',
      { ...counts, total_tokens: 1316 },
      { promptTokens: 16, completionTokens: 1300, totalTokens: 1316, reasoningTokens: 1000 },
    ],
    [
      'the cost at the provider if the user brings its key (OpenRouter)',
      { ...counts, cost: 0.001, is_byok: true, cost_details: { upstream_inference_cost: 0.02 } },
      { ...usage, cost: 0.021 },
    ],
    [
      'the cost at the provider if both costs are texts (OpenRouter)',
      { ...counts, cost: '0.001', is_byok: true, cost_details: { upstream_inference_cost: '0.02' } },
      { ...usage, cost: 0.021 },
    ],
    [
      'the cost at the provider only once if OpenRouter pays it',
      { ...counts, cost: 0.02, is_byok: false, cost_details: { upstream_inference_cost: 0.02 } },
      { ...usage, cost: 0.02 },
    ],
  ] as const)
    it(`counts ${name}`, () => assert.deepEqual(readUsage(received, {}), expected));

  it('reads a cost that stands next to the usage object', () => {
    assert.deepEqual(readUsage(counts, { usage: counts, cost: 0.5 }), { ...usage, cost: 0.5 });
  });

  for (const absurd of [-1, 1.5, 1e9 + 1, 1e300, '300', NaN, Infinity, null, true, {}, [3]]) {
    it(`leaves out the count ${inspect(absurd)} and keeps the other counts`, () => {
      const details = { cached_tokens: absurd, reasoning_tokens: absurd };
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

  it('reads a count from another field if the first field has an impossible value', () => {
    const fields = { prompt_tokens_details: { cached_tokens: -1 }, prompt_cache_hit_tokens: 8 };
    assert.equal(readUsage({ ...counts, ...fields }, {})?.cachedTokens, 8);
  });

  it('reads a cost even if the token counts are missing', () => {
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
