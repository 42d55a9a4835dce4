import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { knownModels, parseModelList } from '../../../src/engine/gateway/modelList';
import { propertyRuns } from '../../support/propertyRuns';

const lists: readonly (readonly [name: string, body: unknown, expected: readonly string[] | undefined])[] = [
  ['the usual shape', { object: 'list', data: [{ id: 'b' }, { id: 'a' }] }, ['a', 'b']],
  ['a bare array', [{ id: 'gpt-4o' }], ['gpt-4o']],
  ['a field named models', { models: [{ id: 'm' }] }, ['m']],
  ['plain names', ['x', 'y'], ['x', 'y']],
  ['doubles', { data: [{ id: 'a' }, { id: 'a' }, { id: ' a ' }] }, ['a']],
  ['junk between', { data: [null, 3, {}, { id: 7 }, { id: '' }, { id: '  ' }, [], { id: 'ok' }] }, ['ok']],
  ['a control character', { data: [{ id: 'a\nb' }, { id: 'ok' }] }, ['ok']],
  ['a novel for a name', { data: [{ id: 'x'.repeat(201) }, { id: 'ok' }] }, ['ok']],
  ['a long name', { data: [{ id: 'x'.repeat(200) }] }, ['x'.repeat(200)]],
  ['an empty list', { data: [] }, []],
  ['data that is no list', { data: { id: 'a' } }, undefined],
  ['an error', { error: { message: 'no' } }, undefined],
  ['null', null, undefined],
  ['text', 'models', undefined],
];

describe('parseModelList', () => {
  for (const [name, body, expected] of lists) {
    it(`reads ${name}`, () => {
      assert.deepEqual(parseModelList(body), expected);
    });
  }

  it('drops models beyond 5,000', () => {
    const ids = Array.from({ length: 170_000 }, (_, n) => String(n).padStart(6, '0'));
    assert.deepEqual(parseModelList({ data: [...ids, ...ids] }), ids.slice(0, 5000));
  });

  it('takes any JSON without throwing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => void parseModelList(body)),
      { numRuns: propertyRuns },
    );
  });

  it('keeps the six that are offered without a network in its own form', () => {
    assert.equal(knownModels.length, 6);
    assert.deepEqual(parseModelList(knownModels), [...knownModels].sort());
  });
});
