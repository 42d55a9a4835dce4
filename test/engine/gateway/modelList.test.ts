import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { defaultModels, isUsableModelId, parseModelList } from '../../../src/engine/gateway/modelList';
import { propertyRuns } from '../../support/propertyRuns';

const lists: readonly (readonly [name: string, body: unknown, expected: readonly string[] | undefined])[] = [
  ['the format of OpenAI', { object: 'list', data: [{ id: 'b' }, { id: 'a' }] }, ['a', 'b']],
  ['a bare array', [{ id: 'gpt-4o' }], ['gpt-4o']],
  ['a field named models', { models: [{ id: 'm' }] }, ['m']],
  ['IDs as plain strings', ['x', 'y'], ['x', 'y']],
  ['duplicate IDs only once', { data: [{ id: 'a' }, { id: 'a' }, { id: ' a ' }] }, ['a']],
  [
    'only the valid entry among invalid ones',
    { data: [null, 3, {}, { id: 7 }, { id: '' }, { id: '  ' }, [], { id: 'ok' }] },
    ['ok'],
  ],
  ['only the other model when an ID has a control character', { data: [{ id: 'a\nb' }, { id: 'ok' }] }, ['ok']],
  ['only the other model when an ID has 201 characters', { data: [{ id: 'x'.repeat(201) }, { id: 'ok' }] }, ['ok']],
  ['an ID of 200 characters', { data: [{ id: 'x'.repeat(200) }] }, ['x'.repeat(200)]],
  ['an empty list', { data: [] }, []],
  ['data that is not a list', { data: { id: 'a' } }, undefined],
  ['an error', { error: { message: 'no' } }, undefined],
  ['null', null, undefined],
  ['a text', 'models', undefined],
];

describe('reading of a model list', () => {
  for (const [name, body, expected] of lists) {
    it(`${expected ? 'reads' : 'rejects'} ${name}`, () => {
      assert.deepEqual(parseModelList(body)?.models, expected);
    });
  }

  it('reads only the first 5000 models of a longer list, with their facts', () => {
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
    it(`leaves out and counts ${id}, which VS Code could render as a link, an icon or HTML`, () => {
      assert.deepEqual(parseModelList([id, 'ok', id]), { models: ['ok'], unusable: 2 });
    });
  }

  it('does not include entries without an ID in the number of omitted models', () => {
    assert.deepEqual(parseModelList([' ok ', '', ' ', {}]), { models: ['ok'] });
    assert.equal(isUsableModelId(''), false);
  });

  it('accepts model IDs in the formats that relay gateways use', () => {
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

  it('never throws, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => void parseModelList(body)),
      { numRuns: propertyRuns },
    );
  });

  it('returns the six default models unchanged', () => {
    assert.equal(defaultModels.length, 6);
    assert.deepEqual(parseModelList(defaultModels)?.models, [...defaultModels].sort());
  });
});
