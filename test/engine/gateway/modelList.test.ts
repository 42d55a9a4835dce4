import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { defaultModels, parseModelList } from '../../../src/engine/gateway/modelList';
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

describe('parseModelList', () => {
  for (const [name, body, expected] of lists) {
    it(`${expected ? 'reads' : 'rejects'} ${name}`, () => {
      assert.deepEqual(parseModelList(body), expected);
    });
  }

  it('drops models beyond 5,000', () => {
    const ids = Array.from({ length: 170_000 }, (_, n) => String(n).padStart(6, '0'));
    assert.deepEqual(parseModelList({ data: [...ids, ...ids] }), ids.slice(0, 5000));
  });

  it('never throws, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => void parseModelList(body)),
      { numRuns: propertyRuns },
    );
  });

  it('returns the six default models unchanged', () => {
    assert.equal(defaultModels.length, 6);
    assert.deepEqual(parseModelList(defaultModels), [...defaultModels].sort());
  });
});
