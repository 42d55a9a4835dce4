import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { defaultModels, isUsableModelId, parseModelList } from '../../../src/engine/gateway/modelList';
import { propertyRuns } from '../../support/propertyRuns';

const lists: readonly {
  readonly name: string;
  readonly body: unknown;
  readonly expected: readonly string[] | undefined;
}[] = [
  { name: 'the format of OpenAI', body: { object: 'list', data: [{ id: 'b' }, { id: 'a' }] }, expected: ['a', 'b'] },
  { name: 'a bare array', body: [{ id: 'gpt-4o' }], expected: ['gpt-4o'] },
  { name: 'a field named models', body: { models: [{ id: 'm' }] }, expected: ['m'] },
  { name: 'IDs as plain strings', body: ['x', 'y'], expected: ['x', 'y'] },
  { name: 'duplicate IDs only once', body: { data: [{ id: 'a' }, { id: 'a' }, { id: ' a ' }] }, expected: ['a'] },
  {
    name: 'only the valid entry among invalid ones',
    body: { data: [null, 3, {}, { id: 7 }, { id: '' }, { id: '  ' }, [], { id: 'ok' }] },
    expected: ['ok'],
  },
  {
    name: 'only the other model when an ID has a control character',
    body: { data: [{ id: 'a\nb' }, { id: 'ok' }] },
    expected: ['ok'],
  },
  {
    name: 'only the other model when an ID has 201 characters',
    body: { data: [{ id: 'x'.repeat(201) }, { id: 'ok' }] },
    expected: ['ok'],
  },
  { name: 'an ID of 200 characters', body: { data: [{ id: 'x'.repeat(200) }] }, expected: ['x'.repeat(200)] },
  { name: 'an empty list', body: { data: [] }, expected: [] },
  { name: 'data that is not a list', body: { data: { id: 'a' } }, expected: undefined },
  { name: 'an error', body: { error: { message: 'no' } }, expected: undefined },
  { name: 'null', body: null, expected: undefined },
  { name: 'a text', body: 'models', expected: undefined },
];

describe('reading of a model list', () => {
  for (const { name, body, expected } of lists) {
    it(`${expected ? 'reads' : 'rejects'} ${name}`, () => {
      assert.deepEqual(parseModelList(body)?.models, expected);
    });
  }

  it('reads only the first 5000 models of a longer list', () => {
    const ids = Array.from({ length: 170_000 }, (_, n) => String(n).padStart(6, '0'));
    const data = [...ids, ...ids].map((id) => ({ id, context_length: 8192 }));
    const { models, facts } = parseModelList({ data }) ?? {};
    assert.deepEqual([models?.length, models?.at(-1), facts?.size], [5000, '004999', 5000]);
  });

  for (const id of [
    '[gpt-5](command:runCommands?%5B%5D)',
    '[gpt-5]: command:runCommands',
    '<command:runCommands>',
    '<a href="command:runCommands">gpt-5</a>',
    'gpt-5 $(alert)',
    'gpt-5`',
    'gpt&#45;5',
    'https://gateway.example/gpt-5',
    'www.gateway.example',
  ]) {
    it(`omits the model ID ${id}, which VS Code could render as a link, an icon or HTML`, () => {
      assert.deepEqual(parseModelList([id, 'ok', id]), { models: ['ok'], skippedEntries: 2 });
    });
  }

  it('does not report entries without an ID as omitted models', () => {
    assert.deepEqual(parseModelList([' ok ', '', ' ', {}]), { models: ['ok'] });
    assert.equal(isUsableModelId(''), false);
  });

  it('accepts model IDs in the formats of relay gateways', () => {
    const ids = [
      'Pro/deepseek-ai/DeepSeek-V3',
      '[provider]gpt-4o',
      '[a][free] (b)',
      'gpt-4o(free)',
      '模型-1',
      '🚀 gpt-4o',
      '@cf/meta/llama-3.1-8b-instruct',
      'claude-3-5-sonnet@20240620',
      'gpt-4-gizmo-*',
      'gpt-4o->azure',
      '$gpt',
      'ft:gpt-4o-mini-2024-07-18:org::abc',
      'arn:aws:bedrock:us-east-1::model/x',
      'C:\\models\\llama.gguf',
      'anthropic/claude-sonnet-4:beta',
      'a+b',
      'a&b',
      'a|b',
      'a#b',
      'a=b',
      'a,b',
      "a'b",
      '【官】gpt_4o~1',
      '{a}!?%^',
    ];
    assert.deepEqual(parseModelList(ids), { models: ids.toSorted() });
  });

  it('never throws an error, whatever JSON the gateway sends', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => void parseModelList(body)),
      { numRuns: propertyRuns },
    );
  });

  it('accepts the IDs of the six default models', () => {
    assert.equal(defaultModels.length, 6);
    assert.deepEqual(parseModelList(defaultModels)?.models, [...defaultModels].sort());
  });
});
