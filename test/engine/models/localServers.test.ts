import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { readLMStudioFacts, readOllamaContexts, readOllamaFacts } from '../../../src/engine/models/localServers';
import { propertyRuns } from '../../support/propertyRuns';

describe('facts of LM Studio', () => {
  const rows: readonly {
    readonly name: string;
    readonly entry: Record<string, unknown>;
    readonly expected: unknown;
  }[] = [
    {
      name: 'a model that takes images and calls tools',
      entry: { type: 'vlm', max_context_length: 32_768, capabilities: ['tool_use'] },
      expected: { contextWindow: 32_768, images: true, tools: true, writesText: true },
    },
    {
      name: 'the context of a loaded model in place of its maximum',
      entry: { type: 'llm', max_context_length: 131_072, loaded_context_length: 4096, capabilities: [] },
      expected: { contextWindow: 4096, images: false, tools: false, writesText: true },
    },
    { name: 'an embedding model', entry: { type: 'embeddings' }, expected: { images: false, writesText: false } },
    {
      name: 'nothing from impossible values',
      entry: { type: 7, max_context_length: -1, capabilities: 'all' },
      expected: undefined,
    },
  ];
  for (const { name, entry, expected } of rows) {
    it(`contain ${name}`, () =>
      assert.deepEqual(
        readLMStudioFacts({ data: [7, { type: 'llm' }, { id: '__proto__', ...entry }] }),
        new Map(expected === undefined ? [] : [['__proto__', expected]]),
      ));
  }

  it('are empty if the response comes from another kind of server', () => {
    for (const body of [undefined, [], { models: [] }, { error: 'Unexpected endpoint' }])
      assert.equal(readLMStudioFacts(body).size, 0);
  });
});

describe('facts of Ollama', () => {
  const info = { 'general.architecture': 'qwen3', 'qwen3.block_count': 36, 'qwen3.context_length': 40_960 };
  const cuts = { cutsLongPrompts: true };
  const rows: readonly {
    readonly name: string;
    readonly body: unknown;
    readonly running: number | undefined;
    readonly expected: unknown;
  }[] = [
    {
      name: 'the context of a running model',
      body: { model_info: info, parameters: 'num_ctx 8192' },
      running: 4096,
      expected: { contextWindow: 4096 },
    },
    {
      name: 'the context that the model sets',
      body: { model_info: info, parameters: 'stop  "num_ctx 1"\nnum_ctx                        8192\ntop_k 20' },
      running: undefined,
      expected: { contextWindow: 8192 },
    },
    {
      name: 'the maximum context window if no other context is known',
      body: { model_info: info },
      running: undefined,
      expected: { contextWindow: 40_960 },
    },
    {
      name: 'the abilities of a model',
      body: { capabilities: ['completion', 'vision', 'thinking'] },
      running: undefined,
      expected: { images: true, tools: false, reasons: true, writesText: true },
    },
    {
      name: 'that an embedding model writes no text',
      body: { capabilities: ['embedding'] },
      running: undefined,
      expected: { images: false, tools: false, reasons: false, writesText: false },
    },
  ];
  for (const { name, body, running, expected } of rows) {
    it(`contain ${name}`, () => assert.deepEqual(readOllamaFacts(body, running), { ...(expected as object), ...cuts }));
  }

  it('include the context windows of the running models', () => {
    const models = [{ name: 'qwen3:8b', context_length: 4096 }, 7, { name: '__proto__', context_length: 'much' }];
    const expected = new Map([
      ['qwen3:8b', 4096],
      ['__proto__', undefined],
    ]);
    assert.deepEqual(readOllamaContexts({ models }), expected);
    assert.equal(readOllamaContexts({ data: [] }), undefined);
  });

  it('are empty if the response comes from another kind of server', () => {
    for (const body of [undefined, 'text', [], {}, { error: 'model not found' }, { model_info: [], parameters: 7 }])
      assert.equal(readOllamaFacts(body, undefined), undefined);
  });
});

it('facts of a local server are read without an exception, whatever the JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('data', 'models', 'model_info'), (value, key) => {
      const body = { [key]: value };
      readLMStudioFacts(body);
      readOllamaContexts(body);
      readOllamaFacts(body, undefined);
    }),
    { numRuns: propertyRuns },
  );
});
