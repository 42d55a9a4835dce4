import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { readModelOverrides } from '../../../src/host/settings/modelOverrides';

/** An entry of the setting and the facts that it stands for. */
const entries: readonly { readonly name: string; readonly entry: unknown; readonly facts: unknown }[] = [
  {
    name: 'the limits, without the largest input of another context window',
    entry: { contextWindow: 32_768, maxOutput: 4096, images: false },
    facts: { contextWindow: 32_768, maxInput: undefined, maxOutput: 4096, images: false },
  },
  {
    name: 'that the model accepts no temperature',
    entry: { temperature: false },
    facts: { takesTemperature: false, omitsTemperature: true },
  },
  {
    name: 'that the model accepts a temperature',
    entry: { temperature: true },
    facts: { takesTemperature: true, omitsTemperature: false },
  },
  {
    name: 'the reasoning levels in ascending order, without unknown levels',
    entry: { efforts: ['high', 'none', 'enormous', 3, 'low'] },
    facts: { efforts: ['none', 'low', 'high'], reasoningToggle: undefined },
  },
  { name: 'that a prompt is never marked for caching', entry: { caching: false }, facts: { caching: undefined } },
  {
    name: 'the format of the reasoning effort',
    entry: { reasoningFormat: 'thinking' },
    facts: { reasoningFormat: 'thinking' },
  },
  {
    name: 'the price',
    entry: { price: { input: 1, output: 2, cacheRead: 0, cacheWrite: 1.25 } },
    facts: { price: { input: 1, output: 2, cacheRead: 0, cacheWrite: 1.25 } },
  },
  {
    name: 'a price without valid prices for the cache',
    entry: { price: { input: 1, output: 2, cacheWrite: -1 } },
    facts: { price: { input: 1, output: 2, cacheRead: undefined, cacheWrite: undefined } },
  },
  { name: 'further fields', entry: { extraBody: { top_k: 20 } }, facts: { extraBody: { top_k: 20 } } },
  ...[
    { contextWindow: 0 },
    { contextWindow: 1e9 },
    { contextWindow: '8192' },
    { maxOutput: 1.5 },
    { images: 'yes' },
    { temperature: 0 },
    { caching: true },
    { efforts: ['enormous'] },
    { efforts: 'low' },
    { reasoningFormat: 'thought' },
    { reasoningFormat: 'toString' },
    { price: { input: 1 } },
    { price: { input: -1, output: 1 } },
    { price: { input: 1, output: 1e5 } },
    { price: 3 },
    { extraBody: [1] },
    { extraBody: 'top_k' },
  ].map((entry) => ({ name: `nothing from ${inspect(entry)}`, entry, facts: {} })),
];

describe('facts from the setting modelOverrides', () => {
  for (const { name, entry, facts } of entries) {
    it(`contain ${name}`, () => assert.deepEqual(readModelOverrides({ m: entry })(['m']), facts));
  }

  it('are undefined if the setting is not an object', () => {
    for (const value of [undefined, null, 'm', ['m'], { m: null }, { m: ['x'] }, { ' ': {} }])
      assert.equal(readModelOverrides(value)(['m', '', ' ']), undefined);
  });

  const overrides = readModelOverrides({
    '*': { maxOutput: 1 },
    'qwen*': { maxOutput: 2 },
    'qwen*coder*': { maxOutput: 3 },
    'Qwen/Qwen3.5': { maxOutput: 4 },
    'qwen-exact': { maxOutput: 5 },
    ' a+b ': { maxOutput: 6 },
    ...(JSON.parse('{"__proto__": {"maxOutput": 7}}') as object),
  });
  for (const [names, maxOutput] of [
    [['gpt-4o'], 1],
    [['qwen-max'], 2],
    [['qwen3-coder-plus'], 3],
    [['qwen3-coder'], 3],
    [['Qwen3-Coder'], 3],
    [['a-qwen-max'], 1],
    [['qwen/qwen3.5'], 4],
    [['qwen/qwen3x5'], 2],
    [['my-name', 'qwen-exact'], 5],
    [['qwen3-coder', 'qwen-exact'], 5],
    [['my-name', 'qwen3-coder'], 3],
    [['a+b'], 6],
    [['aab'], 1],
    [['constructor'], 1],
    [['__proto__'], 7],
  ] as const) {
    it(`for a model named ${names.join(' or ')} come from entry ${maxOutput}`, () =>
      assert.equal(overrides(names)?.maxOutput, maxOutput));
  }
});
