import assert from 'node:assert/strict';
import { factsOf, type ModelFacts } from '../../../src/engine/models/modelFacts';
import { learnRefusal, reasoningFields, type LearnedEfforts } from '../../../src/engine/models/reasoningFields';
import type { ReasoningEffort } from '../../../src/engine/request';

type Fields = Readonly<Record<string, unknown>>;

const relay = 'https://api.holysheep.ai/v1';
const openRouter = 'https://openrouter.ai/api/v1';
const deepSeek = 'https://api.deepseek.com';
const zhipu = 'https://open.bigmodel.cn/api/paas/v4';
const anthropic = 'https://api.anthropic.com/v1';
const dashScope = 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1';
const siliconFlow = 'https://api.siliconflow.cn/v1';
const nim = 'https://integrate.api.nvidia.com/v1';
const together = 'https://api.together.xyz/v1';
const gemini = 'https://generativelanguage.googleapis.com/v1beta/openai';
const on = { type: 'enabled' };
const off = { type: 'disabled' };

function geminiBudget(tokens: number): Fields {
  return { extra_body: { google: { thinking_config: { thinking_budget: tokens } } } };
}

/** The fields for a level, with the facts of the table. The last column is the level that is sent in place of it. */
const cases: readonly (readonly [string, string, ReasoningEffort, Fields, ReasoningEffort?])[] = [
  [relay, 'unknown', 'max', { reasoning_effort: 'max' }],
  [relay, 'unknown', 'none', { reasoning_effort: 'none' }],
  [relay, 'gpt-4o', 'high', { reasoning_effort: 'high' }],
  [relay, 'gpt-5.2', 'none', { reasoning_effort: 'none' }],
  [relay, 'gpt-5', 'xhigh', { reasoning_effort: 'high' }, 'high'],
  [relay, 'gpt-5', 'none', { reasoning_effort: 'minimal' }, 'minimal'],
  [relay, 'mistral-small-latest', 'minimal', { reasoning_effort: 'high' }, 'high'],
  [relay, 'gemini-3-pro', 'medium', { reasoning_effort: 'low' }, 'low'],
  [relay, 'claude-opus-4-6', 'minimal', { reasoning_effort: 'low' }, 'low'],
  [relay, 'claude-sonnet-4-5', 'high', { reasoning_effort: 'high' }],
  [relay, 'claude-sonnet-4-5', 'none', {}],
  [relay, 'claude-opus-4-6', 'none', {}],
  [relay, 'claude-sonnet-5', 'none', { reasoning_effort: 'none' }],
  [relay, 'deepseek-v4-pro', 'low', { reasoning_effort: 'high' }, 'high'],
  [relay, 'kimi-k2.5', 'low', { reasoning_effort: 'low' }],
  [relay, 'Qwen/Qwen3-32B', 'high', { enable_thinking: true, thinking_budget: 6554 }],
  [relay, 'qwen3-32b', 'none', { enable_thinking: false }],
  [relay, 'hunyuan-new', 'max', { enable_thinking: true, thinking_budget: 32_768 }],
  ['http://localhost:11434/v1', 'qwen3:8b', 'high', { reasoning_effort: 'high' }],
  ['http://127.0.0.1:1234/v1', 'qwen3-8b', 'low', { reasoning_effort: 'low' }],
  ['https://openrouter.ai.other.test/v1', 'unknown', 'low', { reasoning_effort: 'low' }],
  ['https://notopenrouter.ai/v1', 'unknown', 'low', { reasoning_effort: 'low' }],
  [openRouter, 'openai/gpt-5', 'low', { reasoning: { effort: 'low' } }],
  [openRouter, 'openai/gpt-5', 'none', { reasoning: { effort: 'minimal' } }, 'minimal'],
  [openRouter, 'anthropic/claude-opus-4.6', 'none', { reasoning: { enabled: false } }],
  [openRouter, 'unknown', 'none', { reasoning: { enabled: false } }],
  [deepSeek, 'deepseek-v4-pro', 'medium', { thinking: on, reasoning_effort: 'high' }, 'high'],
  [deepSeek, 'deepseek-v4-flash', 'max', { thinking: on, reasoning_effort: 'max' }],
  [deepSeek, 'deepseek-v4-pro', 'none', { thinking: off }],
  [zhipu, 'glm-4.6', 'low', { thinking: on }],
  [zhipu, 'glm-5.2', 'xhigh', { thinking: on, reasoning_effort: 'high' }, 'high'],
  ['https://api.z.ai/api/paas/v4', 'glm-5.2', 'none', { thinking: off }],
  ['https://api.moonshot.cn/v1', 'kimi-k2.6', 'max', { thinking: on }],
  ['https://api.xiaomimimo.com/v1', 'mimo-v2-pro', 'none', { thinking: off }],
  ['https://ark.cn-beijing.volces.com/api/v3', 'doubao-seed-1-6', 'high', { thinking: on }],
  [anthropic, 'claude-sonnet-4-5', 'medium', { thinking: { type: 'enabled', budget_tokens: 16_000 } }],
  [anthropic, 'claude-sonnet-4-5', 'minimal', { thinking: { type: 'enabled', budget_tokens: 3200 } }],
  [anthropic, 'claude-opus-4-8', 'high', { thinking: { type: 'adaptive' } }],
  [anthropic, 'claude-sonnet-4-5', 'none', {}],
  [anthropic, 'claude-sonnet-5', 'none', { thinking: off }],
  [dashScope, 'qwen3.7-max', 'low', { enable_thinking: true, thinking_budget: 6554 }],
  [dashScope, 'qwen3.7-max', 'xhigh', { enable_thinking: true, thinking_budget: 31_130 }],
  [siliconFlow, 'zai-org/GLM-4.6', 'high', { enable_thinking: true }],
  [siliconFlow, 'deepseek-ai/DeepSeek-V4-Pro', 'max', { enable_thinking: true, thinking_budget: 32_768 }],
  ['https://api.hunyuan.cloud.tencent.com/v1', 'any', 'none', { enable_thinking: false }],
  [nim, 'qwen/qwen3-32b', 'minimal', { chat_template_kwargs: { enable_thinking: true, thinking_budget: 819 } }],
  [nim, 'deepseek-ai/deepseek-v3.2', 'none', { chat_template_kwargs: { thinking: false } }],
  [nim, 'openai/gpt-oss-120b', 'low', { reasoning_effort: 'low' }],
  [together, 'openai/gpt-5.2', 'xhigh', { reasoning: { enabled: true }, reasoning_effort: 'high' }, 'high'],
  [together, 'any', 'none', { reasoning: { enabled: false } }],
  ['https://api.cerebras.ai/v1', 'any', 'none', { disable_reasoning: true }],
  ['https://api.cerebras.ai/v1', 'any', 'low', { reasoning_effort: 'low' }],
  [gemini, 'gemini-2.5-flash', 'none', geminiBudget(0)],
  [gemini, 'models/gemini-2.5-flash', 'medium', geminiBudget(12_288)],
  [gemini, 'gemini-2.5-pro', 'none', geminiBudget(128)],
  [gemini, 'gemini-2.5-flash-lite', 'none', geminiBudget(0)],
  [gemini, 'gemini-3-flash-preview', 'minimal', { reasoning_effort: 'minimal' }],
];

const formats: readonly (readonly [NonNullable<ModelFacts['reasoningFormat']>, Fields])[] = [
  ['reasoning_effort', { reasoning_effort: 'low' }],
  ['reasoning', { reasoning: { effort: 'low' } }],
  ['thinking', { thinking: on }],
  ['enable_thinking', { enable_thinking: true, thinking_budget: 6554 }],
  ['chat_template_kwargs', { chat_template_kwargs: { enable_thinking: true, thinking_budget: 6554 } }],
  ['none', {}],
];

describe('request fields for a reasoning effort', () => {
  for (const [baseUrl, model, chosen, fields, sent = chosen] of cases) {
    it(`are ${JSON.stringify(fields)} for ${chosen} with ${model} at ${new URL(baseUrl).host}`, () => {
      const effort = Object.keys(fields).length === 0 ? undefined : sent;
      assert.deepEqual(reasoningFields(chosen, { baseUrl, model, facts: factsOf(model) }), { fields, effort });
    });
  }

  for (const [reasoningFormat, fields] of formats) {
    it(`have the format ${reasoningFormat} that the user has chosen, at any gateway`, () => {
      const target = { baseUrl: together, model: 'qwen', facts: { reasoningFormat } };
      assert.deepEqual(reasoningFields('low', target).fields, fields);
    });
  }

  it('are empty when no effort is chosen', () =>
    assert.deepEqual(reasoningFields(undefined, { baseUrl: relay, model: 'gpt-5' }), { fields: {} }));

  for (const [maxTokens, budgets] of [
    [60_000, [6000, 24_000]],
    [4096, [1024, 1638]],
  ] as const) {
    it(`contain a budget that leaves half of the user's limit of ${maxTokens} tokens for the answer`, () => {
      const target = { baseUrl: anthropic, model: 'claude-sonnet-4-5', facts: factsOf('claude-sonnet-4-5'), maxTokens };
      const fields = (['low', 'high'] as const).map((level) => reasoningFields(level, target).fields);
      assert.deepEqual(
        fields,
        budgets.map((tokens) => ({ thinking: { ...on, budget_tokens: tokens } })),
      );
    });
  }

  it("do not include a field that the user sets in the model's settings", () => {
    const facts = { efforts: ['low', 'high'] as const, extraBody: { thinking: { type: 'auto' } } };
    const expected = { fields: { reasoning_effort: 'low' }, effort: 'low' };
    assert.deepEqual(reasoningFields('low', { baseUrl: zhipu, model: 'glm', facts }), expected);
  });
});

/** Returns the efforts of the requests that follow, while the gateway refuses each with the next error. */
function effortsAfter(
  errors: readonly (readonly [parameter: string, detail: string])[],
  { chosen = 'xhigh', baseUrl = relay }: { readonly chosen?: ReasoningEffort; readonly baseUrl?: string } = {},
): readonly unknown[] {
  const learned: LearnedEfforts = { refused: new Set() };
  const target = { baseUrl, model: 'unknown', learned };
  return errors.map(([parameter, detail]) => {
    const { fields, effort = assert.fail('nothing was sent') } = reasoningFields(chosen, target);
    assert.equal(learnRefusal(learned, fields, effort, { parameter, detail }), true, detail);
    const next = reasoningFields(chosen, target);
    assert.notDeepEqual(next.fields, fields);
    assert.equal(next.refusedEffort, chosen);
    return next.effort;
  });
}

describe('reasoning effort that the gateway refuses', () => {
  const list = "Supported values are: 'low', 'medium', and 'high'.";
  const refusal = "Unsupported value: 'reasoning_effort' does not support 'xhigh' with this model.";

  it('is replaced by the nearest level that the gateway names', () =>
    assert.deepEqual(effortsAfter([['reasoning_effort', `${refusal} ${list}`]]), ['high']));

  it('is replaced by one named level after another, and left out once the gateway has refused all of them', () => {
    const error = ['reasoning_effort', `Must be one of "none", "low", "high", "xhigh".`] as const;
    assert.deepEqual(effortsAfter([error, error, error]), ['high', 'low', undefined]);
  });

  it('is left out if the gateway names no other level', () =>
    assert.deepEqual(effortsAfter([['reasoning_effort', refusal]]), [undefined]));

  for (const detail of [
    "'low' is not supported at high load.",
    "This model doesn't currently support 'low' because of its high demand.",
    '不支持 low，因为当前处于 high 负载',
  ])
    it(`is not replaced by a word that names no level: ${detail}`, () =>
      assert.deepEqual(effortsAfter([['reasoning_effort', detail]], { chosen: 'low' }), [undefined]));

  for (const detail of [
    'Only supports medium and high.',
    'low 无效，仅支持 medium、high',
    'Must be one of: medium, high',
  ])
    it(`is replaced by a level of a list without quotes: ${detail}`, () =>
      assert.deepEqual(effortsAfter([['reasoning_effort', detail]], { chosen: 'low' }), ['medium']));

  it('is recognized when the gateway refuses the parameter that contains the effort', () => {
    assert.deepEqual(effortsAfter([['reasoning', list]], { baseUrl: openRouter }), ['high']);
    assert.deepEqual(effortsAfter([['thinking_budget', 'high']], { baseUrl: nim }), [undefined]);
  });

  it('is left out even if the error message names the parameter differently', () => {
    const options = { baseUrl: openRouter, chosen: 'none' } as const;
    assert.deepEqual(effortsAfter([['reasoning_effort', 'Reasoning is mandatory, such as high.']], options), [
      undefined,
    ]);
  });

  it('does not change how other levels and other fields are sent', () => {
    const learned: LearnedEfforts = { refused: new Set() };
    const target = { baseUrl: together, model: 'unknown', learned };
    const { fields } = reasoningFields('low', target);
    learnRefusal(learned, fields, 'low', { parameter: 'reasoning', detail: '' });
    assert.deepEqual(reasoningFields('low', target), { fields: { reasoning_effort: 'low' }, effort: 'low' });
    assert.deepEqual(Object.keys(reasoningFields('high', target).fields), ['reasoning', 'reasoning_effort']);
  });

  it('is not recorded when the gateway refuses a different parameter', () => {
    const learned: LearnedEfforts = { refused: new Set() };
    const refused = { parameter: 'temperature', detail: 'high' };
    assert.equal(learnRefusal(learned, { reasoning_effort: 'low' }, 'low', refused), false);
    assert.deepEqual(learned, { refused: new Set() });
  });
});
