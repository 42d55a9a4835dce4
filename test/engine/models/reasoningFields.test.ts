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

/** The request fields for a chosen level, with the facts of the table. `sent` is the level that replaces the chosen one. */
const cases: readonly {
  readonly baseUrl: string;
  readonly model: string;
  readonly chosen: ReasoningEffort;
  readonly fields: Fields;
  readonly sent?: ReasoningEffort;
}[] = [
  { baseUrl: relay, model: 'unknown', chosen: 'max', fields: { reasoning_effort: 'max' } },
  { baseUrl: relay, model: 'unknown', chosen: 'none', fields: { reasoning_effort: 'none' } },
  { baseUrl: relay, model: 'gpt-4o', chosen: 'high', fields: { reasoning_effort: 'high' } },
  { baseUrl: relay, model: 'gpt-5.2', chosen: 'none', fields: { reasoning_effort: 'none' } },
  { baseUrl: relay, model: 'gpt-5', chosen: 'xhigh', fields: { reasoning_effort: 'high' }, sent: 'high' },
  { baseUrl: relay, model: 'gpt-5', chosen: 'none', fields: { reasoning_effort: 'minimal' }, sent: 'minimal' },
  {
    baseUrl: relay,
    model: 'mistral-small-latest',
    chosen: 'minimal',
    fields: { reasoning_effort: 'high' },
    sent: 'high',
  },
  { baseUrl: relay, model: 'gemini-3-pro', chosen: 'medium', fields: { reasoning_effort: 'low' }, sent: 'low' },
  { baseUrl: relay, model: 'claude-opus-4-6', chosen: 'minimal', fields: { reasoning_effort: 'low' }, sent: 'low' },
  { baseUrl: relay, model: 'claude-sonnet-4-5', chosen: 'high', fields: { reasoning_effort: 'high' } },
  { baseUrl: relay, model: 'claude-sonnet-4-5', chosen: 'none', fields: {} },
  { baseUrl: relay, model: 'claude-opus-4-6', chosen: 'none', fields: {} },
  { baseUrl: relay, model: 'claude-sonnet-5', chosen: 'none', fields: { reasoning_effort: 'none' } },
  { baseUrl: relay, model: 'deepseek-v4-pro', chosen: 'low', fields: { reasoning_effort: 'high' }, sent: 'high' },
  { baseUrl: relay, model: 'kimi-k2.5', chosen: 'low', fields: { reasoning_effort: 'low' } },
  { baseUrl: relay, model: 'Qwen/Qwen3-32B', chosen: 'high', fields: { enable_thinking: true, thinking_budget: 6554 } },
  { baseUrl: relay, model: 'qwen3-32b', chosen: 'none', fields: { enable_thinking: false } },
  { baseUrl: relay, model: 'hunyuan-new', chosen: 'max', fields: { enable_thinking: true, thinking_budget: 32_768 } },
  { baseUrl: 'http://localhost:11434/v1', model: 'qwen3:8b', chosen: 'high', fields: { reasoning_effort: 'high' } },
  { baseUrl: 'http://127.0.0.1:1234/v1', model: 'qwen3-8b', chosen: 'low', fields: { reasoning_effort: 'low' } },
  {
    baseUrl: 'https://openrouter.ai.other.test/v1',
    model: 'unknown',
    chosen: 'low',
    fields: { reasoning_effort: 'low' },
  },
  { baseUrl: 'https://notopenrouter.ai/v1', model: 'unknown', chosen: 'low', fields: { reasoning_effort: 'low' } },
  { baseUrl: openRouter, model: 'openai/gpt-5', chosen: 'low', fields: { reasoning: { effort: 'low' } } },
  {
    baseUrl: openRouter,
    model: 'openai/gpt-5',
    chosen: 'none',
    fields: { reasoning: { effort: 'minimal' } },
    sent: 'minimal',
  },
  {
    baseUrl: openRouter,
    model: 'anthropic/claude-opus-4.6',
    chosen: 'none',
    fields: { reasoning: { enabled: false } },
  },
  { baseUrl: openRouter, model: 'unknown', chosen: 'none', fields: { reasoning: { enabled: false } } },
  {
    baseUrl: deepSeek,
    model: 'deepseek-v4-pro',
    chosen: 'medium',
    fields: { thinking: on, reasoning_effort: 'high' },
    sent: 'high',
  },
  { baseUrl: deepSeek, model: 'deepseek-v4-flash', chosen: 'max', fields: { thinking: on, reasoning_effort: 'max' } },
  { baseUrl: deepSeek, model: 'deepseek-v4-pro', chosen: 'none', fields: { thinking: off } },
  { baseUrl: zhipu, model: 'glm-4.6', chosen: 'low', fields: { thinking: on } },
  {
    baseUrl: zhipu,
    model: 'glm-5.2',
    chosen: 'xhigh',
    fields: { thinking: on, reasoning_effort: 'high' },
    sent: 'high',
  },
  { baseUrl: 'https://api.z.ai/api/paas/v4', model: 'glm-5.2', chosen: 'none', fields: { thinking: off } },
  { baseUrl: 'https://api.moonshot.cn/v1', model: 'kimi-k2.6', chosen: 'max', fields: { thinking: on } },
  { baseUrl: 'https://api.xiaomimimo.com/v1', model: 'mimo-v2-pro', chosen: 'none', fields: { thinking: off } },
  {
    baseUrl: 'https://ark.cn-beijing.volces.com/api/v3',
    model: 'doubao-seed-1-6',
    chosen: 'high',
    fields: { thinking: on },
  },
  {
    baseUrl: anthropic,
    model: 'claude-sonnet-4-5',
    chosen: 'medium',
    fields: { thinking: { type: 'enabled', budget_tokens: 16_000 } },
  },
  {
    baseUrl: anthropic,
    model: 'claude-sonnet-4-5',
    chosen: 'minimal',
    fields: { thinking: { type: 'enabled', budget_tokens: 3200 } },
  },
  { baseUrl: anthropic, model: 'claude-opus-4-8', chosen: 'high', fields: { thinking: { type: 'adaptive' } } },
  { baseUrl: anthropic, model: 'claude-sonnet-4-5', chosen: 'none', fields: {} },
  { baseUrl: anthropic, model: 'claude-sonnet-5', chosen: 'none', fields: { thinking: off } },
  { baseUrl: dashScope, model: 'qwen3.7-max', chosen: 'low', fields: { enable_thinking: true, thinking_budget: 6554 } },
  {
    baseUrl: dashScope,
    model: 'qwen3.7-max',
    chosen: 'xhigh',
    fields: { enable_thinking: true, thinking_budget: 31_130 },
  },
  { baseUrl: siliconFlow, model: 'zai-org/GLM-4.6', chosen: 'high', fields: { enable_thinking: true } },
  {
    baseUrl: siliconFlow,
    model: 'deepseek-ai/DeepSeek-V4-Pro',
    chosen: 'max',
    fields: { enable_thinking: true, thinking_budget: 32_768 },
  },
  {
    baseUrl: 'https://api.hunyuan.cloud.tencent.com/v1',
    model: 'any',
    chosen: 'none',
    fields: { enable_thinking: false },
  },
  {
    baseUrl: nim,
    model: 'qwen/qwen3-32b',
    chosen: 'minimal',
    fields: { chat_template_kwargs: { enable_thinking: true, thinking_budget: 819 } },
  },
  {
    baseUrl: nim,
    model: 'deepseek-ai/deepseek-v3.2',
    chosen: 'none',
    fields: { chat_template_kwargs: { thinking: false } },
  },
  { baseUrl: nim, model: 'openai/gpt-oss-120b', chosen: 'low', fields: { reasoning_effort: 'low' } },
  {
    baseUrl: together,
    model: 'openai/gpt-5.2',
    chosen: 'xhigh',
    fields: { reasoning: { enabled: true }, reasoning_effort: 'high' },
    sent: 'high',
  },
  { baseUrl: together, model: 'any', chosen: 'none', fields: { reasoning: { enabled: false } } },
  { baseUrl: 'https://api.cerebras.ai/v1', model: 'any', chosen: 'none', fields: { disable_reasoning: true } },
  { baseUrl: 'https://api.cerebras.ai/v1', model: 'any', chosen: 'low', fields: { reasoning_effort: 'low' } },
  { baseUrl: gemini, model: 'gemini-2.5-flash', chosen: 'none', fields: geminiBudget(0) },
  { baseUrl: gemini, model: 'models/gemini-2.5-flash', chosen: 'medium', fields: geminiBudget(12_288) },
  { baseUrl: gemini, model: 'gemini-2.5-pro', chosen: 'none', fields: geminiBudget(128) },
  { baseUrl: gemini, model: 'gemini-2.5-flash-lite', chosen: 'none', fields: geminiBudget(0) },
  { baseUrl: gemini, model: 'gemini-3-flash-preview', chosen: 'minimal', fields: { reasoning_effort: 'minimal' } },
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
  for (const { baseUrl, model, chosen, fields, sent = chosen } of cases) {
    it(`are ${JSON.stringify(fields)} for the effort "${chosen}", the model ${model} and the gateway ${new URL(baseUrl).host}`, () => {
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

  it('omit a field that the user has set for the model', () => {
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

  it('is left out after the gateway has also refused every other level', () => {
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

  it('is recognized by the refused parameter', () => {
    assert.deepEqual(effortsAfter([['reasoning', list]], { baseUrl: openRouter }), ['high']);
    assert.deepEqual(effortsAfter([['thinking_budget', 'high']], { baseUrl: nim }), [undefined]);
  });

  it('is left out even if the error message uses another name for the parameter', () => {
    const options = { baseUrl: openRouter, chosen: 'none' } as const;
    assert.deepEqual(effortsAfter([['reasoning_effort', 'Reasoning is mandatory, such as high.']], options), [
      undefined,
    ]);
  });

  it('does not affect other levels', () => {
    const learned: LearnedEfforts = { refused: new Set() };
    const target = { baseUrl: together, model: 'unknown', learned };
    const { fields } = reasoningFields('low', target);
    learnRefusal(learned, fields, 'low', { parameter: 'reasoning', detail: '' });
    assert.deepEqual(reasoningFields('low', target), { fields: { reasoning_effort: 'low' }, effort: 'low' });
    assert.deepEqual(Object.keys(reasoningFields('high', target).fields), ['reasoning', 'reasoning_effort']);
  });
});

describe('refusal of a parameter other than the reasoning effort', () => {
  it('is not recorded as a refusal of the effort', () => {
    const learned: LearnedEfforts = { refused: new Set() };
    const refused = { parameter: 'temperature', detail: 'high' };
    assert.equal(learnRefusal(learned, { reasoning_effort: 'low' }, 'low', refused), false);
    assert.deepEqual(learned, { refused: new Set() });
  });
});
