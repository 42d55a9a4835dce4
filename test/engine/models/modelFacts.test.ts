import assert from 'node:assert/strict';
import fc from 'fast-check';
import { factsOf, plainName, readTable } from '../../../src/engine/models/modelFacts';
import table from '../../../src/engine/models/models.json';
import { propertyRuns } from '../../support/propertyRuns';

const names = table.groups.flatMap(({ models }) => models.map(({ name }) => name));

/** Spellings that gateways use, each with the model that it means. */
const spellings: readonly (readonly [spelling: string, model: string])[] = [
  ['anthropic/claude-sonnet-4.6', 'claude-sonnet-4-6'],
  ['openrouter/anthropic/claude-opus-4.5', 'claude-opus-4-5'],
  ['models/gemini-2.5-pro', 'gemini-2.5-pro'],
  ['accounts/fireworks/models/deepseek-v3', 'deepseek-v3'],
  ['Pro/deepseek-ai/DeepSeek-V3', 'deepseek-v3'],
  ['us.anthropic.claude-sonnet-4-20250514-v1:0', 'claude-sonnet-4-20250514'],
  ['azure/gpt-4o', 'gpt-4o'],
  ['openai:gpt-4o', 'gpt-4o'],
  ['[provider]gpt-4o', 'gpt-4o'],
  ['【官方】gpt-4o', 'gpt-4o'],
  ['claude-opus-4.8', 'claude-opus-4-8'],
  ['gpt-4-1', 'gpt-4.1'],
  ['claude_sonnet_4_5', 'claude-sonnet-4-5'],
  [' Claude  Sonnet 4.5', 'claude-sonnet-4-5'],
  ['minimax-m2', 'MiniMax-M2'],
  ['claude-4-sonnet', 'claude-sonnet-4-0'],
  ['claude-sonnet-3.7', 'claude-3-7-sonnet-20250219'],
  ['claude-sonnet-4.5-20250929', 'claude-sonnet-4-5'],
  ['claude-opus-4@20250514', 'claude-opus-4-20250514'],
  ['gpt-5-2025-08-07', 'gpt-5'],
  ['gpt-5-mini-2025-08-07', 'gpt-5-mini'],
  ['deepseek-r1-0528', 'deepseek-r1'],
  ['deepseek-r1-250528', 'deepseek-r1'],
  ['gpt-3.5-turbo-1106', 'gpt-3.5-turbo'],
  ['gemini-2.5-pro-preview-05-06', 'gemini-2.5-pro'],
  ['gemini-2.5-flash-preview-09-2025', 'gemini-2.5-flash'],
  ['gemini-2.0-flash-001', 'gemini-2.0-flash'],
  ['claude-sonnet-4-5-latest', 'claude-sonnet-4-5'],
  ['gpt-5-chat', 'gpt-5-chat-latest'],
  ['gemini-3-pro', 'gemini-3-pro-preview'],
  ['deepseek/deepseek-r1:free', 'deepseek-r1'],
  ['anthropic/claude-3.5-sonnet:beta', 'claude-3-5-sonnet-20241022'],
  ['anthropic/claude-3.7-sonnet:thinking', 'claude-3-7-sonnet-20250219'],
  ['claude-sonnet-4-5-20250929-thinking', 'claude-sonnet-4-5'],
  ['o3-mini-high', 'o3-mini'],
  ['deepseek-r1-fp8', 'deepseek-r1'],
  ['qwen3:8b', 'qwen3-8b'],
];

/** Names that look like a model of the table and are not one. */
const unknown: readonly string[] = `
  my-gpt-4o-finetune ft:gpt-4o:org ft:gpt-4o-2024-08-06:org::id gpt-4o-audio-preview deepseek-r1-distill-qwen-7b
  deepseek-r1-0528-qwen3-8b deepseek-v3.1 qwen3-4b qwen3-235b-a22b-thinking-2507 qwen-plus-2024-11-27
  mistral-large-2407 gpt-4o-thinking gemini-2.0-flash-thinking-exp-01-21 claude gpt latest anthropic/ 🐑
`
  .trim()
  .split(/\s+/)
  .concat('', `${'gpt-4o/'.repeat(1000)}gpt-4o`);

describe('lookup of model facts', () => {
  it('finds every model of the built-in table by its name', () => {
    assert.ok(names.length > 280);
    assert.deepEqual(
      names.filter((name) => !factsOf(name)?.vendor),
      [],
    );
  });

  it('returns the same facts for every spelling of a model name', () => {
    const prefix = fc.constantFrom('', 'vendor/', 'us.vendor.', '[provider]', 'Pro/vendor/', '[provider]vendor/');
    const separators = fc.constantFrom<(name: string) => string>(
      (name) => name,
      (name) => name.toUpperCase(),
      (name) => name.replaceAll('.', '-'),
      (name) => name.replaceAll('-', '_'),
      (name) => name.replaceAll('-', ' '),
    );
    const suffix = fc.constantFrom('', ':free', ':beta', '-latest', '-preview', '-fp8', '-v1:0');
    fc.assert(
      fc.property(fc.constantFrom(...names), prefix, separators, suffix, (name, before, change, after) => {
        // The preview of a model may be a model of its own, such as `o1-preview`.
        fc.pre(!names.includes(`${name}${after}`) || after === '');
        const spelling = `${before}${change(name)}${after}`;
        assert.deepEqual(factsOf(spelling), factsOf(name), spelling);
      }),
      { numRuns: propertyRuns },
    );
  });

  for (const [spelling, model] of spellings) {
    it(`finds ${model} by the name ${spelling}`, () => {
      assert.ok(factsOf(model));
      assert.deepEqual(factsOf(spelling), factsOf(model));
    });
  }

  for (const model of unknown) {
    it(`does not guess what "${model.slice(0, 50)}" is`, () => assert.equal(factsOf(model), undefined));
  }

  it('distinguishes models whose names begin with the same characters', () => {
    const similar = ['gpt-4o', 'gpt-4o-mini', 'gpt-5', 'gpt-5-codex', 'claude-sonnet-4', 'claude-sonnet-4-5'];
    assert.equal(new Set(similar.map(factsOf)).size, similar.length);
    assert.notEqual(factsOf('o1-preview'), factsOf('o1'));
    assert.notEqual(factsOf('gpt-4-1106-preview'), factsOf('gpt-4'));
  });

  it('uses a table whose model names have no prefixes or suffixes', () => {
    for (const name of readTable().keys()) assert.equal(plainName(name), name);
  });

  it('finds the first of several models whose names have different suffixes', () => {
    const facts = readTable();
    for (const [shared, first] of [
      ['claude-opus-4', 'claude-opus-4-0'],
      ['kimi-k2', 'kimi-k2-0905-preview'],
    ] as const)
      assert.equal(facts.get(shared), facts.get(first) ?? assert.fail());
    assert.equal(facts.get('north-mini-code-1'), undefined);
  });

  it('returns all facts of a model', () => {
    const facts = readTable();
    assert.deepEqual(facts.get('gpt-5'), {
      contextWindow: 400_000,
      maxInput: 272_000,
      maxOutput: 128_000,
      images: true,
      tools: true,
      reasons: true,
      takesTemperature: false,
      efforts: ['minimal', 'low', 'medium', 'high'],
      price: { input: 1.25, output: 10, cacheRead: 0.125, cacheWrite: undefined },
      family: 'gpt',
      vendor: 'openai',
    });
    assert.deepEqual(facts.get('deepseek-v3'), {
      contextWindow: 128_000,
      maxInput: undefined,
      maxOutput: 8192,
      images: false,
      tools: true,
      reasons: false,
      takesTemperature: true,
      price: undefined,
      family: 'deepseek',
      vendor: 'deepseek',
    });
  });

  it('returns the reasoning controls that a model has', () => {
    const reasoningOf = (name: string): readonly unknown[] => {
      const { efforts, reasoningToggle, reasoningBudget } = readTable().get(name) ?? assert.fail();
      return [efforts, reasoningToggle, reasoningBudget];
    };
    const max = ['low', 'medium', 'high', 'xhigh', 'max'];
    assert.deepEqual(reasoningOf('gpt-5-2'), [['none', 'low', 'medium', 'high', 'xhigh'], undefined, undefined]);
    assert.deepEqual(reasoningOf('claude-sonnet-5'), [max, true, undefined]);
    assert.deepEqual(reasoningOf('gemini-2-5-flash'), [undefined, true, { min: 0, max: 24_576 }]);
    assert.deepEqual(reasoningOf('claude-sonnet-4-5'), [undefined, undefined, { min: 1024, max: undefined }]);
    assert.deepEqual(reasoningOf('gpt-4o'), [undefined, undefined, undefined]);
  });

  for (const model of ['claude-opus-4', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'anthropic/claude-haiku-4.5'])
    it(`says that "${model}" caches only marked prompts`, () => assert.equal(factsOf(model)?.caching, 'explicit'));

  it('returns 1.25 times the input price as the price of cache writes for Claude models', () => {
    for (const { name, input, cacheWrite } of [
      { name: 'claude-opus-4-8', input: 5, cacheWrite: 6.25 },
      { name: 'anthropic/claude-sonnet-4', input: 3, cacheWrite: 3.75 },
    ]) {
      const { price } = factsOf(name) ?? {};
      assert.deepEqual([price?.input, price?.cacheWrite], [input, cacheWrite]);
    }
  });

  for (const model of ['gpt-5', 'gemini-2.5-flash', 'deepseek-v3'])
    it(`says nothing about the caching of "${model}"`, () => assert.equal(factsOf(model)?.caching, undefined));

  it("returns facts even for a model that has no limits and can't call tools", () => {
    const { contextWindow, maxOutput, tools } = readTable().get('gpt-image-1-5') ?? assert.fail();
    assert.deepEqual([contextWindow, maxOutput, tools], [undefined, undefined, false]);
  });
});
