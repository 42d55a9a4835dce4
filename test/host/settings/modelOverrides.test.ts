import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { readModelOverrides } from '../../../src/host/settings/modelOverrides';

/** An entry of the setting and the facts that it stands for. */
const entries: readonly (readonly [name: string, entry: unknown, facts: unknown])[] = [
  [
    'the limits, without the largest input of another context window',
    { contextWindow: 32_768, maxOutput: 4096, images: false },
    { contextWindow: 32_768, maxInput: undefined, maxOutput: 4096, images: false },
  ],
  [
    'that the model accepts no temperature',
    { temperature: false },
    { takesTemperature: false, omitsTemperature: true },
  ],
  ['that the model accepts a temperature', { temperature: true }, { takesTemperature: true, omitsTemperature: false }],
  [
    'the reasoning levels in ascending order, without unknown levels',
    { efforts: ['high', 'none', 'enormous', 3, 'low'] },
    { efforts: ['none', 'low', 'high'], reasoningToggle: undefined },
  ],
  ['the format of the reasoning effort', { reasoningFormat: 'thinking' }, { reasoningFormat: 'thinking' }],
  ['the price', { price: { input: 1, output: 2, cacheRead: 0 } }, { price: { input: 1, output: 2, cacheRead: 0 } }],
  ['a price without a price for cached tokens', { price: { input: 1, output: 2 } }, { price: { input: 1, output: 2 } }],
  ['further fields', { extraBody: { top_k: 20 } }, { extraBody: { top_k: 20 } }],
  ...[
    { contextWindow: 0 },
    { contextWindow: 1e9 },
    { contextWindow: '8192' },
    { maxOutput: 1.5 },
    { images: 'yes' },
    { temperature: 0 },
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
  ].map((entry) => [`nothing from ${inspect(entry)}`, entry, {}] as const),
];

describe('facts from the setting modelOverrides', () => {
  for (const [name, entry, facts] of entries) {
    it(`contain ${name}`, () => assert.deepEqual(readModelOverrides({ m: entry })(['m']), facts));
  }

  it('are undefined if the setting or its entry is not an object', () => {
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
