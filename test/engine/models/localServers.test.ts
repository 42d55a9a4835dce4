import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { readLMStudioFacts, readOllamaContexts, readOllamaFacts } from '../../../src/engine/models/localServers';
import { propertyRuns } from '../../support/propertyRuns';

describe('facts of LM Studio', () => {
  const rows: readonly (readonly [name: string, entry: Record<string, unknown>, expected: unknown])[] = [
    [
      'a model that takes images and calls tools',
      { type: 'vlm', max_context_length: 32_768, capabilities: ['tool_use'] },
      { contextWindow: 32_768, images: true, tools: true, writesText: true },
    ],
    [
      'the context of a loaded model in place of its maximum',
      { type: 'llm', max_context_length: 131_072, loaded_context_length: 4096, capabilities: [] },
      { contextWindow: 4096, images: false, tools: false, writesText: true },
    ],
    ['an embedding model', { type: 'embeddings' }, { images: false, writesText: false }],
    ['nothing from absurd values', { type: 7, max_context_length: -1, capabilities: 'all' }, undefined],
  ];
  for (const [name, entry, expected] of rows) {
    it(`contain ${name}`, () =>
      assert.deepEqual(
        readLMStudioFacts({ data: [7, { type: 'llm' }, { id: '__proto__', ...entry }] }),
        new Map(expected === undefined ? [] : [['__proto__', expected]]),
      ));
  }

  it('are empty for the response of a different kind of server', () => {
    for (const body of [undefined, [], { models: [] }, { error: 'Unexpected endpoint' }])
      assert.equal(readLMStudioFacts(body).size, 0);
  });
});

describe('facts of Ollama', () => {
  const info = { 'general.architecture': 'qwen3', 'qwen3.block_count': 36, 'qwen3.context_length': 40_960 };
  const cuts = { cutsLongPrompts: true };
  const rows: readonly (readonly [name: string, body: unknown, running: number | undefined, expected: unknown])[] = [
    ['the context of a running model', { model_info: info, parameters: 'num_ctx 8192' }, 4096, { contextWindow: 4096 }],
    [
      'the context that the model sets',
      { model_info: info, parameters: 'stop  "num_ctx 1"\nnum_ctx                        8192\ntop_k 20' },
      undefined,
      { contextWindow: 8192 },
    ],
    ['else the maximum', { model_info: info }, undefined, { contextWindow: 40_960 }],
    [
      'the abilities of a model',
      { capabilities: ['completion', 'vision', 'thinking'] },
      undefined,
      { images: true, tools: false, reasons: true, writesText: true },
    ],
    [
      'that an embedding model writes no text',
      { capabilities: ['embedding'] },
      undefined,
      { images: false, tools: false, reasons: false, writesText: false },
    ],
  ];
  for (const [name, body, running, expected] of rows) {
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

  it('are empty for the response of a different kind of server', () => {
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
